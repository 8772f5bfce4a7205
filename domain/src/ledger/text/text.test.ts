import { describe, expect, test } from 'vitest';
import type { Account } from '../../schemas/account.ts';
import type { Journal } from '../../schemas/journal.ts';
import { accountNames } from './account-names.ts';
import { BeancountWriter } from './beancount-writer.ts';
import { HledgerWriter } from './hledger-writer.ts';
import { keyOfMetadata, metadataKey, tagValue, textOfTag } from './metadata-text.ts';
import { randomLedger } from './testing/random-ledger.ts';
import { readTextLedger } from './text-journals.ts';
import { detectTextFormat, type TextFormat } from './text-ledger.ts';

const OPTIONS = { title: 'Acme: "books" \\ 1', asOf: '2026-11-22T10:00:00.000Z' };

function textOf(format: TextFormat, accounts: Iterable<Account>, journals: Iterable<Journal>): string {
  const writer = new { beancount: BeancountWriter, hledger: HledgerWriter }[format]([...accounts], OPTIONS);
  return writer.head() + [...journals].map((journal) => writer.journal(journal)).join('') + writer.tail();
}

/** What a text must keep of a journal. */
const essence = (journal: { day: string; memo: string; metadata: object; entries: object[] }) => journal;

describe.each(['beancount', 'hledger'] as const)('%s', (format) => {
  const ledger = randomLedger(format === 'hledger' ? 11 : 12, 600);
  const posted = [...ledger.journals.values()].filter((journal) => journal.state === 'posted');
  const text = textOf(format, ledger.accounts.values(), ledger.journals.values());

  test('what is written is read again, journal by journal, and its balances hold', () => {
    expect(detectTextFormat(text)).toBe(format);
    const read = readTextLedger(text, format);
    expect(read.issues.filter((issue) => issue.severity === 'refused')).toEqual([]);
    const idOf = (name: string): string | undefined => read.accountIds.get(name);
    expect(
      read.journals.map(({ reference, day, memo, metadata, entries }) => ({
        reference,
        ...essence({
          day,
          memo,
          metadata,
          entries: entries.map(({ account, side, amountMinor, currency }) => [
            idOf(account),
            side,
            amountMinor,
            currency,
          ]),
        }),
      })),
    ).toEqual(
      posted.map((journal) => ({
        reference: journal.id,
        ...essence({
          day: journal.effectiveDay,
          memo: journal.memo,
          metadata: journal.metadata,
          entries: journal.entries.map((one) => [one.accountId, one.side, BigInt(one.amountMinor), one.currency]),
        }),
      })),
    );
    expect(posted.length).toBeGreaterThan(400);
    expect(posted.some((journal) => journal.partReversals.length > 0)).toBe(true);
  });

  test('is the same text for the same ledger, and leaves out what is not posted', () => {
    expect(textOf(format, ledger.accounts.values(), ledger.journals.values())).toBe(text);
    const open = [...ledger.journals.values()].filter((journal) => journal.state !== 'posted');
    expect(open.length).toBeGreaterThan(20);
    for (const { id } of open) expect(text).not.toMatch(new RegExp(`["(]${id}[")]`));
  });

  test('a unit that is off anywhere is found by the balances at the end', () => {
    const lines = text.split('\n');
    const at = lines.findIndex((line) => (format === 'beancount' ? / balance .* ~ 0 USD/ : / = .* USD$/).test(line));
    const wrong = (lines[at] ?? '').replace(
      /([0-9])( ~ 0)? USD$/,
      (_, digit: string, rest = '') => `${(Number(digit) + 1) % 10}${rest} USD`,
    );
    const read = readTextLedger(lines.with(at, wrong).join('\n'), format);
    expect(read.issues.filter(({ severity }) => severity === 'refused')).toMatchObject([
      { line: at + 1, code: 'balance_differs' },
    ]);
  });
});

