import { fxAccounts } from '@countersign/domain/ledger/fx/accounts';
import { exchange } from '@countersign/domain/ledger/fx/exchange';
import { positionsOf, type Position } from '@countersign/domain/ledger/fx/position';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Plugin } from '@countersign/plugin-sdk';
import { beforeEach, expect, test } from 'vitest';
import fxRevaluation from '../../../../plugins/fx-revaluation/src/index.ts';
import { openAccount } from '../../engine/testing/found-organization.ts';
import { inProcess } from '../../engine/testing/in-process-plugin.ts';
import { expectSound } from '../../engine/testing/sound.ts';
import { ORG, World } from '../../engine/testing/world.ts';
import { drainStream, ledgerIntents } from '../../streams/index.ts';
import { closingChecklist } from '../closing-checklist.ts';
import { readBalances } from './plan-reads.ts';

let world: World;
beforeEach(async () => {
  world = await World.open({ plugins: inProcess(fxRevaluation as Plugin) });
  const bank = openAccount({ id: 'bank', type: 'asset', parentId: 'assets', postable: true });
  const fx = fxAccounts(['EUR'], 'USD').map((account): LedgerIntent => ({
    type: 'open_account',
    id: `open-${account.id}`,
    account,
  }));
  await post(bank, ...fx);
});

const dayBefore = (days: number): string =>
  new Date(world.clock.now().getTime() - days * 86_400_000).toISOString().slice(0, 10);

let commits = 0;
async function post(...intents: LedgerIntent[]): Promise<void> {
  await world.db.commit(ledgerIntents(ORG, `books-${(commits += 1)}`, intents, world.clock.at()));
  const { refused } = await drained();
  expect(refused).toEqual([]);
}
async function drained(): Promise<{ refused: unknown[] }> {
  await drainStream(world.deps.streams, ORG, 'ledger');
  return { refused: world.db.dump().filter(({ path }) => path.includes('/ledger/results/')) };
}

async function positions(day: string | null = null): Promise<Map<string, Position>> {
  return positionsOf((await readBalances(world.deps, ORG, { accounts: ['fx-position'], day })).balances, 'USD');
}
async function buyEuros(euros: bigint, dollars: bigint, day: string): Promise<void> {
  const { draft } = exchange(
    { baseCurrency: 'USD', day, positions: await positions(), table: [] },
    {
      memo: 'Euros',
      sold: { accountId: 'bank', currency: 'USD', amountMinor: dollars },
      bought: { accountId: 'bank', currency: 'EUR', amountMinor: euros },
    },
  );
  const source = { executionId: null, effectId: null, kind: 'test' };
  await post({ type: 'record', id: `deal-${(commits += 1)}`, state: 'posted', journal: draft, source });
}
async function agreeRate(rate: string, day: string): Promise<void> {
  const asOf = `${day}T15:00:00.000Z`;
  await world.agree({ kind: 'rate.set', base: 'EUR', quote: 'USD', rate, source: `ECB ${rate}`, asOf, day }, 'bea');
}
async function planned(day: string): Promise<Execution> {
  const parameters = { day, maxAgeDays: 4 };
  const { executionId } = await world.command('olivia', 'requestExecution', {
    operationId: 'fx-revaluation',
    parameters,
  });
  await world.work();
  return world.execution(executionId);
}
async function revalued(day: string): Promise<Execution> {
  const execution = await planned(day);
  if (execution.state !== 'awaiting_approval') return execution;
  await world.approve(execution);
  await world.work();
  return world.execution(execution.id);
}

