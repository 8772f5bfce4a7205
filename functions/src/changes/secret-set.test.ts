import type { CommandInput } from '@countersign/domain/schemas/commands';
import { beforeEach, expect, test, vi } from 'vitest';
import { sweepSecrets } from '../engine/sweep-secrets.ts';
import { expectSound } from '../engine/testing/sound.ts';
import { ORG, World } from '../engine/testing/world.ts';
import { refs } from '../refs.ts';
import { secretReader } from '../secret-in-force.ts';
import { read } from '../store/database.ts';

const NAME = 'stripe-secret-key';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const reason = 'Because it is needed';

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.setMember('amir', { roles: ['approver', 'admin'] });
});

const change = (value: string): CommandInput<'proposeChange'>['change'] => ({ kind: 'secret.set', name: NAME, value });
const propose = async (value: string): Promise<string> =>
  (await world.command('ada', 'proposeChange', { change: change(value), reason })).proposalId;
const decide = async (
  uid: string,
  proposalId: string,
  decision: 'approve' | 'reject' | 'withdraw' = 'approve',
): Promise<unknown> => {
  const digest = (await read(world.db, refs.proposal(ORG, proposalId)))?.digest ?? '';
  return world.command(uid, 'decideChange', { proposalId, digest, decision, reason });
};
const set = async (value: string): Promise<unknown> => decide('amir', await propose(value));
const stored = (): string[] => [...world.secrets.stored.values()].map(({ value }) => value);
/** As a process reads it that has just started. */
const inForce = (): Promise<string> =>
  secretReader(
    world.db,
    world.secrets,
    async () => 'of the deployment',
    () => 0,
  )(NAME);

test('the commit that records the decision puts it in force, and nothing before it does', async () => {
  expect(await inForce()).toBe('of the deployment');
  const proposalId = await propose('first value');
  expect(await inForce()).toBe('of the deployment');
  // Everything that happens before the commit has happened, and the commit fails.
  const transaction = vi.spyOn(world.db, 'transaction').mockRejectedValueOnce(new Error('crash'));
  await expect(decide('amir', proposalId)).rejects.toThrow('crash');
  transaction.mockRestore();
  expect(await inForce()).toBe('of the deployment');
  await decide('amir', proposalId);
  expect(await inForce()).toBe('first value');
  expect(JSON.stringify(world.db.dump())).not.toContain('first value');
  await expectSound(world);
});

test('withdrawn between the check and the commit: the old one stays in force', async () => {
  await set('first value');
  const proposalId = await propose('second value');
  const real = world.db.transaction.bind(world.db);
  const transaction = vi.spyOn(world.db, 'transaction').mockImplementationOnce(async (run) => {
    transaction.mockRestore();
    await decide('ada', proposalId, 'withdraw');
    return real(run);
  });
  await expect(decide('amir', proposalId)).rejects.toMatchObject({ code: 'failed_precondition' });
  expect(await inForce()).toBe('first value');
  expect(stored()).toEqual(['first value']);
});

test.each<[string, 'amir' | 'ada', 'reject' | 'withdraw']>([
  ['refused', 'amir', 'reject'],
  ['taken back', 'ada', 'withdraw'],
])('%s: its value is deleted at once', async (_, uid, decision) => {
  await set('first value');
  const proposalId = await propose('second value');
  expect(stored()).toEqual(['first value', 'second value']);
  await decide(uid, proposalId, decision);
  expect(stored()).toEqual(['first value']);
  expect(await inForce()).toBe('first value');
});

test('replaced: the value of before is deleted, and who has just heard of it looks again', async () => {
  await set('first value');
  const reader = secretReader(
    world.db,
    world.secrets,
    async () => 'of the deployment',
    () => 0,
  );
  expect(await reader(NAME)).toBe('first value');
  await set('second value');
  expect(stored()).toEqual(['second value']);
  // It has the first value still, and reads no document for some seconds.
  expect(await reader(NAME)).toBe('first value');
  let clock = 0;
  const early = secretReader(
    world.db,
    world.secrets,
    async () => 'of the deployment',
    () => clock,
  );
  expect(await early(NAME)).toBe('second value');
  await set('third value');
  clock = 4_999;
  expect(await early(NAME)).toBe('second value');
  clock = 5_000;
  expect(await early(NAME)).toBe('third value');
});

test('a reader whose version was deleted under it reads the document again', async () => {
  await set('first value');
  let clock = 0;
  const reader = secretReader(
    world.db,
    world.secrets,
    async () => 'of the deployment',
    () => clock,
  );
  await reader(NAME);
  clock = 5 * 60_000 - 1;
  await reader(NAME);
  await set('second value');
  // The document is known for another second, the value no longer.
  clock = 5 * 60_000;
  expect(await reader(NAME)).toBe('second value');
});

test('one that has gone from the store meanwhile can not be put in force', async () => {
  await set('first value');
  const proposalId = await propose('second value');
  await world.secrets.discard(NAME, '2');
  await expect(decide('amir', proposalId)).rejects.toMatchObject({ code: 'failed_precondition' });
  expect(await inForce()).toBe('first value');
});

test('the tick deletes what nothing names: expired, left by a crash, not deleted when it was decided', async () => {
  const discard = vi.spyOn(world.secrets, 'discard').mockRejectedValue(new Error('the store is away'));
  await set('replaced value');
  await set('value in force');
  await decide('amir', await propose('refused value'), 'reject');
  discard.mockRestore();
  await propose('open value');
  const staged = await world.secrets.stage(NAME, 'crashed');
  expect(stored()).toEqual(['replaced value', 'value in force', 'refused value', 'open value', 'crashed']);
  // Nothing that is young, for its commit may be on the way.
  await world.later(HOUR_MS - 60_000);
  expect(stored()).toHaveLength(5);
  await world.later(60_000);
  expect(stored()).toEqual(['value in force', 'open value']);
  expect(staged).not.toBe('');
  await world.later(14 * DAY_MS - HOUR_MS);
  expect(stored()).toEqual(['value in force', 'open value']);
  await world.later(HOUR_MS);
  expect(stored()).toEqual(['value in force']);
  expect(await inForce()).toBe('value in force');
});

test('of several organizations, the newest decision is in force', async () => {
  await set('first value');
  const id = await world.secrets.stage(NAME, 'of another organization');
  const fields = { name: NAME, storedAs: id, setBy: 'frida', decidedBy: 'fritz', version: 1 };
  const { path } = refs.secret('globex', NAME);
  await world.db.commit([{ op: 'create', path, data: { ...fields, setAt: '2020-01-01T00:00:00.000Z' } }]);
  expect(await inForce()).toBe('first value');
  await world.db.commit([{ op: 'set', path, data: { ...fields, setAt: '2099-01-01T00:00:00.000Z' } }]);
  expect(await inForce()).toBe('of another organization');
});

test('where too many documents name values for all to be known, none is deleted', async () => {
  await world.secrets.stage(NAME, 'crashed');
  world.clock.pass(2 * HOUR_MS);
  const query = world.db.query.bind(world.db);
  vi.spyOn(world.db, 'query').mockImplementation(async (asked) => {
    const found = await query(asked);
    return asked.collection === 'proposals'
      ? Array.from({ length: asked.limit }, () => found[0] ?? { path: '', data: {}, updateTime: '' })
      : found;
  });
  expect(await sweepSecrets(world.deps)).toBe(0);
  expect(stored()).toEqual(['crashed']);
});
