import { exampleEffect } from '@countersign/domain/plan/example-effect';
import type { Effect } from '@countersign/domain/schemas/effect';
import { beforeEach, expect, test } from 'vitest';
import type { Performed } from '../effects/payment-provider.ts';
import { AccountReader } from './account-reader.ts';
import { BalanceGuard } from './balance-guard.ts';
import { ScriptedProvider } from './testing/scripted-provider.ts';

const payout = (amountMinor: string, fields: Parameters<typeof exampleEffect>[0] = {}) =>
  exampleEffect({ amountMinor, ...fields });
const succeeded: Performed = { status: 'succeeded', providerId: 'po_1' };
const not = (status: 'failed' | 'not_done' | 'unknown'): Performed => ({
  status,
  code: 'c',
  message: 'm',
  retryable: false,
});

let provider: ScriptedProvider;
let nowMs: number;
let guard: BalanceGuard;
beforeEach(() => {
  provider = new ScriptedProvider().open('acct_1', { USD: 1_000n, EUR: 300n }).open('acct_2', { USD: 50n });
  nowMs = Date.parse('2026-11-22T10:00:00.000Z');
  guard = new BalanceGuard(new AccountReader({ provider, now: () => new Date(nowMs) }));
});
const balance = (amountMinor: bigint): unknown => provider.accounts.get('acct_1')?.balances.set('USD', amountMinor);
const isRefused = async (effect: Effect): Promise<boolean> => (await guard.refusalOf(effect)) !== null;

test('all that is there may be paid, and not one minor unit more', async () => {
  expect(await isRefused(payout('1001'))).toBe(true);
  expect(await isRefused(payout('1000'))).toBe(false);
});

test('what must stay is not paid out', async () => {
  expect(await isRefused(payout('801', { reserveMinor: '200' }))).toBe(true);
  expect(await isRefused(payout('800', { reserveMinor: '200' }))).toBe(false);
});

test('the refusal says what is there, and what must stay', async () => {
  expect(await guard.refusalOf(payout('1001'))).toEqual({
    status: 'failed',
    code: 'balance_short',
    message: 'acct_1 has USD 10.00 available: not enough for this payout',
    retryable: false,
  });
  expect(await guard.refusalOf(payout('900', { reserveMinor: '200' }))).toMatchObject({
    message: 'acct_1 has USD 10.00 available, of which USD 2.00 must stay: not enough for this payout',
  });
});

test('payouts side by side are not promised the same money; another currency or account is other money', async () => {
  expect(await isRefused(payout('600'))).toBe(false);
  expect(await isRefused(payout('401'))).toBe(true);
  expect(await isRefused(payout('300', { currency: 'EUR' }))).toBe(false);
  expect(await isRefused(payout('50', { account: 'acct_2' }))).toBe(false);
  expect(await isRefused(payout('400'))).toBe(false);
});

test.each([
  ['failed', not('failed'), true],
  ['not done', not('not_done'), true],
  ['unknown', not('unknown'), false],
  ['paid', succeeded, false],
  ['without an answer', null, false],
])('beside another one, the money of a payout that is %s is there again: %s', async (_, performed, again) => {
  const [first, second] = [payout('600'), payout('300')];
  expect([await isRefused(first), await isRefused(second)]).toEqual([false, false]);
  guard.answered(first, performed);
  expect(await isRefused(payout('700'))).toBe(!again);
});

test('money that came in since it was read is seen before a payout is refused', async () => {
  expect(await isRefused(payout('1000', { currency: 'EUR' }))).toBe(true);
  provider.accounts.get('acct_1')?.balances.set('EUR', 2_000n);
  expect(await isRefused(payout('1500', { currency: 'EUR' }))).toBe(false);
});

test('while a payout is under way no reading counts, for it may show that payout or not', async () => {
  const first = payout('600');
  expect(await isRefused(first)).toBe(false);
  balance(5_000n);
  nowMs += 60_000;
  expect(await isRefused(payout('500'))).toBe(true);
  guard.answered(first, succeeded);
  expect(await isRefused(payout('500'))).toBe(false);
});

test('a reading from before the last answer does not count', async () => {
  const first = payout('600');
  expect(await isRefused(first)).toBe(false);
  guard.answered(first, succeeded);
  // Within the half minute in which a reading is fresh: what was read still shows the money that is gone.
  balance(400n);
  expect(await isRefused(payout('401'))).toBe(true);
  expect(await isRefused(payout('400'))).toBe(false);
});

test('an answer to what nobody asked for, or heard twice, gives no money', async () => {
  const one = payout('100');
  guard.answered(one, not('failed'));
  expect(await isRefused(one)).toBe(false);
  expect(await isRefused(payout('100'))).toBe(false);
  guard.answered(one, not('failed'));
  guard.answered(one, succeeded);
  balance(900n);
  guard.answered(one, not('failed'));
  guard.answered(one, not('failed'));
  expect(await isRefused(payout('901'))).toBe(true);
});

test('nobody is paid from an account that is gone, or in a currency that it does not have', async () => {
  expect(await isRefused(payout('1', { account: 'acct_gone' }))).toBe(true);
  expect(await isRefused(payout('1', { currency: 'JPY' }))).toBe(true);
  expect(await isRefused(payout('1', { account: 'acct_gone' }))).toBe(true);
});

test('other effects have no balance', async () => {
  const journal: Effect = { ...payout('5000'), kind: 'ledger.journal', claim: null, data: {} } as unknown as Effect;
  expect(await guard.refusalOf(journal)).toBeNull();
  guard.answered(journal, not('failed'));
});

test('the provider is asked once while the balance suffices, to the last minor unit, and again only before a refusal', async () => {
  const reads: string[][] = [];
  const readAccounts = provider.readAccounts.bind(provider);
  provider.readAccounts = async (accounts) => (reads.push([...accounts]), readAccounts(accounts));
  expect(await isRefused(payout('600'))).toBe(false);
  expect(await isRefused(payout('400'))).toBe(false);
  expect(reads).toHaveLength(1);
  expect(await isRefused(payout('1'))).toBe(true);
  expect(reads).toHaveLength(2);
});

test('an account that the provider says nothing of has nothing', async () => {
  provider.readAccounts = async () => new Map();
  expect(await isRefused(payout('1'))).toBe(true);
});
