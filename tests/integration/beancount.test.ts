import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountNames } from '@countersign/domain/ledger/text/account-names';
import { BeancountWriter } from '@countersign/domain/ledger/text/beancount-writer';
import { HledgerWriter } from '@countersign/domain/ledger/text/hledger-writer';
import { randomLedger } from '@countersign/domain/ledger/text/testing/random-ledger';
import { readTextLedger } from '@countersign/domain/ledger/text/text-journals';
import { trialBalance } from '@countersign/domain/ledger/balanced';
import { toMajorText } from '@countersign/domain/money/money';
import type { TextWriter } from '@countersign/domain/ledger/text/text-writer';
import type { Account } from '@countersign/domain/schemas/account';
import type { Journal } from '@countersign/domain/schemas/journal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beancount, hledger, run, type Tool } from '../support/accounting-tools.ts';

/** The same ledger every time. */
const SEED = 20_261_122;
const JOURNALS = 10_000;
const OPTIONS = { title: 'Ten thousand journals', asOf: '2026-11-22T10:00:00.000Z' };

const tools: Record<'beancount' | 'hledger', Tool> = { beancount: await beancount(), hledger: await hledger() };
for (const [name, tool] of Object.entries(tools))
  if ('missing' in tool) console.warn(`SKIPPED: the real ${name} can't check our exports here: ${tool.missing}`);
const pathOf = (tool: Tool): string => ('path' in tool ? tool.path : '');

const ledger = randomLedger(SEED, JOURNALS);
const accounts = [...ledger.accounts.values()];
const journals = [...ledger.journals.values()];
const posted = journals.filter((journal) => journal.state === 'posted');
const names = accountNames(accounts);
/** Our own trial balance, by the balances that the writer's decisions keep; what is zero is left out. */
const ours = new Map(
  [...ledger.balances.values()].flatMap(({ accountId, currency, postable, postedDebitMinor, postedCreditMinor }) => {
    const minor = BigInt(postedDebitMinor) - BigInt(postedCreditMinor);
    return !postable || minor === 0n
      ? []
      : [[`${names.get(accountId)} ${currency}`, toMajorText(minor, currency)] as const];
  }),
);

const textOf = (writer: TextWriter, some: readonly Journal[]): string =>
  writer.head() + some.map((journal) => writer.journal(journal)).join('') + writer.tail();

/** Closed accounts with names of any kind; an entry from before its account was open, and one behind its last day. */
function oddBooks(): { readonly accounts: Account[]; readonly journals: Journal[] } {
  const plain = { parentId: null, depth: 0, path: [], postable: true, currency: 'USD', branch: 'north', mirrors: null };
  const rest = { seq: 0, createdAt: '2025-06-01T00:00:00.000Z', changes: [], version: 1, openedOn: '2025-06-01' };
  const odd = ['Till "1" \\ north', 'zwei\nZeilen; 名古屋', '-'].map((name, at): Account => ({
    ...plain,
    ...rest,
    id: `till.${at}`,
    name,
    type: 'asset',
    closed: at > 0,
    closedOn: at === 1 ? '2025-12-31' : null,
    guards: [{ kind: 'credit_limit', currency: 'USD', limitMinor: '100' }],
  }));
  const [sample] = posted as [Journal];
  const day = (effectiveDay: string, one: string, other: string): Journal => ({
    ...sample,
    id: `${effectiveDay}-${other}`,
    effectiveDay,
    entries: [
      { accountId: one, side: 'debit', amountMinor: '5', currency: 'USD' },
      { accountId: other, side: 'credit', amountMinor: '5', currency: 'USD' },
    ],
  });
  return {
    accounts: odd,
    journals: [
      day('2025-01-01', 'till.0', 'till.1'),
      day('2026-03-01', 'till.1', 'till.0'),
      day('2026-03-01', 'till.0', 'till.2'),
    ],
  };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-text-'));
  const bean = new BeancountWriter(accounts, OPTIONS);
  const hledgerText = new HledgerWriter(accounts, OPTIONS);
  for (const [name, writer] of [
    ['all.beancount', bean],
    ['all.journal', hledgerText],
  ] as const)
    await writeFile(join(folder, name), textOf(writer, journals));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the ledger has what it should: several currencies, reversals in whole and in part, pending and voided ones', () => {
  expect(new Set([...ours.keys()].map((key) => key.split(' ')[1]))).toEqual(
    new Set(['USD', 'EUR', 'JPY', 'KWD', 'CLF', 'GBP']),
  );
  expect(journals.filter((journal) => journal.state === 'pending').length).toBeGreaterThan(100);
  expect(journals.filter((journal) => journal.state === 'voided').length).toBeGreaterThan(100);
  expect(posted.filter((journal) => journal.reversedBy !== null).length).toBeGreaterThan(100);
  expect(posted.filter((journal) => journal.partReversals.length > 0).length).toBeGreaterThan(100);
  expect(trialBalance(ledger.balances.values()).every((row) => row.differenceMinor === 0n)).toBe(true);
  expect(ours.size).toBeGreaterThan(200);
});

