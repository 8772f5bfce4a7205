import type { Effect } from '@countersign/domain/schemas/effect';
import { definePlugin, type Plugin } from '@countersign/plugin-sdk';
import { expect, test } from 'vitest';
import { config } from '../config.ts';
import type { Database } from '../store/database.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

/** What the simulation of tests/faults has found, each as the smallest story. */
changeSettings({ pageSize: 2, pagesAtOnce: 1 });

/** Firestore's client runs a transaction's function again when the reply to its commit was lost: here, some of them. */
function runningAgain(deps: Deps, isAgain: () => boolean): Deps {
  const db: Database = {
    ...deps.db,
    transaction: async (decide) => {
      const first = await deps.db.transaction(decide);
      return isAgain() ? deps.db.transaction(decide) : first;
    },
  };
  return { ...deps, db, streams: { ...deps.streams, db } };
}

test('whichever transaction of a worker goes through twice: the run is planned, paid once and completed', async () => {
  const csv = csvOf(Array.from({ length: 5 }, (_, at) => [`R-${at}`, at % 2 === 0 ? ALPHA : BRAVO, '10.00', 'USD']));
  let again = 0;
  for (let place = 1; place === 1 || again > 0; place += 1) {
    const world = await World.open();
    let transactions = 0;
    again = 0;
    const deps = runningAgain(world.deps, () => {
      transactions += 1;
      if (transactions === place) again += 1;
      return transactions === place;
    });
    const id = await world.request(csv);
    const untilRest = async (): Promise<void> => {
      for (let round = 0; round < 4; round += 1) {
        await world.work(deps).catch(() => undefined);
        await world.later(config.leaseMs * 2 ** round + 1_000).catch(() => undefined);
      }
    };
    await untilRest();
    const planned = await world.execution(id);
    expect(planned, `transaction ${place}`).toMatchObject({ state: 'awaiting_approval', error: null });
    await world.approve(planned);
    await untilRest();
    await expectCompleted(world, await world.execution(id));
  }
}, 60_000);

test('a worker is lost, and the provider is another one then: the run has drifted, what may be paid is unknown, no page is open', async () => {
  const world = await World.open();
  const csv = csvOf(Array.from({ length: 5 }, (_, at) => [`R-${at}`, ALPHA, '10.00', 'USD']));
  const planned = await world.plan(csv);
  await world.approve(planned);
  // Paid, and gone before it could say so.
  const db: Database = {
    ...world.db,
    transaction: async (decide) => {
      if (world.provider.payouts.length > 0) throw new Error('The worker is gone');
      return world.db.transaction(decide);
    },
  };
  await world.work({ ...world.deps, db, streams: { ...world.deps.streams, db } }).catch(() => undefined);
  expect(world.provider.payouts).toHaveLength(2);
  world.provider.platform = 'acct_another';
  await world.later(config.leaseMs * 2 + 1_000);
  const ended = await world.execution(planned.id);
  expect(ended).toMatchObject({ state: 'drifted', tally: { counts: { unknown: 2, untouched: 3 } } });
  const outcomes = await world.outcomes(ended);
  expect(outcomes.map(({ status, code }) => `${status} ${code}`)).toEqual(Array(2).fill('unknown provider_changed'));
  expect(Object.keys(world.claims()).sort()).toEqual(['R-0', 'R-1']);
  // The first one comes back, and is asked.
  world.provider.platform = 'acct_platform';
  await world.later(config.askAgainMs + 1_000);
  expect((await world.execution(planned.id)).tally?.counts).toMatchObject({ succeeded: 2, unknown: 0 });
  await expectSound(world);
});

const base = { line: null, needs: [] as string[] };
const transfer = (reference: string): Effect => ({
  ...base,
  kind: 'stripe.transfer',
  key: reference,
  data: { account: ALPHA, amountMinor: '100', currency: 'USD', description: '', reference },
  claim: { kind: 'transfer', reference },
  journal: {
    memo: reference,
    effectiveDay: null,
    entries: [
      { accountId: `stripe-balance.${ALPHA}`, side: 'debit', amountMinor: '100', currency: 'USD' },
      { accountId: 'stripe-balance.platform', side: 'credit', amountMinor: '100', currency: 'USD' },
    ],
  },
});
const keyedCall: Effect = {
  ...base,
  kind: 'http.call',
  key: 'call',
  data: { method: 'POST', url: 'https://erp.example.com/x', headers: {}, body: {}, idempotencyHeader: 'Key' },
  claim: null,
  journal: null,
};

function proposing(effect: Effect): Plugin {
  return definePlugin({
    name: 'proposer',
    version: '1.0.0',
    title: 'Proposer',
    description: 'Proposes one effect, whatever the world says',
    category: 'payments',
    riskLevel: 'low',
    capabilities: ['ledger.post', 'stripe.transfer', 'http.call'],
    parameters: [],
    execute: async () => ({
      effects: [effect],
      problems: [],
      rowCount: 1,
      refusedTotals: [],
      message: 'One',
      metrics: {},
      warnings: [],
    }),
    report: async () => ({ success: true, message: 'Done', files: [], notifications: [] }),
  });
}

async function request(world: World): Promise<string> {
  return (await world.command('olivia', 'requestExecution', { operationId: 'proposer', parameters: {} })).executionId;
}

test('a plugin that proposes what another run has claimed does not plan for ever: the run fails, and says why', async () => {
  const world = await World.open({ plugins: inProcess(proposing(transfer('T-1'))) });
  const first = await request(world);
  await world.work();
  expect((await world.execution(first)).state).toBe('awaiting_approval');
  const second = await request(world);
  await world.work();
  expect(await world.execution(second)).toMatchObject({ state: 'failed', error: { code: 'claim_taken' } });
  await expectSound(world);
});

test('a refusal after a lost worker is no proof where the receiver can not be asked: it may have been called', async () => {
  const world = await World.open({ plugins: inProcess(proposing(keyedCall)) });
  const organization = await read(world.db, refs.organization(ORG));
  if (organization === null) throw new Error('there is an organization');
  const change = new ChangeSet(ORG, 'allow', { kind: 'system', part: 'seed' }, world.clock.at());
  change.change(refs.organization(ORG), organization, { allowedHosts: ['erp.example.com'] });
  await world.db.commit(change.toWrites('organization.created'));
  const id = await request(world);
  await world.work();
  await world.approve(await world.execution(id));
  let calls = 0;
  world.http = async () => {
    calls += 1;
    if (calls === 1) throw new Error('The worker is gone, and the call was made');
    return { status: 'failed', code: 'http_403', message: 'The token has run out', retryable: false };
  };
  await world.work().catch(() => undefined);
  world.clock.pass(config.leaseMs + 1_000);
  await runWork(world.deps, ORG, id);
  expect(calls).toBe(2);
  expect(await world.outcomes(await world.execution(id))).toMatchObject([{ status: 'unknown', code: 'http_403' }]);
});
