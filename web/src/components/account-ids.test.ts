import { expect, test } from 'vitest';
import { missingAccounts, readAccountIds } from './account-ids.ts';

test('ids stand one a line or between commas, each counts once, and what is none is named', () => {
  expect(readAccountIds(' acct_1AbC,\nacct_2;acct_1AbC\r\n\tacct_3  acct-4, acct_, ACCT_5 ')).toEqual({
    accounts: ['acct_1AbC', 'acct_2', 'acct_3'],
    malformed: ['acct-4', 'acct_', 'ACCT_5'],
  });
  expect(readAccountIds(' \n, ')).toEqual({ accounts: [], malformed: [] });
});

test('only problems about the ledger name accounts to open', () => {
  const problems = [
    { code: 'account_not_in_ledger', message: 'acct_1 has no accounts in the ledger yet' },
    { code: 'account_unknown', message: 'Stripe knows no connected account acct_2' },
    { code: 'account_not_in_ledger', message: 'acct_3 has no accounts in the ledger yet' },
    { code: 'account_not_in_ledger', message: 'acct_1 has no accounts in the ledger yet' },
  ];
  expect(missingAccounts(problems)).toEqual(['acct_1', 'acct_3']);
});
