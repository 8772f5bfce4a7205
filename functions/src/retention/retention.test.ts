import { paths } from '@countersign/domain/paths';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { CommandInput } from '@countersign/domain/schemas/commands';
import { KEEP_EVERYTHING, RETENTION_CLASSES, type KeepDays } from '@countersign/domain/schemas/retention';
import { beforeEach, describe, expect, test } from 'vitest';
import { textOf } from '@countersign/domain/audit/committed-text';
import { messageWrites } from '../engine/notifications.ts';
import { expectSound } from '../engine/testing/sound.ts';
import { ALPHA, csvOf, ORG, World } from '../engine/testing/world.ts';
import { runWork } from '../engine/worker.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { RETENTION_WORK } from './retention-step.ts';

type Proposed = CommandInput<'proposeChange'>['change'];
const REASON = 'As the policy says';
const DAY_MS = 86_400_000;
let world: World;
let executionId: string;

beforeEach(async () => {
  world = await World.open();
  await world.setMember('edith', { roles: ['executive', 'auditor'] });
  executionId = (await world.payOut(csvOf([['inv-1', ALPHA, '5.00', 'USD']]))).id;
});

async function agreed(change: Proposed): Promise<void> {
  const { proposalId } = await world.command('ada', 'proposeChange', { change, reason: REASON });
  const proposal = await read(world.db, refs.proposal(ORG, proposalId));
  if (proposal?.state === 'applied') return;
  await world.command('edith', 'decideChange', {
    proposalId,
    digest: proposal?.digest ?? '',
    decision: 'approve',
    reason: REASON,
  });
}

const keep = (days: Partial<KeepDays>): Proposed => ({
  kind: 'retention.set',
  keepDays: { ...KEEP_EVERYTHING, ...days },
});

async function daysLater(days: number): Promise<void> {
  world.clock.pass(days * DAY_MS);
  for (let step = 0; step < 5; step += 1) await runWork(world.deps, ORG, RETENTION_WORK);
  await drainStream(world.clock, ORG, 'audit');
}

const documents = (part: string): string[] =>
  world.db
    .dump()
    .map(({ path }) => path)
    .filter((path) => path.includes(part));
const inputFile = async () => {
  const [stored] = await world.db.query({ collection: paths.files(ORG), where: [['kind', '==', 'input']], limit: 1 });
  return stored?.data as { storagePath: string; generation: string; erasedAt: string | null; sha256: string };
};
const bytesThere = async (): Promise<boolean> => {
  const { storagePath, generation } = await inputFile();
  return world.objects.read(storagePath, generation).then(
    () => true,
    () => false,
  );
};

