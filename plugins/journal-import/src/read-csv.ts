import { textOfCell } from '@countersign/domain/csv/cell-text';
import { badQuotesIssue, raggedIssue } from '@countersign/domain/csv/read-table';
import { CsvRowReader, detectDelimiter, type CsvRow } from '@countersign/domain/csv/rows';
import { isDay } from '@countersign/domain/ledger/days';
import { minorOf } from '@countersign/domain/ledger/text/text-number';
import { isCurrency } from '@countersign/domain/money/currencies';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { FileIssue } from '@countersign/domain/schemas/file';
import { InputError, type InputText } from '@countersign/plugin-sdk';
import { mapColumns, type Columns, type Field } from './columns.ts';
import { balanceFaults, faultsOf, type DraftEntry, type DraftJournal, type Fault } from './draft.ts';

export const MAX_ROWS = 200_000;
const MAX_ISSUES = 50;

interface Row {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Field, string>>>;
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Read a CSV with one entry a row: rows of one reference are one journal, wherever they stand.
 * @throws InputError when the file is not of this form as a whole
 */
export function readCsvJournals(file: InputText): { readonly journals: DraftJournal[]; readonly rowCount: number } {
  const delimiter = detectDelimiter(file.text);
  const issues: FileIssue[] = [];
  const rows: Row[] = [];
  let columns: Columns | undefined;
  let width = 0;
  const reader = new CsvRowReader(delimiter);
  const onRow = (row: CsvRow): void => {
    if (row.badQuotes) issues.push(badQuotesIssue(row));
    else if (columns === undefined) {
      width = row.cells.length;
      columns = mapColumns(file.name, row.line, row.cells);
    } else if (row.cells.length !== width) issues.push(raggedIssue(row, width, delimiter));
    else if (rows.length >= MAX_ROWS)
      issues.push({
        line: row.line,
        column: null,
        code: 'too_many_rows',
        message: `The file has more than ${MAX_ROWS.toLocaleString('en-US')} rows`,
        remedy: 'Split it between two journals',
      });
    else rows.push(toRow(row, columns));
    if (issues.length >= MAX_ISSUES || rows.length > MAX_ROWS) reader.stop();
  };
  reader.push(file.text, onRow);
  reader.end(onRow);
  if (issues.length === 0 && rows.length === 0)
    issues.push({
      line: 1,
      column: null,
      code: 'no_rows',
      message: 'The file has no rows',
      remedy: 'Its first line names the columns, each row below is one entry',
    });
  const [first] = issues;
  if (first !== undefined)
    throw new InputError(
      `${file.name}, line ${first.line}: ${first.message}${issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''}. ${first.remedy}.`,
      issues,
    );
  const groups = Map.groupBy(rows, (row) => normalizeReference(row.cells.reference ?? ''));
  const header = (field: Field): string => columns?.fields.get(field)?.header ?? field;
  const journals = [...groups].flatMap(([key, group]) =>
    // Rows without a reference belong to nothing, and not to each other.
    key === ''
      ? group.map((row) => journalOf('', [row], header, delimiter === ';' ? ',' : '.'))
      : [journalOf(key, group, header, delimiter === ';' ? ',' : '.')],
  );
  return { journals, rowCount: rows.length };
}

function toRow({ line, cells }: CsvRow, columns: Columns): Row {
  const cell = (index: number): string => textOfCell((cells[index] ?? '').trim());
  return {
    line,
    cells: Object.fromEntries([...columns.fields].map(([field, { index }]) => [field, cell(index)])),
    facts: Object.fromEntries(
      columns.facts.flatMap(({ index, key }) => (cell(index) === '' ? [] : [[key, cell(index)]])),
    ),
  };
}

function journalOf(
  key: string,
  rows: readonly Row[],
  header: (field: Field) => string,
  decimal: '.' | ',',
): DraftJournal {
  const faults: Fault[] = [];
  const fault = (line: number, column: string | null, code: string, message: string, remedy: string): void =>
    void faults.push({ line, column, code, message, remedy });
  const [first] = rows as [Row];
  const reference = first.cells.reference ?? '';
  if (key === '')
    fault(
      first.line,
      header('reference'),
      'reference_missing',
      'The reference is empty',
      'Give each journal a reference of its own; it makes sure that it is posted once',
    );
  /** What all rows of a journal say once: the first row, or all of them. */
  const shared = (field: 'reference' | 'date' | 'memo'): string => {
    const said = rows.find((row) => (row.cells[field] ?? '') !== '')?.cells[field] ?? '';
    for (const row of rows) {
      const cell = row.cells[field] ?? '';
      if (cell === '' || cell === said) continue;
      fault(
        row.line,
        header(field),
        `${field}_differs`,
        `"${short(cell)}" is not what line ${first.line} of this journal says: "${short(said)}"`,
        `Write the same ${field} in all rows of a journal, or give this row another reference`,
      );
    }
    return said;
  };
  shared('reference');
  const day = shared('date');
  if (!isDay(day))
    fault(
      first.line,
      header('date'),
      day === '' ? 'date_missing' : 'date_unreadable',
      day === '' ? 'The date is empty' : `"${short(day)}" could mean two things, or is no day`,
      'Write it as year-month-day, such as 2026-01-31',
    );
  // Without what objects inherit: a column may be called "constructor".
  const metadata = Object.create(null) as Record<string, string>;
  for (const row of rows) {
    for (const [fact, value] of Object.entries(row.facts)) {
      const before = (metadata[fact] ??= value);
      if (before !== value)
        fault(
          row.line,
          fact,
          'fact_differs',
          `"${short(value)}" is not what another row of this journal says: "${short(before)}"`,
          'A fact belongs to the whole journal: write it once, or the same in all rows',
        );
    }
  }
  const read = rows.map((row) => readEntry(row, header, decimal));
  for (const one of read) faults.push(...one.faults);
  const entries = read.flatMap((one) => one.entry ?? []);
  const journal = { line: first.line, reference, key, day, memo: shared('memo'), metadata, entries };
  const own = [...faults, ...faultsOf(journal, { reference: header('reference'), memo: header('memo') })];
  // What can't be read would only show a second time as a difference.
  return { ...journal, faults: own.length > 0 ? own : balanceFaults(journal) };
}

function readEntry(
  row: Row,
  header: (field: Field) => string,
  decimal: '.' | ',',
): { readonly entry?: DraftEntry; readonly faults: Fault[] } {
  const { account = '', currency = '' } = row.cells;
  const faults: Fault[] = [];
  const fault = (field: Field, code: string, message: string, remedy: string): void =>
    void faults.push({ line: row.line, column: header(field), code, message, remedy });
  if (account === '')
    fault(
      'account',
      'account_missing',
      'The account is empty',
      "Write the account's id, or a name that the parameter Accounts explains",
    );
  if (!isCurrency(currency))
    fault(
      'currency',
      currency === '' ? 'currency_missing' : 'currency_unknown',
      currency === '' ? 'The currency is empty' : `"${short(currency)}" is not a currency code of ISO 4217`,
      'Write a code such as USD, in capitals',
    );
  const sided = isCurrency(currency) ? readSides(row, currency, decimal) : null;
  if (sided !== null && 'code' in sided) fault(sided.field, sided.code, sided.message, sided.remedy);
  if (faults.length > 0 || sided === null || 'code' in sided) return { faults };
  return { entry: { line: row.line, column: header('account'), account, accountId: null, currency, ...sided }, faults };
}

type Sided =
  | { readonly side: 'debit' | 'credit'; readonly amountMinor: bigint }
  | { readonly field: Field; readonly code: string; readonly message: string; readonly remedy: string };

function readSides({ cells }: Row, currency: string, decimal: '.' | ','): Sided {
  if (cells.amount !== undefined) {
    const [, minus = '', digits = ''] = /^([-\u2212+]?)\s*(.*)$/s.exec(cells.amount) ?? [];
    const amount = readAmount('amount', digits, currency, decimal);
    if (typeof amount !== 'bigint') return amount;
    return { side: minus === '' || minus === '+' ? 'debit' : 'credit', amountMinor: amount };
  }
  const { debit = '', credit = '' } = cells;
  // Many programs write a zero on the other side.
  const [hasDebit, hasCredit] = [!isNothing(debit), !isNothing(credit)];
  if (hasDebit && hasCredit)
    return {
      field: 'credit',
      code: 'both_sides',
      message: 'The row has a debit and a credit',
      remedy: 'Make two rows of it',
    };
  if (!hasDebit && !hasCredit)
    return {
      field: 'debit',
      code: 'amount_missing',
      message: 'The row has neither a debit nor a credit',
      remedy: 'Write one of them, or take the row out',
    };
  const side = hasDebit ? 'debit' : 'credit';
  const amount = readAmount(side, hasDebit ? debit : credit, currency, decimal);
  return typeof amount === 'bigint' ? { side, amountMinor: amount } : amount;
}

const isNothing = (cell: string): boolean => /^0*(?:[.,]0*)?$/.test(cell);

const REMEDIES: Partial<Record<string, readonly [message: string, remedy: string]>> = {
  amount_negative: [
    'The amount is negative',
    'Write it on the other side, or have one column "amount" whose debits are positive',
  ],
  amount_zero: ['The amount is zero', 'Take the row out'],
  amount_too_large: ['The amount is too large', 'Write at most 40 digits before the decimals'],
};

function readAmount(
  field: Field,
  text: string,
  currency: string,
  decimal: '.' | ',',
): bigint | Extract<Sided, { code: string }> {
  const parsed = parseAmount(text, currency, decimal);
  if (parsed.ok) return parsed.amountMinor;
  // The limit is one for payouts; in shape and decimals the number is right.
  const large = parsed.code === 'amount_too_large' ? minorOf(text.trim().replace(',', '.'), currency) : null;
  if (typeof large === 'bigint') return large;
  const [message, remedy] = REMEDIES[parsed.code] ?? [parsed.message, parsed.remedy];
  return { field, code: parsed.code, message, remedy };
}

const short = (cell: string): string => (cell.length > 60 ? `${cell.slice(0, 59)}\u2026` : cell);
