import { expect, test } from 'vitest';
import { availableOf, inOrder, inParts, netOf, pendingOf, sided } from './sums.ts';

const sums = (postedDebit: string, postedCredit: string, pendingDebit: string, pendingCredit: string) => ({
  postedDebitMinor: postedDebit,
  postedCreditMinor: postedCredit,
  pendingDebitMinor: pendingDebit,
  pendingCreditMinor: pendingCredit,
});

test('an amount names the side that it lies on, and none at zero', () => {
  expect(sided(-15n)).toEqual({ amountMinor: '15', side: 'Cr' });
  expect(netOf(sums('25', '10', '0', '0'))).toEqual({ amountMinor: '15', side: 'Dr' });
  expect(pendingOf(sums('25', '10', '4', '4'))).toEqual({ amountMinor: '0', side: null });
});

test('available counts what is about to leave, and not what is about to come, on the side that the account grows on', () => {
  expect(availableOf('asset', sums('100', '10', '7', '20'))).toBe('70');
  expect(availableOf('liability', sums('10', '100', '20', '7'))).toBe('70');
  expect(availableOf('expense', sums('0', '5', '0', '0'))).toBe('-5');
});

test('accounts stand as in a balance sheet, by id within a type', () => {
  const accounts = [
    { type: 'expense', id: '6000' },
    { type: 'asset', id: '1100' },
    { type: 'liability', id: '2000' },
    { type: 'asset', id: '1000' },
  ] as const;
  expect(inOrder(accounts).map(({ id }) => id)).toEqual(['1000', '1100', '2000', '6000']);
});

test('parts have at most their size and leave nothing out', () => {
  expect(inParts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inParts([], 2)).toEqual([]);
});
