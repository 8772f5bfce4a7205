import type { CommandInput } from '@countersign/domain/schemas/commands';
import { beforeEach, expect, test } from 'vitest';
import { expectSound } from '../engine/testing/sound.ts';
import { ORG, World } from '../engine/testing/world.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';

type Proposed = CommandInput<'proposeChange'>['change'];

let world: World;
beforeEach(async () => {
  world = await World.open();
});

const reason = 'Because it is needed';
const propose = (uid: string, change: Proposed) => world.command(uid, 'proposeChange', { change, reason });
const decide = async (uid: string, proposalId: string) => {
  const digest = (await read(world.db, refs.proposal(ORG, proposalId)))?.digest ?? '';
  return world.command(uid, 'decideChange', { proposalId, digest, decision: 'approve', reason });
};

const DAY_MS = 86_400_000;
const rate = (value: string, fields: object = {}): Proposed =>
  ({
    kind: 'rate.set',
    base: 'EUR',
    quote: 'USD',
    rate: value,
    source: 'ECB',
    asOf: world.clock.at(),
    ...fields,
  }) as Proposed;
const stored = async () => (await read(world.db, refs.record(ORG, 'fx-rate', 'EUR-USD')))?.fields;
const agree = async (change: Proposed): Promise<void> => world.agree(change, 'bea', 'ada');

test('the first takes two; then one person records what is near it, and never gets further away from it', async () => {
  expect(await propose('bea', rate('1.0'))).toMatchObject({ state: 'open' });
  expect(await stored()).toBeUndefined();
  await agree(rate('1.0'));
  expect(await propose('bea', rate('0.97'))).toMatchObject({ state: 'applied' });
  expect(await propose('bea', rate('0.95'))).toMatchObject({ state: 'applied' });
  expect(await propose('bea', rate('1.05'))).toMatchObject({ state: 'applied' });
  expect(await stored()).toMatchObject({ rate: '1.05', setBy: 'bea', agreedRate: '1.0', agreedSource: 'ECB' });
  expect(await propose('bea', rate('1.0501'))).toMatchObject({ state: 'open' });
  expect(await propose('bea', rate('0.94'))).toMatchObject({ state: 'open' });
  expect(await stored()).toMatchObject({ rate: '1.05' });
  await agree(rate('1.2'));
  expect(await stored()).toMatchObject({ rate: '1.2', agreedRate: '1.2' });
  expect(await propose('bea', rate('1.15'))).toMatchObject({ state: 'applied' });
  await expectSound(world);
});

test('another source, the other direction, and an agreement of long ago take two', async () => {
  await agree(rate('1.0'));
  expect(await propose('bea', rate('1.0', { source: 'a friend' }))).toMatchObject({ state: 'open' });
  expect(await propose('bea', rate('1.0', { base: 'USD', quote: 'EUR' }))).toMatchObject({ state: 'open' });
  world.clock.pass(31 * DAY_MS - 60_000);
  expect(await propose('bea', rate('1.01'))).toMatchObject({ state: 'applied' });
  world.clock.pass(60_000);
  expect(await propose('bea', rate('1.01'))).toMatchObject({ state: 'open' });
});

test('only what can be used, by a treasurer or an administrator; and not when it has become old', async () => {
  await expect(propose('olivia', rate('1.0'))).rejects.toMatchObject({ code: 'permission_denied' });
  for (const bad of [rate('0'), rate('1.0', { quote: 'EUR' }), rate('1.0', { asOf: '2001-01-01T00:00:00.000Z' })])
    await expect(propose('bea', bad)).rejects.toMatchObject({ code: 'invalid_argument' });
  const { proposalId } = await propose('bea', rate('1.0'));
  world.clock.pass(8 * DAY_MS);
  await expect(decide('ada', proposalId)).rejects.toMatchObject({ code: 'invalid_argument' });
  expect(await stored()).toBeUndefined();
});

test('a type of rates from before gets the fields that it lacks', async () => {
  const fields = ['base', 'quote', 'rate', 'source', 'asOf'].map((name) => ({
    name,
    type: name === 'rate' ? ('decimal' as const) : ('string' as const),
    required: true,
  }));
  await decide(
    'bea',
    (await propose('ada', { kind: 'record-type.set', recordType: { type: 'fx-rate', title: 'Rate', fields } }))
      .proposalId,
  );
  await agree(rate('1.0'));
  expect(await stored()).toMatchObject({ agreedRate: '1.0' });
  expect((await read(world.db, refs.recordType(ORG, 'fx-rate')))?.fields.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['setBy', 'agreedRate', 'agreedSource', 'agreedAt']),
  );
  await expectSound(world);
});
