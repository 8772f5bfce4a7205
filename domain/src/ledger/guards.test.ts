import { describe, expect, test } from 'vitest';
import type { Guard } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import type { BalanceSums } from './balance-sheet.ts';
import { availableMinor, checkGuards, normalSide } from './guards.ts';
import { between, recording } from './testing/memory-ledger.ts';
import { AT, codes, ledgerWith } from './testing/small-books.ts';

describe('guards', () => {
  const guard = (accountId: string, ...guards: Guard[]): LedgerIntent => ({
    type: 'change_account',
    id: `guard-${accountId}-${guards.length}`,
    accountId,
    set: { guards },
    reason: 'policy',
  });
  const pay = (id: string, amount: string, state: 'pending' | 'posted' = 'posted'): LedgerIntent =>
    recording(id, between('seller', 'bank', amount), state);
  const fund = recording('fund', between('bank', 'seller', '100'));

  test('not below zero: pending that leaves counts, pending that comes in does not; the refusal says by how much', () => {
    const ledger = ledgerWith(fund, guard('bank', { kind: 'not_below_zero' }));
    expect(codes(ledger.run([pay('a', '60', 'pending')], AT))).toEqual([]);
    const refused = ledger.run([recording('in', between('bank', 'seller', '500'), 'pending'), pay('b', '41')], AT);
    expect(refused.refusals).toMatchObject([
      { code: 'guard_below_zero', details: { accountId: 'bank', currency: 'USD', shortMinor: '1' } },
    ]);
    expect(codes(ledger.run([pay('c', '40')], AT))).toEqual([]);
    // Of two in one batch that fit one by one, the first goes.
    ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: '' }], AT);
    expect(codes(ledger.run([pay('d', '60'), pay('e', '60')], AT))).toEqual(['guard_below_zero']);
    // Posting what was accepted as pending is not asked again.
    const credit = ledgerWith(fund, pay('p', '100', 'pending'), guard('bank', { kind: 'not_below_zero' }));
    expect(codes(credit.run([{ type: 'post', id: 'pp', journalId: 'p' }], AT))).toEqual([]);
  });

  test('a credit limit holds in its currency', () => {
    const ledger = ledgerWith(fund, guard('bank', { kind: 'credit_limit', currency: 'USD', limitMinor: '50' }));
    expect(codes(ledger.run([pay('a', '151')], AT))).toEqual(['guard_credit_limit']);
    expect(codes(ledger.run([pay('b', '150')], AT))).toEqual([]);
    expect(codes(ledger.run([recording('c', between('seller', 'bank', '9', 'EUR'))], AT))).toEqual([]);
  });

  test('a daily limit counts what is recorded on a day, and begins anew the next', () => {
    const limit: Guard = { kind: 'daily_limit', currency: 'USD', side: 'credit', limitMinor: '50' };
    const ledger = ledgerWith(guard('bank', limit));
    expect(codes(ledger.run([pay('a', '30', 'pending'), pay('b', '30')], AT))).toEqual(['guard_daily_limit']);
    ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: '' }], AT);
    expect(codes(ledger.run([pay('b', '30'), pay('c', '20'), pay('d', '1')], AT))).toEqual(['guard_daily_limit']);
    expect(codes(ledger.run([pay('d', '50')], '2026-11-23T00:00:00.000Z'))).toEqual([]);
  });

  test('of an account above hold for the sum, and what is past one may get better', () => {
    const ledger = ledgerWith(fund, guard('assets', { kind: 'not_below_zero' }));
    expect(codes(ledger.run([recording('a', between('till', 'bank', '500'))], AT))).toEqual([]);
    expect(codes(ledger.run([pay('b', '101')], AT))).toEqual(['guard_below_zero']);
    const past = ledgerWith(pay('deep', '500'), guard('bank', { kind: 'not_below_zero' }));
    expect(codes(past.run([recording('up', between('bank', 'seller', '100')), pay('down', '1')], AT))).toEqual([
      'guard_below_zero',
    ]);
  });

  test('twice the same, or below zero, is refused', () => {
    const ledger = ledgerWith();
    const limit: Guard = { kind: 'credit_limit', currency: 'USD', limitMinor: '-1' };
    expect(codes(ledger.run([guard('bank', { kind: 'not_below_zero' }, { kind: 'not_below_zero' })], AT))).toEqual([
      'guard_invalid',
    ]);
    expect(codes(ledger.run([guard('bank', limit)], AT))).toEqual(['guard_invalid']);
  });
});

