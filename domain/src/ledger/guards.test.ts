import { describe, expect, test } from 'vitest';
import type { Guard } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
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
