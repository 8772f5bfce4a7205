import { AppError } from '@countersign/domain/errors';
import { objectPaths, paths } from '@countersign/domain/paths';
import { describe, expect, it } from 'vitest';
import { expectSound } from '../engine/testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from '../engine/testing/world.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { assertWithin } from './limits.ts';
import { exportOf, packOf, verifyText } from './testing/packs.ts';

const FILE = csvOf([
  ['inv-1', ALPHA, '120.00', 'USD'],
  ['inv-2', BRAVO, '80.50', 'USD'],
  ['inv-3', ALPHA, '30.00', 'EUR'],
]);
const TODAY = { kind: 'period', from: '2026-11-22', to: '2026-11-22' } as const;
const reason = 'Because it is needed';

/** A run's pack and the day's hold. */
async function expectHolds(world: World, executionId: string): Promise<void> {
  for (const subject of [{ kind: 'execution', executionId } as const, TODAY]) {
    const report = await verifyText(await packOf(world, subject, { personal: true }));
    expect(report.findings).toEqual([]);
  }
  await expectSound(world);
}

describe('the evidence pack of a run', () => {
  it('holds, by itself', async () => {
    const world = await World.open();
    const run = await world.payOut(FILE);
    const pack = await packOf(world, { kind: 'execution', executionId: run.id });
    const report = await verifyText(pack);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ ok: true, counts: { executions: 1, effects: 3, journals: 3, opened: 0 } });
    expect(report.unknown.join(' ')).toContain('--public-key');
    expect(pack).not.toContain('Name of olivia');
    expect(await packOf(world, { kind: 'execution', executionId: run.id }, { personal: true })).toContain(
      'Name of olivia',
    );
  });

  it.each<[string, (world: World) => Promise<string>]>([
    ['failed in part', async (world) => (world.provider.break('inv-2', 'refuse'), (await world.payOut(FILE)).id)],
    [
      'is unknown in part',
      async (world) => (world.provider.break('inv-2', 'timeout_before'), (await world.payOut(FILE)).id),
    ],
    ['could not be planned', async (world) => (await world.plan('reference;nothing\r\n1;2')).id],
    [
      'was rejected',
      async (world) => {
        const { id, plan } = await world.plan(FILE);
        await world.command('amir', 'rejectExecution', { executionId: id, digest: plan?.digest ?? '', reason });
        await world.work();
        return id;
      },
    ],
    [
      'was cancelled',
      async (world) => {
        const { id } = await world.plan(FILE);
        await world.command('olivia', 'cancelExecution', { executionId: id, reason });
        await world.work();
        return id;
      },
    ],
    [
      'has drifted',
      async (world) => {
        const planned = await world.plan(FILE);
        world.provider.changeBank(ALPHA);
        await world.approve(planned);
        await world.work();
        return planned.id;
      },
    ],
    [
      'was signed by a delegate',
      async (world) => {
        const endsAt = '2026-11-30T00:00:00.000Z';
        await world.command('amir', 'setDelegation', { toUid: 'edith', roles: ['approver'], endsAt, reason });
        const planned = await world.plan(FILE);
        await world.approve(planned, 'edith');
        await world.work();
        return planned.id;
      },
    ],
    [
      'resumed another',
      async (world) => {
        world.provider.break('inv-2', 'refuse');
        const { id: executionId } = await world.payOut(FILE);
        const { executionId: child } = await world.command('olivia', 'resumeExecution', { executionId });
        await world.work();
        await world.approve(await world.execution(child));
        await world.work();
        return child;
      },
    ],
  ])('that %s holds', async (_, run) => {
    const world = await World.open();
    await expectHolds(world, await run(world));
  });

  it('names the policy that it was planned under, also when that has been replaced since', async () => {
    const world = await World.open();
    const { id } = await world.payOut(FILE);
    const { proposalId } = await world.command('ada', 'proposeChange', {
      reason,
      change: {
        kind: 'policy.set',
        policyId: 'payments',
        policy: { name: 'Other', active: true, expiryHours: 24, rules: [] },
      },
    });
    const digest = (await read(world.db, refs.proposal(ORG, proposalId)))?.digest ?? '';
    await world.command('bea', 'decideChange', { proposalId, digest, decision: 'approve', reason });
    const pack = await packOf(world, { kind: 'execution', executionId: id });
    expect(pack).toMatch(/"name":"Payments".*"path":"policies\/payments"/);
    expect((await verifyText(pack)).findings).toEqual([]);
    await expectHolds(world, id);
  });

  it('holds the code that planned it, also when that is no longer deployed, and was not kept: its hash, and says so', async () => {
    const world = await World.open();
    const { id, plugin } = await world.payOut(FILE);
    const gone = async (): Promise<never> => {
      throw new AppError('failed_precondition', 'This code is no longer deployed');
    };
    Object.assign(world.deps.catalogue, { find: gone });
    const pack = await packOf(world, { kind: 'execution', executionId: id });
    expect(pack).toContain('in process: stripe-payout');
    const path = objectPaths.code(plugin.codeHash);
    world.objects.put(path, new TextEncoder().encode('something else'));
    const other = await packOf(world, { kind: 'execution', executionId: id });
    expect(other).toContain(`{"code":null,"codeHash":"${plugin.codeHash}"`);
    const report = await verifyText(other);
    expect(report.findings).toEqual([]);
    expect(report.unknown.join(' ')).toMatch(/What the code does of which the platform gives the hash alone/);
  });

  it('shows what was edited behind the server’s back, instead of hiding it', async () => {
    const world = await World.open();
    const { id, plan } = await world.payOut(FILE);
    const path = paths.outcome(ORG, id, plan?.attempt ?? 1, 0);
    const outcomes = String((await world.db.get(path))?.data['outcomes']).replace(/po_\w+/, 'po_mine');
    await world.db.commit([{ op: 'update', path, data: { outcomes } }]);
    await world.db.commit([{ op: 'update', path: paths.member(ORG, 'olivia'), data: { roles: ['admin'] } }]);
    const report = await verifyText(await packOf(world, { kind: 'execution', executionId: id }));
    expect(report.findings.map(({ rule, where }) => `${rule} ${where}`)).toEqual([
      'document members/olivia',
      `outcome executions/${id} page 0`,
    ]);
  });
});

