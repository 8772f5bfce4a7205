import { afterAll, expect, test } from 'vitest';
import type { Deps } from '../../functions/src/engine/deps.ts';
import { changeSettings } from '../../functions/src/engine/testing/settings.ts';
import { ALPHA, BRAVO, CHARLIE, csvOf, ORG, World } from '../../functions/src/engine/testing/world.ts';
import { runWork } from '../../functions/src/engine/worker.ts';
import { localFirestore } from './local-firestore.ts';

const store = localFirestore();
afterAll(() => store.close());
changeSettings({ pageSize: 1, pagesAtOnce: 1 });

const PLACES = [
  [ALPHA, 'USD'],
  [BRAVO, 'USD'],
  [CHARLIE, 'KWD'],
] as const;
const RUNS = 9;
const COPY_SIZE = 100;

/** Runs that are signed in a world in memory, which then lies in the real store; each has two pages, from one account. */
async function signedRuns(world: World): Promise<Map<string, string>> {
  const accounts = new Map<string, string>();
  for (let run = 0; run < RUNS; run += 1) {
    const [account, currency] = PLACES[run % PLACES.length] ?? PLACES[0];
    const rows = ['a', 'b'].map((row) => [`R-${run}${row}`, account, '10.00', currency] as const);
    const planned = await world.plan(csvOf(rows));
    await world.approve(planned);
    world.wakes.length = 0;
    accounts.set(planned.id, account);
  }
  const documents = world.db.dump();
  for (let start = 0; start < documents.length; start += COPY_SIZE)
    await store.db.commit(
      documents.slice(start, start + COPY_SIZE).map(({ path, data }) => ({ op: 'set', path, data })),
    );
  return accounts;
}

test('nine runs that are woken at once, on the local Firestore: two at most apply, no two from one account, and all of them end', async () => {
  const world = await World.open();
  await world.command('ada', 'setMaxRunning', { operationId: 'stripe-payout', maxRunning: 2, reason: 'more at once' });
  const accounts = await signedRuns(world);
  const wakes: string[] = [];
  const startedMs = Date.now();
  const deps: Deps = {
    ...world.deps,
    db: store.db,
    streams: { ...world.clock, db: store.db },
    now: () => new Date(world.clock.now().getTime() + Date.now() - startedMs),
    wake: async (_, id) => void wakes.push(id),
  };
  const paying: string[] = [];
  world.provider.beforePay = async ({ ids }) => {
    const account = accounts.get(ids.executionId) ?? '';
    expect(paying).not.toContain(account);
    expect(paying.length).toBeLessThan(2);
    paying.push(account);
    await new Promise((resolve) => setTimeout(resolve, 20));
    paying.splice(paying.indexOf(account), 1);
  };
  const ids = [...accounts.keys()];
  await Promise.all(ids.map((id) => runWork(deps, ORG, id)));
  for (let round = 0; round < 4 * RUNS && wakes.length > 0; round += 1)
    await Promise.all([...new Set(wakes.splice(0))].map((id) => runWork(deps, ORG, id)));
  const states = await Promise.all(
    ids.map(async (id) => (await store.db.get(`orgs/${ORG}/executions/${id}`))?.data['state']),
  );
  expect(states).toEqual(ids.map(() => 'completed'));
  expect(world.provider.payouts).toHaveLength(2 * RUNS);
  expect((await store.db.get(`orgs/${ORG}/queues/apply`))?.data['entries']).toEqual([]);
});