describe('what is available', () => {
  const sums = { postedDebit: 100n, postedCredit: 30n, pendingDebit: 5n, pendingCredit: 7n };

  test.each([
    ['asset', 'debit', 63n],
    ['expense', 'debit', 63n],
    ['liability', 'credit', -75n],
    ['equity', 'credit', -75n],
    ['income', 'credit', -75n],
  ] as const)('of %s, which grows by %s', (type, side, available) => {
    expect(normalSide(type)).toBe(side);
    expect(availableMinor(type, sums)).toBe(available);
  });
});

describe('a guard, at its limit', () => {
  const DAY = '2026-11-22';
  const sums = (more: Partial<BalanceSums>): BalanceSums => ({
    postedDebit: 0n,
    postedCredit: 0n,
    pendingDebit: 0n,
    pendingCredit: 0n,
    day: DAY,
    dayDebit: 0n,
    dayCredit: 0n,
    ...more,
  });
  const refusal = (
    guard: Guard,
    before: Partial<BalanceSums>,
    after: Partial<BalanceSums>,
    currency = 'USD',
  ): unknown => checkGuards({ id: 'bank', type: 'asset', guards: [guard] }, currency, sums(before), sums(after));
  const credit: Guard = { kind: 'credit_limit', currency: 'USD', limitMinor: '50' };
  const daily = (side: 'debit' | 'credit'): Guard => ({ kind: 'daily_limit', currency: 'USD', side, limitMinor: '50' });

  test.each<[string, Guard, Partial<BalanceSums>, Partial<BalanceSums>]>([
    ['at zero', { kind: 'not_below_zero' }, { postedDebit: 9n }, { postedDebit: 9n, postedCredit: 9n }],
    ['below, and better', { kind: 'not_below_zero' }, { postedCredit: 9n }, { postedCredit: 8n }],
    ['below, and as before', { kind: 'not_below_zero' }, { postedCredit: 9n }, { postedCredit: 9n }],
    ['at the credit limit', credit, {}, { pendingCredit: 50n }],
    ['at the daily limit', daily('credit'), {}, { dayCredit: 50n }],
    ['past the limit of the other side', daily('credit'), {}, { dayDebit: 99n }],
    ['past a daily limit, and no further', daily('debit'), { dayDebit: 60n }, { dayDebit: 60n }],
    ['past one of the other side, and no further', daily('credit'), { dayCredit: 60n }, { dayCredit: 60n }],
  ])('allows what is %s', (_, guard, before, after) => {
    expect(refusal(guard, before, after)).toBeNull();
  });

  test.each<[string, Guard, Partial<BalanceSums>, Partial<BalanceSums>, string, string]>([
    [
      'below zero',
      { kind: 'not_below_zero' },
      {},
      { postedCredit: 1n },
      'guard_below_zero',
      '1 (minor units): it is below zero',
    ],
    [
      'past the credit limit',
      credit,
      {},
      { pendingCredit: 53n },
      'guard_credit_limit',
      '3 (minor units): it is over its credit limit of 50',
    ],
    [
      'past the daily limit',
      daily('credit'),
      { dayCredit: 40n },
      { dayCredit: 52n },
      'guard_daily_limit',
      '2 (minor units): it is over its credit limit of 50 a day',
    ],
    [
      'past the limit of a new day',
      daily('debit'),
      { day: '2026-11-21', dayDebit: 90n },
      { dayDebit: 60n },
      'guard_daily_limit',
      '10 (minor units): it is over its debit limit of 50 a day',
    ],
  ])('refuses what is %s, and says by how much', (_, guard, before, after, code, by) => {
    expect(refusal(guard, before, after)).toEqual({
      code,
      message: `Account bank would be short by USD ${by}`,
      details: { accountId: 'bank', currency: 'USD', shortMinor: by.slice(0, by.indexOf(' ')) },
    });
  });

  test('is one of several, and each is asked', () => {
    const guards: Guard[] = [credit, daily('credit'), { kind: 'not_below_zero' }];
    const account = { id: 'bank', type: 'asset' as const, guards };
    expect(checkGuards(account, 'USD', sums({}), sums({ postedCredit: 1n }))).toMatchObject({
      code: 'guard_below_zero',
    });
    expect(checkGuards(account, 'USD', sums({}), sums({ dayCredit: 51n }))).toMatchObject({
      code: 'guard_daily_limit',
    });
  });

  test('of another currency says nothing; below zero is asked in every one', () => {
    expect(refusal(credit, {}, { postedCredit: 99n }, 'EUR')).toBeNull();
    expect(refusal(daily('credit'), {}, { dayCredit: 99n }, 'EUR')).toBeNull();
    expect(refusal({ kind: 'not_below_zero' }, {}, { postedCredit: 1n }, 'EUR')).toMatchObject({
      code: 'guard_below_zero',
    });
  });
});
