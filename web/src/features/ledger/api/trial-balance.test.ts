import { expect, test } from 'vitest';
import type { Balance } from '@countersign/domain/schemas/account';
import { netOf } from './sums.ts';
import { trialBalance } from './trial-balance.ts';

const balance = (currency: string, debit: string, credit: string): Balance => ({
  accountId: 'a',
  currency,
  parentId: null,
  depth: 0,
  postable: false,
  postedDebitMinor: debit,
  postedCreditMinor: credit,
  pendingDebitMinor: '0',
  pendingCreditMinor: '0',
  day: null,
  dayDebitMinor: '0',
  dayCreditMinor: '0',
  asOfSize: 1,
  updatedAt: '2026-11-22T00:00:00.000Z',
});

test('debits and credits are summed per currency and never across', () => {
  expect(trialBalance([balance('USD', '500', '100'), balance('EUR', '7', '7'), balance('USD', '0', '400')])).toEqual([
    { currency: 'EUR', debitMinor: '7', creditMinor: '7', differenceMinor: '0' },
    { currency: 'USD', debitMinor: '500', creditMinor: '500', differenceMinor: '0' },
  ]);
});

test('one minor unit of difference shows, also beyond the range of a float', () => {
  const [sum] = trialBalance([balance('USD', '9007199254740993', '0'), balance('USD', '0', '9007199254740992')]);
  expect(sum?.differenceMinor).toBe('1');
});

test('a net balance names its side', () => {
  expect(netOf(balance('USD', '10', '25'))).toEqual({ amountMinor: '15', side: 'Cr' });
  expect(netOf(balance('USD', '25', '10'))).toEqual({ amountMinor: '15', side: 'Dr' });
  expect(netOf(balance('USD', '3', '3'))).toEqual({ amountMinor: '0', side: null });
});
