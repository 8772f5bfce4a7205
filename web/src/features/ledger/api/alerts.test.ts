import { expect, test } from 'vitest';
import { placeOf } from './alerts.ts';

test('an alert leads to a page where there is one', () => {
  expect(placeOf({ journalId: 'j1', path: null })?.to).toBe('/ledger/journals/j1');
  expect(placeOf({ journalId: null, path: 'balances/my_bank_USD' })?.to).toBe('/ledger/accounts/my_bank');
  expect(placeOf({ journalId: null, path: 'ledger leaf 7' })).toEqual({ to: null, label: 'ledger leaf 7' });
  expect(placeOf({ journalId: null, path: null })).toBeNull();
});
