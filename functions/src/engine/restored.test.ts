import type { Execution } from '@countersign/domain/schemas/execution';
import { originOf, parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { beforeEach, expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream, sealStream } from '../streams/index.ts';
import { verifyOrganization, type Report } from '../streams/verify/index.ts';
import { afterRestore } from './restored.ts';
import { expectOnce } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';

const TICK_MS = 11_000;
type Dump = ReturnType<World['db']['dump']>;
let world: World;
beforeEach(async () => {
  world = await World.open();
});

async function seal(): Promise<void> {
  for (const name of ['ledger', 'audit'] as const) {
    await drainStream(world.clock, ORG, name);
    await sealStream(world.clock, ORG, name, { force: true });
  }
}

/** The database of then, in place of that of now; what was published stays. */
async function restore(dump: Dump): Promise<void> {
  const kept = new Set(dump.map(({ path }) => path));
  const gone = world.db.dump().filter(({ path }) => !kept.has(path));
  for (const { path } of gone) await world.db.commit([{ op: 'delete', path }]);
  for (const { path, data } of dump) await world.db.commit([{ op: 'set', path, data }]);
  world.wakes.length = 0;
}

async function verify(): Promise<Report> {
  await drainStream(world.clock, ORG, 'ledger');
  await drainStream(world.clock, ORG, 'audit');
  const notes = [...world.clock.notes].filter(([key]) => key.startsWith(`${ORG}/`)).map(([, note]) => note);
  return verifyOrganization(world.db, ORG, { checkpoints: notes, publicKey: await world.clock.signer.publicKey() });
}

const organization = async () => {
  const found = await read(world.db, refs.organization(ORG));
  if (found === null) throw new Error('no organization');
  return found;
};
const liftStop = () => world.command('ada', 'setStop', { active: false, reason: 'looked through' });
const rows = (...references: string[]): string =>
  csvOf(references.map((reference) => [reference, ALPHA, '10.00', 'USD'] as const));

/** A run is paid, the database of before comes back, and another is signed in it. */
async function rolledBack(): Promise<{ before: Dump; lostSince: string; lost: Execution }> {
  await world.payOut(rows('OLD-1'));
  await seal();
  const before = world.db.dump();
  const lostSince = world.clock.at();
  const lost = await world.payOut(rows('LOST-1', 'LOST-2'));
  await seal();
  await restore(before);
  world.clock.pass(TICK_MS);
  return { before, lostSince, lost };
}

test('before money moves: a run of a rolled-back database is not paid, all payments are stopped, admins are told', async () => {
  await rolledBack();
  const planned = await world.plan(rows('NEW-1'));
  await world.approve(planned);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({ state: 'applying', progress: { pagesDone: 0 } });
  expect(world.provider.payouts.map(({ reference }) => reference)).not.toContain('NEW-1');
  expect((await organization()).stop).toMatchObject({ active: true, uid: null });
  expect((await organization()).stop.reason).toMatch(/vouched for: the database was rolled back/);
  expect(world.documents('notifications')).toMatchObject([
    { uid: 'ada', title: 'All payments are stopped: the database was rolled back' },
  ]);
  await drainStream(world.clock, ORG, 'audit');
  expect(world.audit().map(({ body }) => body.type)).toContain('organization.rolled_back');
});

test('the tick finds it too, as soon as anything is to be sealed; lifting the stop alone does not help', async () => {
  await rolledBack();
  await world.plan(rows('NEW-1'));
  await world.later(TICK_MS);
  expect((await organization()).stop.active).toBe(true);
  await liftStop();
  expect((await organization()).stop.active).toBe(false);
  await world.later(TICK_MS);
  expect((await organization()).stop.active).toBe(true);
  expect((await verify()).ok).toBe(false);
});

test('after-restore: sealing goes on under a new origin, the verifier is green and says what was lost, old checkpoints stay', async () => {
  const { lostSince } = await rolledBack();
  const old = [...world.clock.notes.values()];
  const { epoch, streams } = await afterRestore(world.deps, ORG, lostSince);
  expect(epoch).toBe(1);
  expect(streams.every(({ from, published }) => from > 0 && from < (published?.size ?? 0))).toBe(true);
  expect(await organization()).toMatchObject({ restored: { lostSince, epoch: 1 }, stop: { active: true } });
  const report = await verify();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    audit: { restorations: [{ epoch: 1, lostSince }], lostCheckpoints: 1 },
    ledger: { lostCheckpoints: 1 },
  });
  expect([...world.clock.notes.values()]).toEqual(expect.arrayContaining(old));
  const origins = (): string[] => [...world.clock.notes.values()].map((note) => parseCheckpoint(note).origin);
  expect(origins()).toContain(originOf(ORG, 'audit', 1));
  // And further.
  await liftStop();
  await world.payOut(rows('NEW-1'));
  await seal();
  expect(origins()).toContain(originOf(ORG, 'ledger', 1));
  expect((await verify()).findings).toEqual([]);
  expect((await organization()).stop.active).toBe(false);
});

