import { beforeEach, expect, test } from 'vitest';
import { expectSound } from '../engine/testing/sound.ts';
import { ORG, World } from '../engine/testing/world.ts';
import { runStatementQuery } from '../ledger/statements/run-statement-query.ts';

const MINUTE_MS = 60_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
  // The test's clock moves a little with each look at it: all of it happens within one minute.
  world.clock.pass(MINUTE_MS - (world.clock.now().getTime() % MINUTE_MS));
});

const refused = async (uid: string, times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1)
    await expect(
      world.command(uid, 'addMember', { uid: 'new', name: 'New', email: 'new@example.com' }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
};
const told = (type: string): unknown[] =>
  world
    .audit()
    .filter(({ body }) => body.type === type)
    .map(({ body }) => body.data);

test('the first of a kind is told at once, the number of them when the minute is over', async () => {
  await refused('olivia', 5);
  await refused('amir', 1);
  await expect(
    world.command('olivia', 'setMaxRunning', { operationId: 'x', maxRunning: 2, reason: 'because' }),
  ).rejects.toMatchObject({ code: 'permission_denied' });
  expect(told('command.denied')).toEqual([
    { command: 'addMember', code: 'permission_denied' },
    { command: 'addMember', code: 'permission_denied' },
    { command: 'setMaxRunning', code: 'permission_denied' },
  ]);
  expect(told('command.denials_counted')).toEqual([]);
  const [minute] = world.documents('denials').map((one) => one['minute']);

  await world.later(MINUTE_MS);
  expect(told('command.denials_counted')).toEqual([
    {
      uid: 'olivia',
      minute,
      count: '4',
      'addMember permission_denied': '5',
      'setMaxRunning permission_denied': '1',
    },
  ]);
  expect(world.documents('denials')).toEqual([]);
  await world.later(MINUTE_MS);
  expect(told('command.denials_counted')).toHaveLength(1);
  await expectSound(world);
});

test('whoever has not signed in is counted as well, in an organization that there is', async () => {
  const input = { uid: 'new', name: 'New', email: 'new@example.com' };
  for (let time = 0; time < 3; time += 1)
    await expect(world.command(null, 'addMember', input)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(world.command(null, 'addMember', input, 'key', 'nowhere')).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  expect(told('command.denied')).toEqual([{ command: 'addMember', code: 'unauthenticated' }]);
  expect(world.documents('denials')).toHaveLength(1);
  await world.later(MINUTE_MS);
  expect(told('command.denials_counted')).toMatchObject([{ uid: '', 'addMember unauthenticated': '3' }]);
  await expectSound(world);
});

test('queries that are refused are counted beside commands; a refusal says the roles held then', async () => {
  await world.command('ada', 'addMember', { uid: 'viktor', name: 'Viktor', email: 'viktor@example.com' });
  await world.setMember('viktor', { roles: ['viewer'] });
  const asked = { orgId: ORG, parameters: { kind: 'trial_balance', day: '2026-11-22' }, after: null, limit: 10 };
  for (const caller of [{ uid: 'viktor' }, null, { uid: 'nobody-knows' }])
    await expect(runStatementQuery(world.deps, 'readStatement', caller, asked)).rejects.toMatchObject({
      code: caller === null ? 'unauthenticated' : 'permission_denied',
    });
  await refused('olivia', 1);
  expect(
    world.audit().flatMap(({ body }) => (body.type === 'command.denied' ? [[body.actor, body.data['command']]] : [])),
  ).toEqual([
    [{ kind: 'member', uid: 'viktor', roles: ['viewer'] }, 'readStatement'],
    [{ kind: 'system', part: 'engine' }, 'readStatement'],
    [{ kind: 'member', uid: 'nobody-knows', roles: [] }, 'readStatement'],
    [{ kind: 'member', uid: 'olivia', roles: ['operator'] }, 'addMember'],
  ]);
});

test('another minute is counted by itself; what is not yet over is not told', async () => {
  await refused('olivia', 2);
  await world.later(MINUTE_MS);
  await refused('olivia', 3);
  await world.later(1_000);
  expect(told('command.denials_counted')).toMatchObject([{ count: '1' }]);
  await world.later(MINUTE_MS);
  expect(told('command.denials_counted')).toMatchObject([{ count: '1' }, { count: '2' }]);
  expect(told('command.denied')).toHaveLength(2);
});

test('many at once are all counted', async () => {
  await Promise.all(Array.from({ length: 20 }, () => refused('olivia', 1)));
  await world.later(MINUTE_MS);
  expect(told('command.denials_counted')).toMatchObject([{ 'addMember permission_denied': '20' }]);
});