describe('what is kept for a time', () => {
  test('goes when its time is over, with an event, and everything that proves stays', async () => {
    await agreed(keep({ uploads: 400, results: 400, logs: 30, notifications: 7, personal: 400 }));
    const before = documents('/auditPersonal/').length;
    expect(before).toBeGreaterThan(0);
    await daysLater(6);
    expect(documents('/logs/').length).toBeGreaterThan(0);
    await daysLater(30);
    expect(documents('/logs/')).toEqual([]);
    expect(await bytesThere()).toBe(true);
    await daysLater(400);
    expect(await bytesThere()).toBe(false);
    expect(await inputFile()).toMatchObject({ erasedAt: expect.any(String), sha256: expect.any(String) });
    // The events of the removal itself have their own reasons still.
    expect(documents('/auditPersonal/').length).toBeLessThan(before);
    const classes = world.db
      .dump()
      .map(({ data }) => data as unknown as Partial<AuditEvent>)
      .filter((event) => event.body?.type === 'retention.applied')
      .map((event) => event.body?.data['class']);
    expect(classes).toEqual(expect.arrayContaining(['uploads', 'logs', 'personal']));
    await expectSound(world);
  });

  test('stays for ever where nothing is said, and two people are needed to keep it for less', async () => {
    await daysLater(5000);
    expect(await bytesThere()).toBe(true);
    const { state } = await world.command('ada', 'proposeChange', { change: keep({ logs: 30 }), reason: REASON });
    expect(state).toBe('open');
    await agreed(keep({ logs: 90 }));
    const longer = await world.command('ada', 'proposeChange', { change: keep({ logs: 120 }), reason: REASON });
    expect(longer.state).toBe('applied');
    await expect(
      world.command('ada', 'proposeChange', { change: keep({ uploads: 3 }), reason: REASON }),
    ).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  test('stays while it is under a legal hold, which two people end', async () => {
    const { holdId } = await world.command('edith', 'placeHold', {
      matter: '2026/17',
      classes: ['uploads', 'logs'],
      executionId,
    });
    const { holdId: all } = await world.command('edith', 'placeHold', {
      matter: '2026/18',
      classes: ['uploads'],
      executionId: null,
    });
    await expect(
      world.command('olivia', 'placeHold', { matter: 'x', classes: ['logs'], executionId: null }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
    await agreed(keep({ uploads: 365, logs: 30 }));
    await daysLater(800);
    expect(await bytesThere()).toBe(true);
    expect(documents('/logs/').length).toBeGreaterThan(0);
    await agreed({ kind: 'hold.release', holdId });
    await daysLater(1);
    expect(documents('/logs/')).toEqual([]);
    expect(await bytesThere()).toBe(true);
    await agreed({ kind: 'hold.release', holdId: all });
    await daysLater(1);
    expect(await bytesThere()).toBe(false);
    await expectSound(world);
  });
});

describe('a sweep', () => {
  test('passes nothing over that has the same time as the last of its batch', async () => {
    await agreed(keep({ notifications: 7, logs: 30 }));
    const at = world.clock.at();
    const message = { about: 'many', title: 'To all', body: '', executionId: null };
    const people = Array.from({ length: 120 }, (_, index) => `person-${index}`);
    await world.db.commit(messageWrites(ORG, people, message, at));
    await daysLater(8);
    expect(documents('/notifications/')).toEqual([]);
  });

  test('keeps what a hold comes for while the sweep is under way', async () => {
    await agreed(keep({ uploads: 400 }));
    world.clock.pass(401 * DAY_MS);
    // Placed after the sweep has looked for holds, and before it deletes anything.
    const remove = world.objects.remove.bind(world.objects);
    const transaction = world.db.transaction.bind(world.db);
    let placed = false;
    world.db.transaction = async (decide) =>
      transaction(async (tx) => {
        const result = await decide(tx);
        if (!placed && JSON.stringify(result ?? null).includes('"count":1')) {
          placed = true;
          world.db.transaction = transaction;
          await world.command('edith', 'placeHold', { matter: '2026/30', classes: ['uploads'], executionId: null });
        }
        return result;
      });
    await daysLater(0);
    expect(placed).toBe(true);
    world.objects.remove = remove;
    expect(await bytesThere()).toBe(true);
    expect(await inputFile()).toMatchObject({ erasedAt: null });
    await expectSound(world);
  });

  test('that dies after the log says so, and before the bytes are gone, removes them when it comes by again', async () => {
    await agreed(keep({ uploads: 400 }));
    const remove = world.objects.remove.bind(world.objects);
    world.objects.remove = async () => Promise.reject(new Error('the worker died'));
    world.clock.pass(401 * DAY_MS);
    await runWork(world.deps, ORG, RETENTION_WORK).catch(() => undefined);
    world.objects.remove = remove;
    expect(await inputFile()).toMatchObject({ erasedAt: expect.any(String) });
    expect(await bytesThere()).toBe(true);
    await daysLater(1);
    expect(await bytesThere()).toBe(false);
    await expectSound(world);
  });
});

describe('a person’s data', () => {
  test('is removed after they have left, and no chain breaks', async () => {
    await expect(agreed({ kind: 'person.erase', uid: 'amir' })).rejects.toMatchObject({ code: 'failed_precondition' });
    await agreed({ kind: 'member.roles', uid: 'amir', roles: [], active: false });
    const approval = await read(world.db, refs.approval(ORG, executionId, 'amir'));
    expect(approval?.salt).not.toBe('');
    await agreed({ kind: 'person.erase', uid: 'amir' });
    await daysLater(0);
    expect(await read(world.db, refs.member(ORG, 'amir'))).toMatchObject({
      name: 'Erased person',
      email: '',
      salt: '',
    });
    expect(await read(world.db, refs.approval(ORG, executionId, 'amir'))).toMatchObject({ comment: '', salt: '' });
    expect(await read(world.db, refs.erasure(ORG, 'amir'))).toMatchObject({ state: 'done' });
    const theirs = world.db
      .dump()
      .map(({ data }) => data as unknown as Partial<AuditEvent>)
      .filter(({ body }) => body?.actor?.kind === 'member' && body.actor.uid === 'amir');
    expect(theirs.length).toBeGreaterThan(0);
    for (const { body } of theirs) expect(documents(`/auditPersonal/${body?.id}`)).toEqual([]);
    await expectSound(world);
  });

  test('leaves no trace, wherever they wrote or were written about', async () => {
    await world.setMember('amir', { roles: ['approver', 'treasurer', 'admin'] });
    const words = (what: string): string => `Amir says ${what}`;
    const run = await world.plan(csvOf([['inv-2', ALPHA, '3.00', 'USD']]));
    await world.command('amir', 'approveExecution', {
      executionId: run.id,
      digest: run.plan?.digest ?? '',
      comment: words('yes'),
    });
    await world.work();
    const endsAt = new Date(world.clock.now().getTime() + DAY_MS).toISOString();
    await world.command('amir', 'setDelegation', { toUid: 'otto', roles: ['approver'], endsAt, reason: words('away') });
    const hosts = { kind: 'hosts.set' as const, allowedHosts: ['erp.example.com'] };
    const { proposalId } = await world.command('amir', 'proposeChange', { change: hosts, reason: words('hosts') });
    const theirs = await read(world.db, refs.proposal(ORG, proposalId));
    await world.command('bea', 'decideChange', {
      proposalId,
      digest: theirs?.digest ?? '',
      decision: 'reject',
      reason: 'No need',
    });
    const other = await world.command('ada', 'proposeChange', { change: hosts, reason: REASON });
    const second = await read(world.db, refs.proposal(ORG, other.proposalId));
    await world.command('amir', 'decideChange', {
      proposalId: other.proposalId,
      digest: second?.digest ?? '',
      decision: 'reject',
      reason: words('no'),
    });
    await world.command('amir', 'setStop', { active: true, reason: words('stop') });
    await world.command('amir', 'pauseOperation', { operationId: 'stripe-payout', reason: words('pause') });
    await world.command('ada', 'setStop', { active: false, reason: 'Over' });
    await world.command('ada', 'resumeOperation', { operationId: 'stripe-payout', reason: 'Over' });
    // In doubt, and settled by two.
    world.provider.break('inv-9', 'timeout_before');
    const doubtful = await world.payOut(csvOf([['inv-9', ALPHA, '4.00', 'USD']]));
    world.clock.pass(600_000);
    const effectKeys = world.documents('unknowns').map((one) => String(one['key']));
    const settlement = await world.command('amir', 'proposeUnknownSettlement', {
      executionId: doubtful.id,
      effectKeys,
      finding: 'not_paid',
      reason: words('not paid'),
    });
    await world.command('bea', 'decideUnknownSettlement', {
      proposalId: settlement.proposalId,
      decision: 'approve',
      reason: 'Seen at the bank',
    });
    await world.command('amir', 'pauseOperation', { operationId: 'stripe-payout', reason: words('pause') });
    await world.command('amir', 'setStop', { active: true, reason: words('again') });
    // Others, about them.
    const named = 'Amir Example leaves';
    const roles = { kind: 'member.roles' as const, uid: 'amir', roles: [], active: false };
    const about = await world.command('ada', 'proposeChange', { change: roles, reason: named });
    if (about.state === 'open') {
      const open = await read(world.db, refs.proposal(ORG, about.proposalId));
      await world.command('edith', 'decideChange', {
        proposalId: about.proposalId,
        digest: open?.digest ?? '',
        decision: 'approve',
        reason: named,
      });
    }
    const { exportId } = await world.command('edith', 'exportEvidence', {
      subject: { kind: 'execution', executionId: run.id },
      personal: true,
    });
    await runWork(world.deps, ORG, exportId);
    const pack = (await read(world.db, refs.evidenceExport(ORG, exportId)))?.file;
    expect(pack).not.toBeNull();
    const everything = (): string => JSON.stringify(world.db.dump());
    const traces = [words(''), named, 'Name of amir', 'amir@example.com'];
    for (const trace of traces) expect(everything()).toContain(trace.trim());
    await expectSound(world);

    await agreed({ kind: 'person.erase', uid: 'amir' });
    await daysLater(0);
    expect(await read(world.db, refs.erasure(ORG, 'amir'))).toMatchObject({ state: 'done' });
    for (const trace of traces) expect(everything()).not.toContain(trace.trim());
    const kept = world.objects.read(pack?.storagePath ?? '', pack?.generation ?? '');
    await expect(kept).rejects.toMatchObject({ code: 'not_found' });
    // What others said stands, and what stands still opens its commitment.
    expect(textOf((await read(world.db, refs.proposal(ORG, proposalId)))?.decisionReason ?? '')).toBe('No need');
    expect((await read(world.db, refs.organization(ORG)))?.stop).toMatchObject({ active: true, reason: { text: '' } });
    await expectSound(world);
  });

  test('is kept under a hold that is placed while the removal is under way', async () => {
    await agreed({ kind: 'member.roles', uid: 'amir', roles: [], active: false });
    await agreed({ kind: 'person.erase', uid: 'amir' });
    const { holdId } = await world.command('edith', 'placeHold', {
      matter: '2026/20',
      classes: ['personal'],
      executionId,
    });
    const before = documents('/auditPersonal/').length;
    await daysLater(0);
    expect(documents('/auditPersonal/').length).toBeGreaterThanOrEqual(before);
    expect(await read(world.db, refs.erasure(ORG, 'amir'))).toMatchObject({ state: 'running' });
    await agreed({ kind: 'hold.release', holdId });
    await daysLater(1);
    expect(await read(world.db, refs.erasure(ORG, 'amir'))).toMatchObject({ state: 'done' });
    await expectSound(world);
  });

  test('is kept under a hold on one run', async () => {
    await world.command('edith', 'placeHold', { matter: '2026/21', classes: ['personal'], executionId });
    await agreed({ kind: 'member.roles', uid: 'amir', roles: [], active: false });
    await expect(agreed({ kind: 'person.erase', uid: 'amir' })).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  test('is kept under a hold', async () => {
    await world.command('edith', 'placeHold', {
      matter: '2026/19',
      classes: [...RETENTION_CLASSES],
      executionId: null,
    });
    await agreed({ kind: 'member.roles', uid: 'amir', roles: [], active: false });
    await expect(agreed({ kind: 'person.erase', uid: 'amir' })).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});
