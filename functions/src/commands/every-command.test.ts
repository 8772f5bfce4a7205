import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { auditEventSchema, type AuditEvent } from '@countersign/domain/schemas/audit';
import type { CommandInput, CommandName, CommandResults } from '@countersign/domain/schemas/commands';
import type { Alert } from '@countersign/domain/schemas/alert';
import { definePlugin } from '@countersign/plugin-sdk';
import { describe, expect, it } from 'vitest';
import { eventIdOf } from '../engine/change-set.ts';
import { messageWrites } from '../engine/notifications.ts';
import { organizationCatalogue } from '../engine/organization-catalogue.ts';
import { expectSound } from '../engine/testing/sound.ts';
import { ALPHA, csvOf, ORG, World } from '../engine/testing/world.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { DocumentHistory } from '../streams/verify/document-history.ts';
import { Findings } from '../streams/verify/findings.ts';
import { commands } from './index.ts';

/** Every command is given once here; one that has no line fails, and so does one that leaves no event of its own. */
const FILE = csvOf([
  ['A-1', ALPHA, '10.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
]);
const KEY = 'the-key-of-this-call';
const reason = 'Because it is needed';
type Given = { readonly uid: string };

class Story {
  readonly world: World;
  constructor(world: World) {
    this.world = world;
  }

  /** The command that the test is about. */
  async give<N extends CommandName>(
    uid: string,
    name: N,
    input: Omit<CommandInput<N>, 'orgId' | 'idempotencyKey'>,
  ): Promise<Given> {
    await this.world.command(uid, name, input, KEY);
    return { uid };
  }

  async propose(change: CommandInput<'proposeChange'>['change']): Promise<{ proposalId: string; digest: string }> {
    const { proposalId } = await this.world.command('ada', 'proposeChange', { change, reason });
    const proposal = await read(this.world.db, refs.proposal(ORG, proposalId));
    return { proposalId, digest: proposal?.digest ?? '' };
  }

  async schedule(): Promise<{ scheduleId: string }> {
    return this.world.command('olivia', 'setSchedule', await this.timetable());
  }

  async timetable(): Promise<Omit<CommandInput<'setSchedule'>, 'orgId' | 'idempotencyKey'>> {
    const file = await this.world.upload(FILE);
    const parameters = { file: file.id };
    return { title: 'Daily', operationId: 'stripe-payout', parameters, cron: '0 9 * * *', timeZone: 'UTC' };
  }

  async inDoubt(): Promise<CommandResults['proposeUnknownSettlement']> {
    return this.world.command('bea', 'proposeUnknownSettlement', await this.doubtful());
  }

  async doubtful(): Promise<Omit<CommandInput<'proposeUnknownSettlement'>, 'orgId' | 'idempotencyKey'>> {
    this.world.provider.break('A-2', 'timeout_before');
    const { id: executionId } = await this.world.payOut(FILE);
    this.world.clock.pass(600_000);
    const effectKeys = this.world.documents('unknowns').map((one) => String(one['key']));
    return { executionId, effectKeys, finding: 'not_paid', reason };
  }

  /** Uploaded code that says it is version 1.1.0 of a plugin. */
  async uploaded(): Promise<string> {
    const { world } = this;
    await world.command('ada', 'addMember', { uid: 'dora', name: 'Dora', email: 'dora@example.com' });
    await world.setMember('dora', { roles: ['developer'] });
    const { manifest } = definePlugin({
      name: 'another',
      version: '1.1.0',
      title: 'Another',
      description: 'Does nothing',
      category: 'data',
      riskLevel: 'low',
      capabilities: [],
      parameters: [],
      execute: async () => ({
        effects: [],
        problems: [],
        rowCount: 0,
        refusedTotals: [],
        message: '',
        metrics: {},
        warnings: [],
      }),
      report: async () => ({ success: true, message: '', files: [], notifications: [] }),
    });
    const { catalogue } = world.deps;
    Object.assign(world.deps, {
      catalogue: organizationCatalogue(catalogue, world.db, world.objects),
      runPlugin: async () => ({ result: manifest, usage: {} as never }),
    });
    return 'the bundle';
  }
}

const STORIES: Record<CommandName, (story: Story) => Promise<Given>> = {
  requestExecution: async (story) => {
    const file = await story.world.upload(FILE);
    return story.give('olivia', 'requestExecution', { operationId: 'stripe-payout', parameters: { file: file.id } });
  },
  approveExecution: async (story) => {
    const { id, plan } = await story.world.plan(FILE);
    return story.give('amir', 'approveExecution', { executionId: id, digest: plan?.digest ?? '', comment: 'Seen' });
  },
  rejectExecution: async (story) => {
    const { id, plan } = await story.world.plan(FILE);
    return story.give('amir', 'rejectExecution', { executionId: id, digest: plan?.digest ?? '', reason });
  },
  cancelExecution: async (story) =>
    story.give('olivia', 'cancelExecution', { executionId: (await story.world.plan(FILE)).id, reason }),
  resumeExecution: async (story) => {
    story.world.provider.break('A-2', 'refuse');
    return story.give('olivia', 'resumeExecution', { executionId: (await story.world.payOut(FILE)).id });
  },
  rerunExecution: async (story) => {
    const planned = await story.world.plan(FILE);
    await story.world.command('amir', 'rejectExecution', {
      executionId: planned.id,
      digest: planned.plan?.digest ?? '',
      reason,
    });
    return story.give('olivia', 'rerunExecution', { executionId: planned.id });
  },
  proposeUnknownSettlement: async (story) => story.give('bea', 'proposeUnknownSettlement', await story.doubtful()),
  decideUnknownSettlement: async (story) => {
    const { proposalId } = await story.inDoubt();
    return story.give('amir', 'decideUnknownSettlement', { proposalId, decision: 'approve', reason });
  },
  setDelegation: async (story) =>
    story.give('amir', 'setDelegation', {
      toUid: 'edith',
      roles: ['approver'],
      endsAt: '2026-11-30T00:00:00.000Z',
      reason,
    }),
  endDelegation: async (story) => {
    const endsAt = '2026-11-30T00:00:00.000Z';
    const set = { toUid: 'edith', roles: ['approver' as const], endsAt, reason };
    const { delegationId } = await story.world.command('amir', 'setDelegation', set);
    return story.give('amir', 'endDelegation', { delegationId });
  },
  setStop: async (story) => story.give('ada', 'setStop', { active: true, reason }),
  setSchedule: async (story) => story.give('olivia', 'setSchedule', await story.timetable()),
  pauseSchedule: async (story) => story.give('olivia', 'pauseSchedule', { ...(await ids(story)), reason }),
  resumeSchedule: async (story) => {
    const { scheduleId } = await story.schedule();
    await story.world.command('olivia', 'pauseSchedule', { scheduleId, reason });
    return story.give('olivia', 'resumeSchedule', { scheduleId });
  },
  deleteSchedule: async (story) => story.give('olivia', 'deleteSchedule', { ...(await ids(story)), reason }),
  setCalendar: async (story) =>
    story.give('bea', 'setCalendar', {
      calendarId: 'us',
      name: 'Federal holidays',
      timeZone: 'America/New_York',
      weekend: [6, 7],
      holidays: ['2026-12-25'],
    }),
  issueStatement: async (story) =>
    story.give('bea', 'issueStatement', { parameters: { kind: 'trial_balance', day: '2026-11-22' }, format: 'csv' }),
  setStatementSettings: async (story) =>
    story.give('bea', 'setStatementSettings', { cashAccounts: [], activities: [], yearStart: '01-01', reason }),
  openAccounts: async (story) =>
    story.give('bea', 'openAccounts', {
      accounts: [
        { id: 'bank', name: 'Bank', type: 'asset', parentId: null, postable: true, closed: false, mirrors: null },
      ],
    }),
  openPeriods: async (story) =>
    story.give('bea', 'openPeriods', { periods: [{ id: '2026-11', from: '2026-11-01', to: '2026-11-30' }] }),
  placeHold: async (story) =>
    story.give('edith', 'placeHold', { matter: '2026/17', classes: ['uploads'], executionId: null }),
  acknowledgeAlert: async (story) => {
    const at = story.world.clock.at();
    const alert: Alert = {
      id: 'alert-1',
      kind: 'suspense',
      severity: 'warning',
      message: 'Entries lie in suspense',
      journalId: null,
      path: null,
      at,
      lastSeenAt: at,
      state: 'open',
      acknowledgedBy: null,
      acknowledgedAt: null,
      note: null,
    };
    await story.world.db.commit([{ op: 'create', path: paths.alert(ORG, alert.id), data: alert }]);
    return story.give('bea', 'acknowledgeAlert', { alertId: alert.id, note: 'We know' });
  },
  pauseOperation: async (story) => story.give('bea', 'pauseOperation', { operationId: 'stripe-payout', reason }),
  resumeOperation: async (story) => {
    await story.world.command('bea', 'pauseOperation', { operationId: 'stripe-payout', reason });
    return story.give('bea', 'resumeOperation', { operationId: 'stripe-payout', reason });
  },
  setMaxRunning: async (story) =>
    story.give('ada', 'setMaxRunning', { operationId: 'stripe-payout', maxRunning: 2, reason }),
  openConnectedAccounts: async (story) => {
    story.world.provider.open('acct_Delta', { USD: 100n });
    return story.give('ada', 'openConnectedAccounts', { accounts: ['acct_Delta'] });
  },
  exportEvidence: async (story) =>
    story.give('bea', 'exportEvidence', { subject: { kind: 'period', from: '2026-11-22', to: '2026-11-22' } }),
  noteDownload: async (story) => story.give('olivia', 'noteDownload', { view: { kind: 'balances' }, rows: 12 }),
  exportLedger: async (story) => story.give('bea', 'exportLedger', { format: 'beancount' }),
  proposeChange: async (story) =>
    story.give('ada', 'proposeChange', { change: { kind: 'hosts.set', allowedHosts: ['erp.example.com'] }, reason }),
  decideChange: async (story) => {
    const proposed = await story.propose({ kind: 'hosts.set', allowedHosts: ['erp.example.com'] });
    return story.give('bea', 'decideChange', { ...proposed, decision: 'approve', reason });
  },
  addMember: async (story) => story.give('ada', 'addMember', { uid: 'nina', name: 'Nina', email: 'nina@example.com' }),
  markNotificationsRead: async (story) => {
    const message = { about: 'a', title: 'Something happened', body: '', executionId: null };
    const writes = messageWrites(ORG, ['olivia'], message, story.world.clock.at());
    await story.world.db.commit(writes);
    return story.give('olivia', 'markNotificationsRead', {
      ids: writes.map(({ path }) => path.split('/').at(-1) ?? ''),
    });
  },
  uploadPlugin: async (story) => story.give('dora', 'uploadPlugin', { code: await story.uploaded() }),
  retirePlugin: async (story) => {
    await story.world.command('dora', 'uploadPlugin', { code: await story.uploaded() });
    return story.give('dora', 'retirePlugin', { name: 'another', version: '1.1.0', reason });
  },
};

const ids = async (story: Story): Promise<{ scheduleId: string }> => ({
  scheduleId: (await story.schedule()).scheduleId,
});

/** Of every document that counts its versions, the versions that no event names. The ledger's own have leaves instead. */
function untold(world: World): string[] {
  const told = new Set(
    world.audit().flatMap(({ body }) => body.subjects.map(({ path, version }) => `orgs/${ORG}/${path} ${version}`)),
  );
  return world.db.dump().flatMap(({ path, data }) => {
    const { version } = data;
    if (!path.startsWith(`orgs/${ORG}/`) || /^orgs\/[^/]+\/(accounts|periods)\//.test(path)) return [];
    if (typeof version !== 'number') return [];
    return Array.from({ length: version }, (_, index) => `${path} ${index + 1}`).filter((one) => !told.has(one));
  });
}

describe('every command', () => {
  it('is in the table', () => {
    expect(Object.keys(STORIES).toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  it.each(Object.keys(commands) as CommandName[])(
    '%s writes an event of its own, with who, in which roles, and when',
    async (name) => {
      const story = new Story(await World.open());
      const { uid } = await STORIES[name](story);
      const callId = derivedId('command', name, ORG, uid, KEY);
      const eventId = eventIdOf(ORG, `command-${callId}`);
      const event = story.world.audit().find(({ body }) => body.id === eventId);
      expect(event, 'the commit of the command left no event').toBeDefined();
      const member = await read(story.world.db, refs.member(ORG, uid));
      expect(event?.body.actor).toEqual({ kind: 'member', uid, roles: member?.roles });
      expect(untold(story.world)).toEqual([]);
      await expectSound(story.world);
    },
  );
});

describe('dense versions', () => {
  it('an event that is missing is found, whichever it is', async () => {
    const world = await World.open();
    await world.command('amir', 'setDelegation', {
      toUid: 'edith',
      roles: ['approver'],
      endsAt: '2026-11-30T00:00:00.000Z',
      reason,
    });
    await world.setMember('amir', { roles: ['approver', 'treasurer'] });
    await world.payOut(FILE);
    const events = world.documents('audit').map((one) => auditEventSchema.parse(one));
    expect(await gaps(world, events)).toEqual([]);
    const telling = events.filter(({ body }) => body.subjects.length > 0);
    expect(telling.length).toBeGreaterThan(10);
    for (const event of telling) {
      const found = await gaps(
        world,
        events.filter((one) => one !== event),
      );
      const named = event.body.subjects.map(({ path }) => (path === '.' ? `orgs/${ORG}` : `orgs/${ORG}/${path}`));
      expect(found.filter((where) => named.includes(where)).length, `without ${event.body.type}`).toBeGreaterThan(0);
    }
  });

  async function gaps(world: World, events: readonly AuditEvent[]): Promise<string[]> {
    const [history, findings] = [new DocumentHistory(), new Findings()];
    for (const { body } of events) history.note(body);
    await history.check(world.db, ORG, findings);
    return findings.kept.map(({ where }) => where);
  }
});
