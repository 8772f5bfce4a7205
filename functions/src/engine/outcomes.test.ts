import type { Journal } from '@countersign/domain/schemas/journal';
import { beforeEach, expect, test, vi } from 'vitest';
import { config } from '../config.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2 });

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
]);
let world: World;
beforeEach(async () => {
  world = await World.open();
});

const journalOf = (reference: string): Journal | undefined =>
  (world.documents('journals') as unknown as Journal[]).find((journal) => journal.memo === `Payout ${reference}`);

test('paid, and the answer lost: unknown, the claim kept, the journal pending; asked later, it is found and the run completes', async () => {
  world.provider.break('A-2', 'timeout_after');
  const ended = await world.payOut(FILE);
  expect(ended).toMatchObject({
    state: 'needs_repair',
    coarse: 'failed',
    journalCount: 2,
    report: { success: false },
    tally: {
      unknown: [{ currency: 'EUR', amountMinor: '1234', count: 1 }],
      succeeded: [{ currency: 'USD', count: 2 }],
      failed: [],
      untouched: [],
    },
  });
  expect(journalOf('A-2')?.state).toBe('pending');
  expect(world.claims()['A-2']).toBe(ended.id);
  expect(await world.plan(csvOf([['A-2', ALPHA, '12.34', 'EUR']]))).toMatchObject({ state: 'failed' });
  await expectSound(world);
  // Nothing is asked before it is time, and nothing is ever sent again.
  await world.later(1_000);
  expect(await world.execution(ended.id)).toMatchObject({ state: 'needs_repair' });
  await world.later(config.askAgainMs);
  const settled = await world.execution(ended.id);
  await expectCompleted(world, settled);
  expect(world.provider.requests).toHaveLength(3);
  expect(journalOf('A-2')?.state).toBe('posted');
});

test.each(['timeout_before', 'server_error'] as const)(
  'never carried out (%s), but nobody can know: it stays unknown, is asked for a bounded time, and is never sent again',
  async (fault) => {
    world.provider.break('A-2', fault);
    const ended = await world.payOut(FILE);
    expect(ended).toMatchObject({ state: 'needs_repair', tally: { unknown: [{ count: 1 }] } });
    const asks = vi.spyOn(world.provider, 'find');
    for (let day = 0; day <= 40; day += 1) await world.later(config.maxAskMs);
    expect(asks.mock.calls.length).toBeGreaterThan(25);
    expect(asks.mock.calls.length).toBeLessThan(33);
    expect(await world.execution(ended.id)).toMatchObject({
      state: 'needs_repair',
      tally: { unknown: [{ count: 1 }] },
    });
    expect(world.claims()['A-2']).toBe(ended.id);
    expect(journalOf('A-2')?.state).toBe('pending');
    expect(world.provider.requests).toHaveLength(3);
    await expectSound(world);
  },
);

