import { type Account, accountSchema } from '@countersign/domain/schemas/account';
import { expect, test } from 'vitest';
import { type AccountForm, readAccountForm } from './account-set.ts';

const account: Account = accountSchema.parse({
  id: 'bank',
  name: 'Bank',
  type: 'asset',
  parentId: null,
  depth: 0,
  path: [],
  postable: true,
  closed: false,
  mirrors: null,
  seq: 0,
  guards: [{ kind: 'not_below_zero' }],
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 1,
});
const as: AccountForm = { name: 'Bank', branch: '', limits: 'not below zero', closed: false, closedOn: '' };

test('only what differs is proposed', () => {
  expect(readAccountForm(account, as).set).toBeNull();
  expect(readAccountForm(account, { ...as, name: ' Main bank ' }).set).toEqual({ name: 'Main bank' });
  expect(readAccountForm(account, { ...as, branch: 'berlin' }).set).toEqual({ branch: 'berlin' });
  expect(readAccountForm(account, { ...as, limits: '' }).set).toEqual({ guards: [] });
  expect(readAccountForm(account, { ...as, closed: true, closedOn: '2026-03-31' }).set).toEqual({
    closed: true,
    closedOn: '2026-03-31',
  });
  const shut: Account = { ...account, closed: true, closedOn: '2026-03-31' };
  expect(readAccountForm(shut, { ...as, closed: false, closedOn: '2026-03-31' }).set).toEqual({ closed: false });
});

test('limits are lines, in major units of their currency', () => {
  const { set } = readAccountForm(account, { ...as, limits: 'credit limit USD 100.50\ndaily debit limit JPY 7' });
  expect(set).toEqual({
    guards: [
      { kind: 'credit_limit', currency: 'USD', limitMinor: '10050' },
      { kind: 'daily_limit', currency: 'JPY', side: 'debit', limitMinor: '7' },
    ],
  });
  expect(readAccountForm(account, { ...as, limits: 'not below zero\nnever' })).toEqual({
    set: null,
    badLimit: 'never',
    badBranch: false,
  });
  expect(readAccountForm(account, { ...as, branch: 'no spaces' })).toMatchObject({ set: null, badBranch: true });
  expect(readAccountForm(account, { ...as, name: ' ' }).set).toBeNull();
});