test('accounts get names that differ, in the form that beancount takes', () => {
  const { accounts } = randomLedger(3, 1);
  const names = [...accountNames([...accounts.values()]).values()];
  expect(new Set(names).size).toBe([...accounts.values()].filter((one) => one.postable).length);
  for (const name of names)
    expect(name).toMatch(/^(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+$/);
  expect(names).toContain('Assets:Assets-group:Stripe-balance-acct-1Aa');
});

test.each(['invoice', 'Invoice', 'a', 'a.b', 'm-x', 'date', 'x_y', 'm-m-_41', 'Z9_.-'])(
  'the key %s comes back',
  (key) => {
    expect(metadataKey(key)).toMatch(/^[a-z][A-Za-z0-9_-]+$/);
    expect(keyOfMetadata(metadataKey(key))).toBe(key);
  },
);

test.each(['', ' a ', '50%, 20%25; [x]', 'ä\n\u2028 🏦', '\0'])('the tag %j comes back', (value) => {
  expect(textOfTag(tagValue(value))).toBe(value);
});

describe('what others write', () => {
  const codesOf = (format: TextFormat, ...lines: string[]): (readonly [number, number | null, string])[] =>
    readTextLedger(lines.join('\n'), format)
      .issues.filter((issue) => issue.severity === 'refused')
      .map(({ line, column, code }) => [line, column, code]);
  const A = '  Assets:Bank  ';
  const B = '  Income:Sales  ';

  test('beancount: one amount left open in two currencies, tags, links, facts, payee, comments, grouping', () => {
    const text = [
      'option "operating_currency" "USD"',
      '* A heading',
      '2026-01-01 open Assets:Bank USD,EUR ; comment',
      '  countersign-id: "bank"',
      'pushtag #trip',
      '2026-01-05 * "Shop" "Two \\"things\\"" #food ^inv-1 ; comment',
      '  cost-center: "North"',
      '  #late',
      `${A}-1,234.50 USD ; out`,
      '    ; between',
      `${A}-7 EUR`,
      '  Expenses:Food',
      'poptag #trip',
      '2026-01-06 balance Assets:Bank  -1234.50 USD',
      '2026-01-06 note Assets:Bank "hello"',
    ].join('\n');
    const read = readTextLedger(text, 'beancount');
    expect(read.issues.map(({ line, code, severity }) => [line, code, severity])).toEqual([
      [1, 'left_out', 'notice'],
      [15, 'left_out', 'notice'],
    ]);
    expect(read.accountIds).toEqual(new Map([['Assets:Bank', 'bank']]));
    expect(read.journals).toMatchObject([
      {
        line: 6,
        day: '2026-01-05',
        memo: 'Two "things"',
        metadata: { payee: 'Shop', 'cost-center': 'North', tags: 'trip food late', links: 'inv-1' },
        entries: [
          { account: 'Assets:Bank', side: 'credit', amountMinor: 123450n, currency: 'USD', line: 9, column: 3 },
          { side: 'credit', amountMinor: 700n, currency: 'EUR' },
          { account: 'Expenses:Food', side: 'debit', amountMinor: 123450n, currency: 'USD', line: 12 },
          { account: 'Expenses:Food', side: 'debit', amountMinor: 700n, currency: 'EUR' },
        ],
      },
    ]);
  });

  test('the same transaction twice is two journals, the same at each reading', () => {
    const one = ['2026-01-05 * "Coffee"', `${A}-3 USD`, '  Expenses:Food', ''].join('\n');
    const references = readTextLedger(one + one, 'beancount').journals.map((journal) => journal.reference);
    expect(references[1]).toBe(`${references[0]}-2`);
    expect(readTextLedger(`; later\n${one}${one}`, 'beancount').journals.map((journal) => journal.reference)).toEqual(
      references,
    );
  });

  test.each([
    ['a cost', ['2026-01-05 * "x"', `${A}1 USD {2 EUR}`, B], [[2, 22, 'price_or_cost']]],
    ['a price', ['2026-01-05 * "x"', `${A}1 USD @ 2 EUR`, B], [[2, 22, 'price_or_cost']]],
    ['an expression', ['2026-01-05 * "x"', `${A}(1/3) USD`, B], [[2, 16, 'amount_unreadable']]],
    ['two amounts open', ['2026-01-05 * "x"', `${A}1 USD`, B, B], [[4, 3, 'two_amounts_open']]],
    ['an amount that is missing', ['2026-01-05 * "x"', `${A}1 USD`, `${B}-1.01 USD`], [[1, null, 'unbalanced']]],
    ['shares', ['2026-01-05 * "x"', `${A}1 HOOL`, B], [[2, 16, 'currency_unknown']]],
    ['too many decimals', ['2026-01-05 * "x"', `${A}1.001 USD`, B], [[2, 16, 'amount_decimals']]],
    ['a currency missing', ['2026-01-05 * "x"', `${A}1`, B], [[2, 17, 'currency_missing']]],
    ['a mark of doubt', ['2026-01-05 ! "x"', `${A}1 USD`, B], [[1, 12, 'incomplete']]],
    ['a pad', ['2026-01-05 pad Assets:Bank Equity:Opening'], [[1, 12, 'pad']]],
    ['an include', ['include "other.beancount"'], [[1, 1, 'directive_unknown']]],
    ['a plugin', ['plugin "beancount.plugins.auto"'], [[1, 1, 'directive_unknown']]],
    ['a day that is none', ['2026-02-30 * "x"', `${A}1 USD`, B], [[1, 1, 'day_invalid']]],
    ['an account of no root', ['2026-01-05 * "x"', '  Bank:A  1 USD', B], [[2, 3, 'account_malformed']]],
    [
      'a balance that is off by a unit',
      ['2026-01-05 * "x"', `${A}1 USD`, B, '2026-01-06 balance Assets 0.99 USD'],
      [[4, 20, 'account_malformed']],
    ],
    [
      'a balance of all below',
      ['2026-01-05 * "x"', '  Assets:Bank:A  1 USD', B, '2026-01-06 balance Assets:Bank  0.99 USD'],
      [[4, 20, 'balance_differs']],
    ],
    ['a text without end', ['2026-01-05 * "x', `${A}1 USD`, B], [[1, 14, 'line_unknown']]],
    ['an indented line alone', [`${A}1 USD`], [[1, 3, 'line_unknown']]],
  ] as const)('beancount refuses %s', (_, lines, expected) => {
    expect(codesOf('beancount', ...lines)).toEqual(expected);
  });

  test('a transaction with a bad posting is not taken over with the rest of it', () => {
    const lines = ['2026-01-05 * "x"', `${A}1 USD`, `${A}1 HOOL`, B, '', '2026-01-06 * "y"', `${A}2 USD`, B];
    const read = readTextLedger(lines.join('\n'), 'beancount');
    expect([read.transactionCount, read.journals.map((journal) => journal.memo)]).toEqual([2, ['y']]);
    const same = readTextLedger(lines.join('\n').replaceAll('"', ''), 'hledger');
    expect([same.transactionCount, same.journals.map((journal) => journal.memo)]).toEqual([2, ['y']]);
  });

  test('indented lines that belong to nothing are never passed over in silence', () => {
    const lost = ['  2026-01-06 * "x"', `${A}1 USD`];
    for (const above of [
      '2026-01-05 open Assets:Bank',
      '2026-01-05 note Assets:Bank "x"',
      '2026-01-05 close Assets:Bank',
    ])
      expect(codesOf('beancount', above, ...lost)).toEqual([
        [2, 3, 'line_unknown'],
        [3, 3, 'line_unknown'],
      ]);
    for (const above of ['end comment', 'payee x', 'commodity 1.00 USD', 'P 2026-01-01 USD 2 EUR', 'decimal-mark .'])
      expect(codesOf('hledger', 'comment', 'end comment', above === 'end comment' ? '' : above, ' a:b  1 USD')).toEqual(
        [[4, 2, 'line_unknown']],
      );
    expect(codesOf('hledger', 'comment', 'end comment', ' a:b  1 USD')).toEqual([[3, 2, 'line_unknown']]);
  });

  test('without a line that says what others mean, nothing of the file is taken', () => {
    const one = ['2026-01-05 * "x"', `${A}1 USD`, B];
    for (const [format, line] of [
      ['beancount', 'plugin "x"'],
      ['beancount', 'option "name_assets" "Aktiva"'],
      ['hledger', 'D 1.000,00 EUR'],
      ['hledger', 'apply account x'],
    ] as const) {
      const read = readTextLedger([line, ...one].join('\n'), format);
      expect(read.issues.map(({ code }) => code)).toEqual(['directive_unknown']);
      expect([read.transactionCount, read.journals]).toEqual([1, []]);
    }
  });

  test('a line separator of Unicode ends no line, and loses nothing', () => {
    const memo = 'one\u2028two';
    const bean = readTextLedger(
      [`2026-01-05 * "${memo}"`, `  note: "${memo}"`, `${A}1 USD`, B].join('\n'),
      'beancount',
    );
    expect(bean.issues).toEqual([]);
    expect(bean.journals).toMatchObject([{ memo, metadata: { note: memo } }]);
    const hledger = readTextLedger(`2026-01-05 * ${memo}  ; note: ${memo}\n  a:b  1 USD\n  c:d\n`, 'hledger');
    expect(hledger.journals).toMatchObject([{ memo, metadata: { note: memo } }]);
    expect(codesOf('hledger', `2026-01-05 ! ${memo}`, '  a:b  1 USD', '  c:d')).toEqual([[1, 12, 'incomplete']]);
  });

  test('a fact may have the name of what objects inherit', () => {
    const facts = (format: TextFormat, ...lines: string[]) =>
      Object.entries(readTextLedger(lines.join('\n'), format).journals[0]?.metadata ?? {});
    const proto = metadataKey('__proto__');
    const lines = ['2026-01-05 * "x"', '  constructor: "a"', `  ${proto}: "b"`, `${A}1 USD`, B];
    expect(facts('beancount', ...lines)).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
    ]);
    expect(facts('hledger', '2026-01-05 x  ; constructor: a, __proto__: b', '  a:b  1 USD', '  c:d')).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
    ]);
  });

  test('transactions that come to nothing are said', () => {
    const read = readTextLedger(['2026-01-05 * "x"', `${A}0 USD`, '2026-01-05 * "y"', ''].join('\n'), 'beancount');
    expect(read.journals).toEqual([]);
    expect(read.issues).toMatchObject([{ line: 1, code: 'left_out', severity: 'notice' }]);
    expect(read.issues[0]?.message).toBe('Transactions without an amount are left out (2 of them, here the first)');
  });

  test.each(['beancount', 'hledger'] as const)(
    '%s: a line without end, or of nothing but space, costs no time',
    (format) => {
      const long = '2026-01-05 * "x"' + ' '.repeat(200_000);
      const wide = ' '.repeat(9_000);
      const lines = ['2026-01-05 * "x"', `  Assets:Bank${wide}1 USD${wide}x`, `  key:${wide}x${wide}y`];
      const text = [long, ...Array.from({ length: 100 }, () => lines).flat()].join('\n');
      const begun = performance.now();
      const { issues } = readTextLedger(text, format);
      expect(issues[0]).toMatchObject({ line: 1, column: 10_001, code: 'line_too_long' });
      expect(performance.now() - begun).toBeLessThan(5_000);
    },
  );

  const cents = (...lines: string[]): readonly string[] =>
    readTextLedger([...lines, '2026-01-05 x', '  a:b  1.000 EUR', '  c:d', ''].join('\n'), 'hledger').journals.map(
      ({ entries }) => String(entries[0]?.amountMinor),
    );
  test.each([
    ['a form with a comma', ['commodity 1.000,00 EUR'], '100000'],
    ['the currency before', ['commodity EUR 1.000,00 ; x'], '100000'],
    ['a form of its own line', ['commodity EUR', '  format 1.000,00 EUR'], '100000'],
    ['one mark alone', ['commodity 1000,00 EUR'], '100000'],
    ['spaces between', ['commodity 1 000,00 EUR'], '100000'],
    ['groups alone', ['commodity 1.000.000 EUR'], '100000'],
    ['a form with a point', ['commodity 1,000.00 EUR'], '100'],
    ['a form of another currency', ['commodity 1.000,00 USD'], '100'],
    ['a mark for the whole file', ['commodity 1.000,00 EUR', 'decimal-mark .'], '100'],
    ['nothing', [], '100'],
  ] as const)('hledger: 1.000 EUR by %s', (_, lines, expected) => {
    expect(cents(...lines)).toEqual([expected]);
  });

  test('hledger: status, code, tags, grouping, signs, an amount left open, assertions', () => {
    const text = [
      '# comment',
      'comment',
      '2026-01-01 not read',
      'end comment',
      'decimal-mark ,',
      'commodity 1.000,00 EUR',
      'account assets:bank account  ; type:A',
      '    ; countersign-id: bank',
      '',
      '2026/1/5 * (INV 7) Shop | things  ; project: North, who:me',
      '    ; more: 1',
      '    assets:bank account    EUR -1.234,50 = -1.234,50 EUR',
      '    expenses:food  ; not a tag',
      '2026-01-06 plain',
      '    assets:bank account   -7 USD == -7 USD',
      '    expenses:food          7USD',
    ].join('\n');
    const read = readTextLedger(text, 'hledger');
    expect(read.issues.map(({ line, column, code }) => [line, column, code])).toEqual([[15, 34, 'balance_differs']]);
    expect(read.accountIds).toEqual(new Map([['assets:bank account', 'bank']]));
    expect(read.journals).toMatchObject([
      {
        day: '2026-01-05',
        memo: 'Shop | things',
        metadata: { code: 'INV 7', project: 'North', who: 'me', more: '1' },
        entries: [
          { account: 'assets:bank account', side: 'credit', amountMinor: 123450n, currency: 'EUR' },
          { account: 'expenses:food', side: 'debit', amountMinor: 123450n, currency: 'EUR' },
        ],
      },
      { memo: 'plain', entries: [{ amountMinor: 700n }, { amountMinor: 700n, currency: 'USD' }] },
    ]);
  });

  test.each([
    ['an amount that could mean two things', ['2026-01-05 x', '  a:b  1,000 USD', '  c:d'], [[2, 8, 'amount_grouped']]],
    ['a price', ['2026-01-05 x', '  a:b  1 USD @ 2 EUR', '  c:d'], [[2, 8, 'price_or_cost']]],
    ['a symbol', ['2026-01-05 x', '  a:b  $1', '  c:d'], [[2, 8, 'amount_unreadable']]],
    ['a balance assignment', ['2026-01-05 x', '  a:b  = 1 USD', '  c:d'], [[2, 8, 'balance_assignment']]],
    ['a virtual posting', ['2026-01-05 x', '  (a:b)  1 USD'], [[2, 3, 'virtual_posting']]],
    ['a pending transaction', ['2026-01-05 ! x', '  a:b  1 USD', '  c:d'], [[1, 12, 'incomplete']]],
    ['a second date', ['2026-01-05=2026-01-06 x', '  a:b  1 USD', '  c:d'], [[1, 11, 'second_date']]],
    [
      'a posting of another day',
      ['2026-01-05 x', '  a:b  1 USD  ; date:2026-02-01', '  c:d'],
      [[2, 15, 'posting_date']],
    ],
    [
      'a posting of another day below',
      ['2026-01-05 x', '  a:b  1 USD', '  ; [2/1=3/1]', '  c:d'],
      [[3, 3, 'posting_date']],
    ],
    ['one tab before the amount', ['2026-01-05 x', '  a:b\t1 USD', '  c:d'], [[2, 3, 'account_malformed']]],
    ['a code without end', ['2026-01-05 (7 x', '  a:b  1 USD', '  c:d'], [[1, 12, 'code_unclosed']]],
    ['a coin', ['2026-01-05 x', '  a:b  1 USDT', '  c:d'], [[2, 8, 'amount_unreadable']]],
    ['a time clock', ['i 2026-01-05 09:00 a:b'], [[1, 1, 'directive_unknown']]],
    ['an alias', ['alias a=b'], [[1, 1, 'directive_unknown']]],
    ['a rule', ['= expenses', '  (budget)  *-1'], [[1, 1, 'directive_unknown']]],
  ] as const)('hledger refuses %s', (_, lines, expected) => {
    expect(codesOf('hledger', ...lines)).toEqual(expected);
  });

  test.each([
    ['reference,date,account,debit,credit', null],
    ['; x\n2026-01-01 open Assets:A', 'beancount'],
    ['; x\n2026-01-05 * "x"', 'beancount'],
    ['; x\n2026-01-05 * x', 'hledger'],
    ['account a:b', 'hledger'],
  ] as const)('%j is told', (text, format) => {
    expect(detectTextFormat(text)).toBe(format);
  });
});