test('refused: failed, the journal voided, the claim free with a raised attempt; another run pays it under another key', async () => {
  world.provider.break('A-2', 'refuse');
  const ended = await world.payOut(FILE);
  expect(ended).toMatchObject({
    state: 'needs_repair',
    tally: { failed: [{ currency: 'EUR', amountMinor: '1234', count: 1 }], unknown: [] },
  });
  expect(journalOf('A-2')?.state).toBe('voided');
  expect(Object.keys(world.claims()).sort()).toEqual(['A-1', 'B-1']);
  expect((await world.outcomes(ended)).find((outcome) => outcome.status === 'failed')).toMatchObject({
    code: 'account_closed',
    line: 3,
    providerId: null,
  });
  const text = world.objects.text(ended.report?.files[0]?.storagePath ?? '');
  expect(text).toMatch(/3,A-2,acct_Alpha,12\.34,EUR,failed,,.*The bank account is closed/);
  await expectSound(world);

  const again = await world.payOut(csvOf([['A-2', ALPHA, '12.34', 'EUR']]));
  await expectCompleted(world, again);
  const keys = world.provider.requests
    .filter((request) => request.data.reference === 'A-2')
    .map((request) => request.ids.idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(2);
});

test('throttled once: the same call again, with the same key', async () => {
  world.provider.break('A-2', 'throttle');
  await expectCompleted(world, await world.payOut(FILE));
  const keys = world.provider.requests
    .filter((request) => request.data.reference === 'A-2')
    .map((request) => request.ids.idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('the balance sinks between plan and apply: that row fails, the others are paid', async () => {
  const planned = await world.plan(FILE);
  world.provider.accounts.get(ALPHA)?.balances.set('EUR', 1_000n);
  await world.approve(planned);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'needs_repair',
    tally: { failed: [{ currency: 'EUR', count: 1 }], succeeded: [{ currency: 'USD', count: 2 }] },
  });
  expect(journalOf('A-2')?.state).toBe('voided');
});

test('an account that the ledger closed since: its payout is refused before it is sent', async () => {
  const planned = await world.plan(FILE);
  const account = world.db.dump().find(({ path }) => path === `orgs/${ORG}/accounts/seller-payable.${BRAVO}`);
  await world.db.commit([{ op: 'update', path: account?.path ?? '', data: { closed: true } }]);
  await world.approve(planned);
  // In a process that has not read the account yet.
  await world.work(mortal(world.deps, new Life()));
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'needs_repair',
    tally: { failed: [{ currency: 'USD', amountMinor: '200050', count: 1 }] },
  });
  expect(world.provider.payouts.map((payout) => payout.reference).sort()).toEqual(['A-1', 'A-2']);
  expect(world.provider.requests.some((request) => request.data.reference === 'B-1')).toBe(false);
});

test('the connector breaks down in the middle of a page: the worker gives up, the next one ends it', async () => {
  world.provider.break('A-2', 'throw');
  const planned = await world.plan(FILE);
  await world.approve(planned);
  await expect(world.work()).rejects.toThrow('The connector broke down');
  expect(await world.execution(planned.id)).toMatchObject({ state: 'applying' });
  await world.later(config.leaseMs + 1_000);
  await expectCompleted(world, await world.execution(planned.id));
});

test('the provider does not answer the recheck: nothing is sent, and the next worker goes on', async () => {
  const planned = await world.plan(FILE);
  await world.approve(planned);
  world.provider.brokenReads = 2;
  await expect(world.work()).rejects.toMatchObject({ code: 'unavailable' });
  expect(world.provider.requests).toEqual([]);
  world.provider.brokenReads = 0;
  await world.later(config.leaseMs + 1_000);
  await expectCompleted(world, await world.execution(planned.id));
});

test('a worker dies after the refusal, and the next one hears another refusal: the provider is asked before the row counts as failed', async () => {
  const planned = await world.plan(csvOf([['A-1', ALPHA, '5000.00', 'USD']]));
  await world.approve(planned);
  world.wakes.length = 0;
  // It dies just after the payment went through; Stripe then forgets the key, and the balance no longer suffices.
  const provider = world.provider;
  const pay = provider.pay.bind(provider);
  const life = new Life();
  const dying = mortal(
    {
      ...world.deps,
      provider: {
        identity: () => provider.identity(),
        readAccounts: (ids) => provider.readAccounts(ids),
        find: (query) => provider.find(query),
        readPlatformBalance: () => provider.readPlatformBalance(),
        retrieve: (query) => provider.retrieve(query),
        pay: async (request) => {
          await pay({ ...request, ids: { ...request.ids, idempotencyKey: 'forgotten' } });
          throw new Error('gone');
        },
      },
    },
    life,
  );
  await expect(runWork(dying, ORG, planned.id)).rejects.toThrow('gone');
  await world.later(config.leaseMs + 1_000);
  await expectCompleted(world, await world.execution(planned.id));
  expect(provider.payouts).toHaveLength(1);
});