test('a close day is revalued by a signed run; the next takes it back; again, there is nothing to do', async () => {
  const [first, second] = [dayBefore(40), dayBefore(10)];
  await buyEuros(1_000_00n, 1_080_00n, dayBefore(50));
  await agreeRate('1.10', first);
  await agreeRate('1.05', second);

  const item = async () =>
    (await closingChecklist(world.deps, ORG, { to: first })).find(({ id }) => id === 'currencies');
  expect(await item()).toEqual({ id: 'currencies', ok: false, text: `positions in EUR are not revalued at ${first}` });
  expect((await revalued(first)).state).toBe('completed');
  expect(await item()).toMatchObject({ ok: true, text: `positions in EUR are revalued at ${first}` });
  expect((await positions()).get('EUR')).toEqual({
    quantityMinor: 1_000_00n,
    costMinor: 1_080_00n,
    revaluedMinor: 20_00n,
  });
  expect((await positions(dayBefore(41))).get('EUR')?.revaluedMinor).toBe(0n);

  expect((await revalued(second)).state).toBe('completed');
  expect((await positions()).get('EUR')?.revaluedMinor).toBe(-30_00n);
  expect((await positions(dayBefore(11))).get('EUR')?.revaluedMinor).toBe(20_00n);

  const again = await revalued(second);
  expect([again.state, again.plan?.effectCount]).toEqual(['completed', 0]);
  await expectSound(world);
});

test('what changes the position while somebody reads the plan stops it; later days do not', async () => {
  const close = dayBefore(5);
  await buyEuros(1_000_00n, 1_080_00n, dayBefore(9));
  await agreeRate('1.10', close);
  const signed = await planned(close);
  await buyEuros(10_00n, 11_00n, dayBefore(0));
  await world.approve(signed);
  await world.work();
  expect((await world.execution(signed.id)).state).toBe('completed');

  await agreeRate('1.20', dayBefore(0));
  const late = await planned(dayBefore(0));
  await buyEuros(10_00n, 11_00n, dayBefore(9));
  await world.approve(late);
  await world.work();
  const drifted = await world.execution(late.id);
  expect(drifted.state).toBe('drifted');
  expect(JSON.stringify(drifted)).toContain('fx-position.EUR on');
  expect((await positions()).get('EUR')?.revaluedMinor).toBe(20_00n);
  await expectSound(world);
});

test('a revaluation that is taken back while the next one is read stops it; planned again, it is right', async () => {
  const [first, second] = [dayBefore(40), dayBefore(10)];
  await buyEuros(1_000_00n, 1_080_00n, dayBefore(50));
  await agreeRate('1.10', first);
  await agreeRate('1.05', second);
  expect((await revalued(first)).state).toBe('completed');
  const waits = await planned(second);
  const source = { executionId: null, effectId: null, kind: 'test' };
  const entry = (accountId: string, side: 'debit' | 'credit') => ({
    accountId,
    side,
    amountMinor: '2000',
    currency: 'USD',
  });
  const entries = [entry('fx-revaluation.EUR', 'credit'), entry('fx-unrealized', 'debit')];
  const journal = { memo: 'Wrong rate', effectiveDay: first, entries, metadata: {} };
  await post({ type: 'record', id: 'back', state: 'posted', journal, source });
  expect((await positions(second)).get('EUR')?.revaluedMinor).toBe(0n);
  await world.approve(waits);
  await world.work();
  expect((await world.execution(waits.id)).state).toBe('drifted');
  expect((await revalued(second)).state).toBe('completed');
  expect((await positions()).get('EUR')?.revaluedMinor).toBe(-30_00n);
  // The day that was taken back is due again.
  expect((await revalued(first)).state).toBe('completed');
  expect((await positions(first)).get('EUR')?.revaluedMinor).toBe(20_00n);
  await expectSound(world);
});

test('of two runs on the same books, one is carried out', async () => {
  const close = dayBefore(5);
  await buyEuros(1_000_00n, 1_080_00n, dayBefore(9));
  await agreeRate('1.10', close);
  const one = await planned(close);
  const other = await planned(close);
  expect([one.state, other.state]).toEqual(['awaiting_approval', 'failed']);
  await world.approve(one);
  await world.work();
  expect((await positions()).get('EUR')?.revaluedMinor).toBe(20_00n);
});

test('without a rate of about that day nothing is booked, and it says which is missing', async () => {
  await buyEuros(1_000_00n, 1_080_00n, dayBefore(30));
  await agreeRate('1.10', dayBefore(20));
  const checklist = await closingChecklist(world.deps, ORG, { to: dayBefore(10) });
  expect(checklist.find(({ id }) => id === 'currencies')?.text).toContain('There is no rate between EUR and USD');
  const failed = await planned(dayBefore(10));
  expect(failed.state).toBe('failed');
  expect(failed.error?.message).toContain('The rate between EUR and USD is 10 days old');
});
