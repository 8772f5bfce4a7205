import { statementParametersSchema } from '@countersign/domain/schemas/statement';
import { expect, test } from 'vitest';
import { readStatementAddress, toParameters } from './statement-address.ts';

const TODAY = '2026-11-22';
const ask = (text: string) => toParameters(readStatementAddress(new URLSearchParams(text), TODAY), TODAY);

test.each([
  [
    '',
    { kind: 'balance_sheet', day: TODAY, knownAt: null, branch: null, maxLevel: 9, zeroLines: false, inBase: false },
  ],
  [
    'kind=trial_balance&day=2026-03-31&known=2026-04-05&branch=berlin&level=2&zero=1&base=1',
    {
      kind: 'trial_balance',
      day: '2026-03-31',
      knownAt: '2026-04-05',
      branch: 'berlin',
      maxLevel: 2,
      zeroLines: true,
      inBase: true,
    },
  ],
  ['kind=profit_and_loss', { kind: 'profit_and_loss', from: '2026-11-01', to: TODAY }],
  [
    'kind=account_register&account=bank&from=2026-01-01&to=2026-01-31&level=2',
    {
      kind: 'account_register',
      accountId: 'bank',
      currency: null,
      from: '2026-01-01',
      to: '2026-01-31',
      knownAt: null,
    },
  ],
  [
    'kind=balance_sheet&day=2026-03-31&compare=prior_year_end,2025-06-30',
    { kind: 'balance_sheet', compare: ['prior_year_end', '2025-06-30'] },
  ],
  ['kind=profit_and_loss&compare=prior_period,prior_year', { compare: ['prior_period', 'prior_year'] }],
  // The kind was changed in between, or somebody wrote it.
  ['kind=profit_and_loss&compare=prior_year_end,prior_year', { compare: ['prior_year'] }],
  ['kind=balance_sheet&compare=2026-02-30,nonsense,prior_period', { compare: [] }],
  ['kind=nothing&level=77', { kind: 'balance_sheet', maxLevel: 9 }],
])('the address %j asks for a statement that the server takes', (text, expected) => {
  const asked = ask(text);
  expect(asked).toMatchObject({ parameters: expected });
  if ('parameters' in asked) expect(statementParametersSchema.safeParse(asked.parameters).success).toBe(true);
});

test.each([
  'kind=trial_balance&day=',
  'kind=trial_balance&day=2026-02-30',
  'known=2026-11-23',
  'known=soon',
  'branch=a+b',
  'kind=cash_flow&from=2026-02-01&to=2026-01-31',
  'kind=cash_flow&from=&to=2026-01-31',
  'kind=account_register',
])('the address %j is put right before anybody is asked', (text) => {
  expect(ask(text)).toEqual({ problem: expect.any(String) as string });
});