describe.skipIf('missing' in tools.beancount)('beancount', () => {
  const python = pathOf(tools.beancount);

  it('has the same trial balance of ten thousand random journals, to the last unit', async () => {
    const { code, output } = await run(python, [
      join(import.meta.dirname, 'beancount-balances.py'),
      join(folder, 'all.beancount'),
    ]);
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
    const theirs = JSON.parse(output) as { errors: string[]; transactions: number; balances: Record<string, string> };
    expect(theirs.errors).toEqual([]);
    expect(theirs.transactions).toBe(posted.length);
    expect(new Map(Object.entries(theirs.balances))).toEqual(ours);
  });

  it('bean-check accepts the export, and refuses it when one unit moves between two accounts', async () => {
    const check = (name: string) => run(python, ['-m', 'beancount.scripts.check', join(folder, name)]);
    expect(await check('all.beancount')).toEqual({ code: 0, output: '' });
    const small = randomLedger(SEED, 40);
    const writer = new BeancountWriter([...small.accounts.values()], OPTIONS);
    const text =
      writer.head() + [...small.journals.values()].map((journal) => writer.journal(journal)).join('') + writer.tail();
    await writeFile(join(folder, 'small.beancount'), text);
    expect((await check('small.beancount')).code).toBe(0);
    const [one, other] = [...new Set(small.journals.values().flatMap((journal) => journal.accounts))];
    const moved = [
      '2025-01-01 * "a unit"',
      `  ${names.get(one ?? '')}  0.01 USD`,
      `  ${names.get(other ?? '')}  -0.01 USD`,
      '',
    ];
    await writeFile(join(folder, 'off.beancount'), text + moved.join('\n'));
    const off = await check('off.beancount');
    expect(off.code).toBe(1);
    expect(off.output).toContain('Balance failed');
  });

  it('takes accounts that are closed, names of any kind, and an empty ledger', async () => {
    const { accounts: odd, journals: moved } = oddBooks();
    for (const some of [moved, []]) {
      const text = textOf(new BeancountWriter(odd, OPTIONS), some);
      await writeFile(join(folder, 'closed.beancount'), text);
      expect(await run(python, ['-m', 'beancount.scripts.check', join(folder, 'closed.beancount')])).toEqual({
        code: 0,
        output: '',
      });
    }
  });

  it('prints its own example in a form that we read alike, but for what we refuse', async () => {
    const python3 = [
      'from beancount import loader; from beancount.parser import printer; import sys',
      'entries, errors, options = loader.load_string(sys.argv[1], dedent=True)',
      'assert not errors, errors',
      'printer.print_entries(entries)',
    ].join('\n');
    const source = [
      '2025-01-01 open Assets:Bank USD,EUR',
      '2025-01-01 open Expenses:Food',
      '2025-01-02 * "Shop" "Two \\"things\\" \\\\" #trip ^inv-1',
      '  cost-center: "North"',
      '  Assets:Bank  -1,234.50 USD',
      '  Assets:Bank  -7 EUR',
      '  Expenses:Food',
      '2025-01-03 balance Assets:Bank  -1234.50 USD',
      '',
    ].join('\n');
    const printed = await run(python, ['-c', python3, source]);
    expect(printed.code).toBe(0);
    const read = (text: string) =>
      readTextLedger(text, 'beancount').journals.map(({ day, memo, metadata, entries }) => ({
        day,
        memo,
        metadata,
        // The printer gives each currency its own place for what was left open.
        entries: entries.map((entry) => `${entry.account} ${entry.side} ${entry.amountMinor} ${entry.currency}`).sort(),
      }));
    expect(read(printed.output)).toEqual(read(source));
    expect(read(source)).toHaveLength(1);
  });
});