test('what was paid in the time that was lost is found at the provider: same reference, another run, not paid again', async () => {
  const { lostSince } = await rolledBack();
  await afterRestore(world.deps, ORG, lostSince);
  await liftStop();
  const again = await world.payOut(rows('LOST-1', 'NEW-1'));
  expect(again).toMatchObject({ state: 'completed', tally: { counts: { succeeded: 2 } } });
  expect(world.provider.payouts.map(({ reference }) => reference)).toEqual(['OLD-1', 'LOST-1', 'LOST-2', 'NEW-1']);
  expectOnce(world);
});

test('an attempt that was forgotten, and keys that Stripe has forgotten: the second attempt is found', async () => {
  const before = world.db.dump();
  const lostSince = world.clock.at();
  world.provider.break('INV-1', 'refuse');
  await world.payOut(rows('INV-1'));
  await world.payOut(rows('INV-1'));
  expect(world.provider.payouts).toHaveLength(1);
  await seal();
  await restore(before);
  await afterRestore(world.deps, ORG, lostSince);
  await liftStop();
  // A new key for every send, as if a day had passed.
  const pay = world.provider.pay.bind(world.provider);
  world.provider.pay = async (request) =>
    pay({ ...request, ids: { ...request.ids, idempotencyKey: `${request.ids.idempotencyKey}-anew` } });
  expect(await world.payOut(rows('INV-1'))).toMatchObject({ state: 'completed' });
  expect(world.provider.payouts).toHaveLength(1);
});

test('restored a second time, to before the first: another epoch, and the time that both have lost', async () => {
  const { before, lostSince } = await rolledBack();
  await afterRestore(world.deps, ORG, lostSince);
  await liftStop();
  await world.payOut(csvOf([['B-1', BRAVO, '5.00', 'USD']]));
  await seal();
  await restore(before);
  world.clock.pass(TICK_MS);
  // It knows of no restore, and what it would seal goes on from its own past: the later epoch gives it away.
  await world.plan(rows('NEW-2'));
  await world.later(TICK_MS);
  expect((await organization()).stop.active).toBe(true);
  const { epoch } = await afterRestore(world.deps, ORG, lostSince);
  expect(epoch).toBe(2);
  expect((await verify()).findings).toEqual([]);
});

test('rolled back to just before a restore, where nothing contradicts the first epoch: the second gives it away', async () => {
  await world.payOut(rows('OLD-1'));
  await seal();
  const before = world.db.dump();
  await afterRestore(world.deps, ORG, world.clock.at());
  await liftStop();
  await world.payOut(rows('LOST-1'));
  await seal();
  await restore(before);
  world.clock.pass(TICK_MS);
  const planned = await world.plan(rows('NEW-1'));
  await world.approve(planned);
  await world.work();
  expect((await organization()).stop.active).toBe(true);
  expect(world.provider.payouts.map(({ reference }) => reference)).toEqual(['OLD-1', 'LOST-1']);
  expect((await verify()).findings.map(({ message }) => message).join()).toMatch(/knows nothing of/);
});

test('the verifier is not deceived: a roll-back without after-restore, and a tree that was changed before it', async () => {
  const { lostSince } = await rolledBack();
  expect((await verify()).findings.map(({ check }) => check)).toContain('checkpoint');
  await afterRestore(world.deps, ORG, lostSince);
  const journal = world.db.dump().find(({ path }) => path.includes('/journals/'));
  await world.db.commit([{ op: 'update', path: journal?.path ?? '', data: { memo: 'another' } }]);
  expect((await verify()).ok).toBe(false);
});

test('a time that has not been, an organization that is not there', async () => {
  await expect(afterRestore(world.deps, ORG, '2999-01-01T00:00:00Z')).rejects.toMatchObject({
    code: 'invalid_argument',
  });
  await expect(afterRestore(world.deps, ORG, 'yesterday')).rejects.toMatchObject({ code: 'invalid_argument' });
  await expect(afterRestore(world.deps, 'nobody', '2026-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'not_found' });
});
