import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { connectedAccounts } from './local/stripe-accounts.ts';
import { ROOT } from './build/root.ts';
import {
  cellsOf,
  HEADER,
  sampleCsv,
  sampleRows,
  toText,
  type SampleAccount,
  type SampleRow,
} from './samples/sample-csv.ts';
import { sampleJournals } from './samples/sample-journals.ts';

export { sampleCsv } from './samples/sample-csv.ts';

export interface Sample {
  readonly name: string;
  /** `good`: all rows can be paid. `rows`: some can't. `refused`: the file as a whole can't be used. */
  readonly kind: 'good' | 'rows' | 'refused';
  readonly content: string | Uint8Array;
}

const SEED = 2026;
const ROWS = 40;

/** Good and bad files for these connected accounts; the same seed gives the same files. */
export function samples(accounts: readonly SampleAccount[], seed: number = SEED): Sample[] {
  const rows = (offset: number): SampleRow[] => sampleRows(seed + offset, ROWS, accounts);
  const text = (offset: number, header: readonly string[] = HEADER): string =>
    toText([header, ...rows(offset).map(cellsOf)]);
  const lines = text(90).split('\r\n');
  const good = (name: string, content: Sample['content']): Sample => ({ name, kind: 'good', content });
  const refused = (name: string, content: Sample['content']): Sample => ({ name, kind: 'refused', content });
  return [
    good('payouts.csv', sampleCsv(seed, ROWS, accounts)),
    good(
      'payouts-semicolons.csv',
      `\ufeff${toText([HEADER, ...rows(1).map((row) => cellsOf({ ...row, amount: row.amount.replace('.', ',') }))], ';')}`,
    ),
    good('payouts-utf16.csv', utf16(text(2))),
    good(
      'payouts-line-breaks.csv',
      toText([
        HEADER,
        ...rows(3).map((row) => cellsOf({ ...row, description: `${row.description},\nsee "statement"` })),
      ]),
    ),
    good('sweep.csv', toText([HEADER, ...sweepRows(seed, accounts)])),
    {
      name: 'payouts-with-problems.csv',
      kind: 'rows',
      content: toText([HEADER, ...rowsWithProblems(rows(4), accounts)]),
    },
    refused('refused-empty.csv', ''),
    refused(
      'refused-missing-column.csv',
      toText([['reference', 'account', 'amount'], ...rows(5).map((row) => cellsOf(row).slice(0, 3))]),
    ),
    refused('refused-extra-column.csv', toText([[...HEADER, 'iban'], ...rows(6).map((row) => [...cellsOf(row), ''])])),
    refused(
      'refused-ragged-row.csv',
      lines.map((line, index) => (index === 7 ? `${line},surplus` : line)).join('\r\n'),
    ),
    refused('refused-open-quote.csv', lines.map((line, index) => (index === 5 ? `"${line}` : line)).join('\r\n')),
    refused('refused-encoding.csv', latin1(text(7).replace('sales', 'd\u00e9comptes'))),
  ];
}

/** Write the samples for the demo's own connected accounts, and journals for its chart; their paths from the project's folder. */
export async function sampleFiles(folder: string = join(ROOT, '.local', 'samples')): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const { name, content } of samples(connectedAccounts())) {
    await writeFile(join(folder, name), content);
    paths.push(relative(ROOT, join(folder, name)));
  }
  const journals = join(folder, 'journals.csv');
  await writeFile(journals, sampleJournals(SEED, ROWS));
  paths.push(relative(ROOT, journals));
  return paths;
}

function sweepRows(seed: number, accounts: readonly SampleAccount[]): string[][] {
  return accounts
    .filter((account) => account.payoutsEnabled !== false)
    .slice(-5)
    .flatMap((account, index) =>
      Object.keys(account.available ?? {}).map((currency) => [
        `SW-${seed}-${index + 1}-${currency}`,
        account.id,
        '',
        currency.toUpperCase(),
        'Sweep',
      ]),
    );
}

/** Ten rows that can be paid, then one for each way in which a row can't. */
function rowsWithProblems(rows: readonly SampleRow[], accounts: readonly SampleAccount[]): string[][] {
  const sound = rows.slice(0, 10);
  const dollars = rows.find((row) => row.currency === 'USD') ?? (rows[0] as SampleRow);
  const disabled = accounts.find((account) => account.payoutsEnabled === false);
  const changed: Partial<SampleRow>[] = [
    { reference: sound[0]?.reference ?? '' },
    { amount: '1,234.50' },
    { amount: '1e3' },
    { amount: '-25.00' },
    { amount: '10.005' },
    { amount: '0.00' },
    { amount: 'twelve' },
    { amount: '' },
    { amount: '99999999.00' },
    { currency: 'USDT' },
    { account: 'acct_1NobodyKnowsThisOne' },
    { account: 'northwind' },
    { reference: '=HYPERLINK("https://example.com")' },
    { currency: 'CHF' },
    ...(disabled === undefined
      ? []
      : [
          {
            account: disabled.id,
            amount: '100',
            currency: Object.keys(disabled.available ?? {})[0]?.toUpperCase() ?? 'USD',
          },
        ]),
  ];
  const bad = changed.map((change, index) =>
    cellsOf({ ...dollars, reference: `${dollars.reference}-${index + 1}`, ...change }),
  );
  return [...sound.map(cellsOf), ...bad];
}

function utf16(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