describe.skipIf('missing' in tools.hledger)('hledger', () => {
  it('has the same trial balance, and its strict checks hold', async () => {
    const file = join(folder, 'all.journal');
    expect(await run(pathOf(tools.hledger), ['-f', file, 'check', '--strict'])).toEqual({ code: 0, output: '' });
    const { code, output } = await run(pathOf(tools.hledger), [
      '-f',
      file,
      'balance',
      '--flat',
      '--no-total',
      '--layout=tidy',
      '-O',
      'csv',
    ]);
    expect(code).toBe(0);
    const theirs = new Map<string, string>();
    for (const line of output.trim().split('\n').slice(1)) {
      // account, period, start, end, commodity, value
      const cells = line.split(',').map((cell) => cell.replaceAll('"', ''));
      const [account = '', commodity = '', value = ''] = [cells[0], cells.at(-2), cells.at(-1)];
      if (/[1-9]/.test(value)) theirs.set(`${account} ${commodity}`, value);
    }
    expect(theirs).toEqual(ours);
  });

  it('takes accounts that are closed, names of any kind, and an empty ledger', async () => {
    const { accounts: odd, journals: moved } = oddBooks();
    for (const some of [moved, []]) {
      await writeFile(join(folder, 'closed.journal'), textOf(new HledgerWriter(odd, OPTIONS), some));
      const checked = await run(pathOf(tools.hledger), ['-f', join(folder, 'closed.journal'), 'check', '--strict']);
      expect(checked).toEqual({ code: 0, output: '' });
    }
  });

  it.each([
    'commodity 1.000,00 EUR',
    'commodity EUR 1.000,00  ; a comment',
    'commodity EUR\n  format 1.000,00 EUR',
    'commodity 1 000,00 EUR',
    'commodity 1.000.000, EUR',
    'commodity 1,000.00 EUR',
    'commodity 1.000,00 USD',
    'commodity 1.000,00 EUR\ndecimal-mark .',
    'decimal-mark ,',
    '; nothing',
  ])('reads 1.000 EUR as we do, by %j', async (form) => {
    const text = `${form}\n2026-01-05 x\n  a:b  1.000 EUR\n  c:d\n`;
    const file = join(folder, 'form.journal');
    await writeFile(file, text);
    const asked = [
      '-f',
      file,
      'balance',
      'a:b',
      '-N',
      '--layout=tidy',
      '-O',
      'csv',
      '--commodity-style',
      '1000.00 EUR',
    ];
    const { code, output } = await run(pathOf(tools.hledger), asked);
    expect(code).toBe(0);
    const theirs = Number(output.trim().split('\n').at(-1)?.split(',').at(-1)?.replaceAll('"', ''));
    const [journal] = readTextLedger(text, 'hledger').journals;
    expect(toMajorText(journal?.entries[0]?.amountMinor ?? 0n, 'EUR')).toBe(theirs.toFixed(2));
  });

  it('prints what it was given in a form that we read alike', async () => {
    const source = [
      '2025-01-02 * (12) Shop | things  ; trip: yes',
      '    assets:bank    -1234.50 USD = -1234.50 USD',
      '    assets:bank    -7 EUR',
      '    expenses:food',
      '',
    ].join('\n');
    await writeFile(join(folder, 'printed.journal'), source);
    const printed = await run(pathOf(tools.hledger), ['-f', join(folder, 'printed.journal'), 'print', '-x']);
    expect(printed.code).toBe(0);
    const read = (text: string) =>
      readTextLedger(text, 'hledger').journals.map(({ day, memo, metadata, entries }) => ({
        day,
        memo,
        metadata,
        entries: entries
          .map((entry) => `${entry.account} ${entry.side} ${entry.amountMinor} ${entry.currency}`)
          .sort((a, b) => (a < b ? -1 : 1)),
      }));
    expect(read(printed.output)).toEqual(read(source));
    expect(read(source)).toMatchObject([{ memo: 'Shop | things', metadata: { code: '12', trip: 'yes' } }]);
  });
});
