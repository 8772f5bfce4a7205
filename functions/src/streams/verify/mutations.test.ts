import { paths } from '@countersign/domain/paths';
import type { StreamName } from '@countersign/domain/schemas/stream';
import { beforeEach, expect, test } from 'vitest';
import { ALPHA, BRAVO, csvOf, ORG, World } from '../../engine/testing/world.ts';
import { drainStream, sealStream } from '../index.ts';
import { verifyOrganization, type Report } from './index.ts';

/** An organization at work, changed behind the server's back in every way; `verify.test.ts` has more of the ledger's. */
let world: World;
let runId: string;
const STREAMS: readonly StreamName[] = ['audit', 'ledger'];

beforeEach(async () => {
  world = await World.open();
  world.provider.break('inv-2', 'refuse');
  runId = (
    await world.payOut(
      csvOf([
        ['inv-1', ALPHA, '120.00', 'USD'],
        ['inv-2', BRAVO, '80.50', 'USD'],
      ]),
    )
  ).id;
  await seal();
});

async function seal(): Promise<void> {
  for (const name of STREAMS) {
    await drainStream(world.clock, ORG, name);
    await sealStream(world.clock, ORG, name, { force: true });
  }
}

const verify = async (): Promise<Report> =>
  verifyOrganization(world.db, ORG, {
    checkpoints: [...world.clock.notes].filter(([key]) => key.startsWith(`${ORG}/`)).map(([, note]) => note),
    publicKey: await world.clock.signer.publicKey(),
  });

async function expectFound(where: RegExp, message: RegExp): Promise<void> {
  const { findings } = await verify();
  const told = findings.map((one) => `${one.where}: ${one.message}`);
  expect(told.find((line) => where.test(line) && message.test(line)) ?? told.join('\n')).toMatch(message);
}

const edit = async (path: string, fields: Record<string, unknown>): Promise<unknown> =>
  world.db.commit([{ op: 'update', path, data: fields }]);
const attempt = async (): Promise<number> => (await world.execution(runId)).plan?.attempt ?? 0;
const textOf = async (path: string, field: string): Promise<string> => String((await world.db.get(path))?.data[field]);

test('an honest one passes, its pages counted', async () => {
  const report = await verify();
  expect(report.findings).toEqual([]);
  expect(report.audit.pages).toBe(1);
});

test('a page of the plan: an amount', async () => {
  const path = paths.page(ORG, runId, await attempt(), 0);
  await edit(path, { effects: (await textOf(path, 'effects')).replaceAll('12000', '92000') });
  await expectFound(/pages\/1-000000/, /is not the page that the plan was made of/);
});

test('what became of an effect: that it succeeded, where it went, that it is there at all', async () => {
  const path = paths.outcome(ORG, runId, await attempt(), 0);
  const text = await textOf(path, 'outcomes');
  await edit(path, { outcomes: text.replace('"failed"', '"succeeded"') });
  await expectFound(/outcomes\/1-000000/, /is not what its last event left/);
  await edit(path, { outcomes: text.replace(/po_\w+/, 'po_mine') });
  await expectFound(/outcomes\/1-000000/, /is not what its last event left/);
  await world.db.commit([{ op: 'delete', path }]);
  await expectFound(new RegExp(`${runId} page 0`), /its outcomes are gone/);
});

test('an execution’s state, a signature’s role, a policy’s levels', async () => {
  await edit(paths.execution(ORG, runId), { state: 'completed' });
  await expectFound(new RegExp(`executions/${runId}`), /was changed without one/);
  await edit(paths.approval(ORG, runId, 'amir'), { role: 'executive' });
  await expectFound(/approvals\/amir/, /was changed without one/);
  await edit(paths.policy(ORG, 'payments'), { rules: [] });
  await expectFound(/policies\/payments/, /was changed without one/);
});

test('an event inserted after the last one, in a place that is taken, and two that changed places', async () => {
  const [first, second] = world.audit();
  const made = { ...first, body: { ...first?.body, id: 'made-up' } };
  await world.db.commit([
    { op: 'create', path: paths.auditEvent(ORG, 'made-up'), data: { ...made, seq: world.audit().length } },
  ]);
  await expectFound(/audit\/made-up/, /of a stream that ends at/);
  await edit(paths.auditEvent(ORG, 'made-up'), { seq: 2 });
  await expectFound(/audit\//, /claims place 2, which/);
  await world.db.commit([{ op: 'delete', path: paths.auditEvent(ORG, 'made-up') }]);
  await edit(paths.auditEvent(ORG, first?.body.id ?? ''), { seq: 1 });
  await edit(paths.auditEvent(ORG, second?.body.id ?? ''), { seq: 0 });
  await expectFound(/audit\//, /is not what it was when it was recorded/);
});

test('the heads of the two logs swapped', async () => {
  const [audit, ledger] = await world.db.getAll(STREAMS.map((name) => paths.streamHead(ORG, name)));
  await edit(paths.streamHead(ORG, 'audit'), { ...ledger?.data, name: 'audit' });
  await edit(paths.streamHead(ORG, 'ledger'), { ...audit?.data, name: 'ledger' });
  const { findings } = await verify();
  expect(findings.map(({ where }) => where).join(' ')).toMatch(/audit.*ledger|ledger.*audit/s);
  expect(findings.length).toBeGreaterThan(2);
});

test('an event that waits for its place is deleted before it gets one', async () => {
  const before = world.audit().length;
  await intercept('audit', async () => {
    await world.setMember('amir', { roles: ['approver', 'admin'] });
  });
  expect(world.audit()).toHaveLength(before);
  await expectFound(/members\/amir/, /is at version 2, but its last event/);
});

test('a posting that waits for the ledger’s writer is deleted before it is booked', async () => {
  const planned = await world.plan(csvOf([['inv-7', ALPHA, '5.00', 'USD']]));
  await world.approve(planned);
  await intercept(
    'ledger',
    () => world.work(),
    (data) => String(data['intents']).includes('"post"'),
  );
  await seal();
  expect((await world.execution(planned.id)).state).toBe('completed');
  await expectFound(/journals\//, /effect inv-7.* succeeded, and it is not posted|succeeded, and it is not posted/);
});

/** Whatever of these is handed to a log's writer while something is done never gets there. */
async function intercept(
  name: StreamName,
  act: () => Promise<unknown>,
  wanted: (data: Record<string, unknown>) => boolean = () => true,
): Promise<void> {
  const query = world.db.query.bind(world.db);
  const inbox = paths.inboxes(ORG, name);
  world.db.query = async (asked) => {
    const found = await query(asked);
    if (asked.collection !== inbox) return found;
    for (const { path, data } of found) if (wanted(data)) await world.db.commit([{ op: 'delete', path }]);
    return found.filter(({ data }) => !wanted(data));
  };
  try {
    await act();
    for (const { path, data } of await query({ collection: inbox, limit: 100 }))
      if (wanted(data)) await world.db.commit([{ op: 'delete', path }]);
  } finally {
    world.db.query = query;
  }
}

test('rolled back to an older state, a later checkpoint at hand', async () => {
  const kept = world.db.dump();
  await world.payOut(csvOf([['inv-9', ALPHA, '1.00', 'USD']]));
  await seal();
  for (const { path } of world.db.dump()) await world.db.commit([{ op: 'delete', path }]);
  for (const { path, data } of kept) await world.db.commit([{ op: 'set', path, data }]);
  await expectFound(/audit/, /truncated or rolled back|rolled back/);
  await expectFound(/ledger/, /truncated or rolled back|rolled back/);
});