/** Of a database that was changed behind the server's back, an honest pack: what does not hold, or why there is none. */
describe('the pack of a run, after', () => {
  type Change = (world: World, id: string) => Promise<unknown>;
  const docOf = (
    world: World,
    wanted: (path: string, text: string) => boolean,
  ): { path: string; data: Record<string, unknown> } =>
    world.db.dump().find(({ path, data }) => wanted(path, JSON.stringify(data))) as never;
  const eventOf = (world: World, type: string) =>
    docOf(world, (path, text) => path.includes('/audit/') && text.includes(type));
  const remove = async (world: World, path: string): Promise<unknown> => world.db.commit([{ op: 'delete', path }]);
  const journal = (world: World) =>
    docOf(world, (path, text) => path.includes('/journals/') && text.includes('stripe.payout'));

  it.each<[string, Change, RegExp]>([
    [
      'an event was edited',
      async (world) => {
        const { path, data } = eventOf(world, 'execution.approved');
        const body = JSON.parse(JSON.stringify(data['body']).replace('"amir"', '"bea"'));
        return world.db.commit([{ op: 'update', path, data: { body } }]);
      },
      /leaf audit leaf \d+ \(execution.approved/,
    ],
    [
      'an event was deleted',
      async (world) => remove(world, eventOf(world, 'execution.page_settled').path),
      /outcome executions\/\w+ page 0/,
    ],
    ['a journal was deleted', async (world) => remove(world, journal(world).path), /journal journals\//],
    [
      'two events changed places',
      async (world) => {
        const [one, two] = [eventOf(world, 'execution.planned'), eventOf(world, 'execution.approved')];
        const [a, b] = [one.data['seq'], two.data['seq']];
        return world.db.commit([
          { op: 'update', path: one.path, data: { seq: b } },
          { op: 'update', path: two.path, data: { seq: a } },
        ]);
      },
      /leaf audit leaf \d+ \(execution\.(planned|approved)/,
    ],
    [
      'an event was put in',
      async (world, id) => {
        const { data } = eventOf(world, 'execution.approved');
        const { seq } = eventOf(world, 'evidence.exported').data;
        const body = { ...(data['body'] as object), id: 'made-up', executionId: id };
        return world.db.commit([
          { op: 'create', path: paths.auditEvent(ORG, 'made-up'), data: { ...data, seq, body } },
        ]);
      },
      /leaf audit leaf \d+ \(execution.approved made-up\)/,
    ],
    [
      'a page of the plan was edited',
      async (world, id) => {
        const { path, data } = docOf(world, (one) => one.includes(`${id}/pages/`));
        const effects = String(data['effects']).replaceAll('12000', '92000');
        return world.db.commit([{ op: 'update', path, data: { effects } }]);
      },
      /page executions\/\w+ page 0/,
    ],
  ])('%s, names it', async (_, change, where) => {
    const world = await World.open();
    const { id } = await world.payOut(FILE);
    await packOf(world, { kind: 'execution', executionId: id });
    await change(world, id);
    const report = await verifyText(await packOf(world, { kind: 'execution', executionId: id }));
    expect(report.findings.map((one) => `${one.rule} ${one.where}`).join('; ')).toMatch(where);
  });

  it('an event was deleted before it got its place, misses it', async () => {
    const world = await World.open();
    const planned = await world.plan(FILE);
    const query = world.db.query.bind(world.db);
    world.db.query = async (asked) => {
      const found = await query(asked);
      if (asked.collection !== paths.inboxes(ORG, 'audit')) return found;
      const gone = found.filter(({ data }) => String(data['intents']).includes('execution.approved'));
      for (const { path } of gone) await remove(world, path);
      return found.filter((one) => !gone.includes(one));
    };
    await world.approve(planned);
    await world.work();
    world.db.query = query;
    const report = await verifyText(await packOf(world, { kind: 'execution', executionId: planned.id }));
    const told = report.findings.map((one) => `${one.where}: ${one.message}`).join('; ');
    expect(told).toMatch(/the event of its version \d+ is missing/);
    expect(told).toMatch(/was applied with 0 signatures of 1 as approver/);
  });

  it('the heads of both logs were swapped, is not made, and says why', async () => {
    const world = await World.open();
    const { id } = await world.payOut(FILE);
    const [audit, ledger] = await world.db.getAll(
      (['audit', 'ledger'] as const).map((name) => paths.streamHead(ORG, name)),
    );
    await world.db.commit([
      { op: 'update', path: paths.streamHead(ORG, 'audit'), data: { ...ledger?.data, name: 'audit' } },
      { op: 'update', path: paths.streamHead(ORG, 'ledger'), data: { ...audit?.data, name: 'ledger' } },
    ]);
    await expect(packOf(world, { kind: 'execution', executionId: id })).rejects.toThrow(/tile 0-0 has \d+ hashes/);
  });
});

describe('the evidence pack of a period', () => {
  it('has every leaf of both logs, and the runs that ended', async () => {
    const world = await World.open();
    await world.payOut(FILE);
    await world.plan(csvOf([['inv-9', ALPHA, '1.00', 'USD']]));
    const report = await verifyText(await packOf(world, TODAY));
    expect(report.findings).toEqual([]);
    expect(report.counts.executions).toBe(1);
    expect(report.period.map(({ stream, hashed }) => [stream, hashed])).toEqual([
      ['audit', 0],
      ['ledger', 0],
    ]);
  });

  it('of some days between others: from a leaf before them to one after', async () => {
    const world = await World.open();
    const early = await world.payOut(FILE);
    world.clock.pass(2 * 86_400_000);
    const middle = await world.payOut(csvOf([['inv-4', BRAVO, '1.00', 'USD']]));
    world.clock.pass(2 * 86_400_000);
    await world.payOut(csvOf([['inv-5', BRAVO, '1.00', 'USD']]));
    const pack = await packOf(world, { kind: 'period', from: '2026-11-24', to: '2026-11-24' });
    const report = await verifyText(pack);
    expect(report.findings).toEqual([]);
    expect(report.counts).toMatchObject({ executions: 1 });
    expect(pack).toContain(middle.id);
    expect(pack).not.toContain(`executions/${early.id}/approvals`);
    expect(report.period.map(({ hashed }) => hashed)).toEqual([0, 0]);
    // What was booked by itself, and belongs to no run, is told as well.
    expect(pack).toContain('countersign.ledger.account_opened');
    const empty = await verifyText(await packOf(world, { kind: 'period', from: '2026-11-23', to: '2026-11-23' }));
    expect(empty.findings).toEqual([]);
    expect(empty.counts.executions).toBe(0);
  });
});

describe('the leaves of the ledger in a period', () => {
  it('are found by their places: of a batch that says nothing of them, they are given by their hash, and it is said', async () => {
    const world = await World.open();
    await world.payOut(FILE);
    const batches = world.db.dump().filter(({ path }) => path.includes('/streams/ledger/leaves/'));
    expect(batches.length).toBeGreaterThan(0);
    for (const { path } of batches) await world.db.commit([{ op: 'delete', path }]);
    const report = await verifyText(await packOf(world, TODAY));
    expect(report.findings).toEqual([]);
    const hashed = report.period.find(({ stream }) => stream === 'ledger')?.hashed ?? 0;
    expect(hashed).toBeGreaterThan(0);
    expect(report.unknown.join(' ')).toMatch(/given by their hash alone.*ledger 0, ledger 1/);
  });

  it('next to it are further away where a document does not tell its leaf any more', async () => {
    const world = await World.open();
    await world.payOut(FILE);
    world.clock.pass(86_400_000);
    await world.payOut(csvOf([['inv-4', BRAVO, '1.00', 'USD']]));
    const last = world.documents('journals').find(({ memo }) => String(memo).includes('inv-4'));
    await world.db.commit([{ op: 'delete', path: paths.journal(ORG, String(last?.['id'])) }]);
    world.clock.pass(86_400_000);
    const report = await verifyText(await packOf(world, { kind: 'period', from: '2026-11-24', to: '2026-11-24' }));
    expect(report.findings).toEqual([]);
    expect(report.period.find(({ stream }) => stream === 'ledger')?.hashed).toBe(2);
  });
});

describe('asking for a pack', () => {
  it('is for executives, treasurers, auditors and admins; personal values not for treasurers', async () => {
    const world = await World.open();
    const { id } = await world.payOut(FILE);
    const subject = { kind: 'execution', executionId: id } as const;
    for (const uid of ['olivia', 'amir', 'otto', 'ina'])
      await expect(world.command(uid, 'exportEvidence', { subject })).rejects.toMatchObject({
        code: 'permission_denied',
      });
    await world.setMember('bea', { roles: ['treasurer'] });
    await expect(world.command('bea', 'exportEvidence', { subject, personal: true })).rejects.toMatchObject({
      code: 'permission_denied',
    });
    await packOf(world, subject, { uid: 'bea' });
    await packOf(world, subject, { uid: 'edith', personal: true });
    const files = world.documents('exports').map((one) => String((one['file'] as { storagePath: string }).storagePath));
    expect(new Set(files.map((path) => path.split('/')[2]))).toEqual(new Set(['evidence', 'evidence-personal']));
  });

  it('is recorded, with the sum of what came of it', async () => {
    const world = await World.open();
    const { id } = await world.payOut(FILE);
    const { exportId } = await world.command('ada', 'exportEvidence', {
      subject: { kind: 'execution', executionId: id },
    });
    await world.work();
    const made = await exportOf(world, exportId);
    expect(made).toMatchObject({ state: 'ready', requestedBy: 'ada', counts: { executions: 1, journals: 3 } });
    const events = world.audit().filter(({ body }) => body.type.startsWith('evidence.'));
    expect(events.map(({ body }) => [body.type, body.data['executionId'], body.data['sha256']])).toEqual([
      ['evidence.requested', id, undefined],
      ['evidence.exported', id, made.file?.sha256],
    ]);
    await expectSound(world);
  });

  it('of what is not there, under way or too much is refused or ends with the reason', async () => {
    const world = await World.open();
    const { id } = await world.plan(FILE);
    const ask = (subject: Parameters<typeof packOf>[1]) => world.command('ada', 'exportEvidence', { subject });
    await expect(ask({ kind: 'execution', executionId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(ask({ kind: 'execution', executionId: id })).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(ask({ ...TODAY, from: '2026-11-23' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(ask({ ...TODAY, from: '2020-01-01' })).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(() => assertWithin(5, 4, 'journals')).toThrow(/more than 4 journals. Ask for a shorter period/);

    await world.db.commit([{ op: 'delete', path: paths.tile(ORG, 'ledger', 0, 0) }]);
    const { exportId } = await ask(TODAY);
    await world.work();
    expect(await exportOf(world, exportId)).toMatchObject({
      state: 'failed',
      file: null,
      error: { code: 'failed_precondition' },
    });
  });
});
