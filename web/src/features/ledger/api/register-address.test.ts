import { expect, test } from 'vitest';
import { registerAddress } from './register-address.ts';

test('a line at a day leads to the register of its month up to that day', () => {
  expect(registerAddress('bank', { day: '2026-10-15' })).toBe(
    '/ledger/accounts/bank?by=day&from=2026-10-01&to=2026-10-15',
  );
});

test('a line of a range of days leads to the register of these days', () => {
  expect(registerAddress('sales', { from: '2026-07-01', to: '2026-09-30' })).toBe(
    '/ledger/accounts/sales?by=day&from=2026-07-01&to=2026-09-30',
  );
});
