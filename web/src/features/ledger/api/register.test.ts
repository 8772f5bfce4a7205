import { Register } from '@countersign/domain/ledger/statements/register';
import { accountSchema } from '@countersign/domain/schemas/account';
import type { Journal } from '@countersign/domain/schemas/journal';
import { expect, test } from 'vitest';
import { openingOf, registerTotals, withRunningBalance, withRunningFrom } from './register.ts';

const ACCOUNT = 'bank';

test('the balance runs backwards from what it is now, per currency; what is not posted counts in none', () => {
  const journals = [
    journal(8, 'pending', [['credit', '999', 'USD']]),
    journal(6, 'posted', [['credit', '300', 'USD']]),
    journal(5, 'voided', [['credit', '50', 'USD']]),
    journal(4, 'posted', [['debit', '7', 'JPY']]),
    journal(3, 'posted', [['debit', '1000', 'USD']]),
  ];
  expect(balancesOf(journals, [balance('USD', '1000', '1300', 9), balance('JPY', '7', '0', 9)])).toEqual([
    null,
    '-300',
    null,
    '7',
    '0',
  ]);
});

test('two lines of one journal: the upper one is the later', () => {
  const journals = [
    journal(1, 'posted', [
      ['debit', '10', 'USD'],
      ['debit', '5', 'USD'],
    ]),
  ];
  expect(balancesOf(journals, [balance('USD', '15', '0', 2)])).toEqual(['15', '10']);
});

test('a balance that was read before the newest journal gives no running balance', () => {
  const journals = [journal(4, 'posted', [['debit', '1', 'USD']]), journal(2, 'posted', [['debit', '1', 'USD']])];
  expect(balancesOf(journals, [balance('USD', '1', '0', 3)])).toEqual([null, null]);
  expect(balancesOf(journals, null)).toEqual([null, null]);
});

type Line = readonly ['debit' | 'credit', string, string];

function journal(
  seq: number,
  state: Journal['state'],
  lines: readonly Line[],
): Pick<Journal, 'entries' | 'state' | 'steps'> {
  const entry = (accountId: string, [side, amountMinor, currency]: Line): Journal['entries'][number] => ({
    accountId,
    side,
    amountMinor,
    currency,
  });
  return {
    state,
    steps: [{ step: state, seq, at: '2026-01-01T00:00:00.000Z', reason: null, routedFrom: null }],
    entries: lines.flatMap((line) => [
      entry(ACCOUNT, line),
      entry('other', [line[0] === 'debit' ? 'credit' : 'debit', line[1], line[2]]),
    ]),
  };
}

const balance = (currency: string, postedDebitMinor: string, postedCreditMinor: string, asOfSize: number) => ({
  currency,
  postedDebitMinor,
  postedCreditMinor,
  asOfSize,
});

const balancesOf = (
  ...[journals, balances]: [Parameters<typeof withRunningBalance>[0], Parameters<typeof withRunningBalance>[1]]
) =>
  withRunningBalance(journals, balances, ACCOUNT).flatMap(({ lines }) => lines.map(({ balanceMinor }) => balanceMinor));

test('by day, the balance runs from the opening one on, per currency; what is not posted counts in none', () => {
  const journals = [
    journal(3, 'posted', [['debit', '1000', 'USD']]),
    journal(4, 'posted', [['debit', '7', 'JPY']]),
    journal(5, 'pending', [['credit', '999', 'USD']]),
    journal(6, 'posted', [['credit', '1300', 'USD']]),
  ];
  const running = (opening: ReadonlyMap<string, bigint> | null): (string | null)[] =>
    withRunningFrom(journals, opening, ACCOUNT).flatMap(({ lines }) => lines.map(({ balanceMinor }) => balanceMinor));
  expect(running(new Map([['USD', 200n]]))).toEqual(['1200', '7', null, '-100']);
  expect(running(null)).toEqual([null, null, null, null]);
});

test.each([
  ['asset', 500n],
  ['income', -500n],
] as const)('the opening balance of a register of an %s account is read as it was written', (type, netDebit) => {
  const account = accountSchema.parse({
    id: ACCOUNT,
    name: 'Bank',
    type,
    parentId: null,
    depth: 0,
    path: [],
    postable: true,
    closed: false,
    mirrors: null,
    seq: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    version: 1,
  });
  const register = new Register(account, { balances: new Map([['USD', netDebit]]) });
  const line = register.opening({ currency: 'USD', converted: false }, netDebit);
  expect(line.amounts).toEqual({ balance: '500' });
  const closing = register.closing({ currency: 'USD', converted: false }, netDebit, netDebit).lines;
  expect([...openingOf([line, ...closing], type)]).toEqual([['USD', netDebit]]);
});

test('totals are of what is posted, and what is pending is counted apart', () => {
  const journals = [
    journal(3, 'posted', [['debit', '1000', 'USD']]),
    journal(4, 'voided', [['debit', '7', 'JPY']]),
    journal(5, 'pending', [['credit', '999', 'USD']]),
    journal(6, 'posted', [['credit', '300', 'USD']]),
  ];
  expect(registerTotals(journals, ACCOUNT)).toEqual([
    { currency: 'USD', debitMinor: '1000', creditMinor: '300', entries: 2, pending: 1 },
  ]);
});
