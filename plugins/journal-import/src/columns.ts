import { InputError } from '@countersign/plugin-sdk';
import type { FileIssue } from '@countersign/domain/schemas/file';

export const FIELDS = ['reference', 'date', 'memo', 'account', 'debit', 'credit', 'amount', 'currency'] as const;
export type Field = (typeof FIELDS)[number];

/** What other programs call these columns. Compared without regard to case, spaces, hyphens and underscores. */
const SYNONYMS: Readonly<Record<Field, readonly string[]>> = {
  reference: [
    'reference',
    'ref',
    'journal',
    'journal id',
    'journal no',
    'journal number',
    'journal reference',
    'document',
    'document no',
    'document number',
    'voucher',
    'voucher no',
    'transaction id',
  ],
  date: [
    'date',
    'effective date',
    'effective day',
    'posting date',
    'booking date',
    'transaction date',
    'value date',
    'day',
  ],
  memo: ['memo', 'description', 'narration', 'text', 'details', 'particulars', 'comment'],
  account: ['account', 'account id', 'account code', 'account no', 'account number', 'ledger account', 'gl account'],
  debit: ['debit', 'debit amount', 'dr'],
  credit: ['credit', 'credit amount', 'cr'],
  amount: ['amount', 'signed amount', 'net amount'],
  currency: ['currency', 'currency code', 'ccy', 'iso currency'],
};
/** A column with this before its name is a fact of the journal, whatever it is called. */
const FACT = /^meta(?:data)?:\s*/i;
/** A journal has 19 at most; a file has a column for each that any of them has. */
const MAX_FACT_COLUMNS = 190;

export interface Columns {
  /** Index in a row, by field; `header` is how the file calls it. */
  readonly fields: ReadonlyMap<Field, { readonly index: number; readonly header: string }>;
  /** Columns that are facts of the journal, under these keys. */
  readonly facts: readonly { readonly index: number; readonly key: string; readonly header: string }[];
}

/**
 * Which column is what. Nothing is guessed: two columns that could be the same thing are asked about.
 * @throws InputError naming line 1 and the columns
 */
export function mapColumns(name: string, line: number, header: readonly string[]): Columns {
  const issues: FileIssue[] = [];
  const complain = (column: string | null, code: string, message: string, remedy: string): void =>
    void issues.push({ line, column, code, message, remedy });
  const fields = new Map<Field, { index: number; header: string }>();
  const facts: { index: number; key: string; header: string }[] = [];
  header
    .map((cell) => cell.trim())
    .forEach((cell, index) => {
      const shown = cell.slice(0, 60);
      const field = FIELDS.find((one) => SYNONYMS[one].some((synonym) => fold(synonym) === fold(cell)));
      const before = field === undefined ? undefined : fields.get(field);
      if (cell === '')
        complain(
          `column ${index + 1}`,
          'unnamed_column',
          `Column ${index + 1} has no name`,
          'Give it a name, or take it out',
        );
      else if (FACT.test(cell)) facts.push({ index, key: cell.replace(FACT, ''), header: shown });
      else if (field === undefined) facts.push({ index, key: cell.replace(/[^A-Za-z0-9_.-]+/g, '-'), header: shown });
      else if (before === undefined) fields.set(field, { index, header: shown });
      else
        complain(
          shown,
          'column_ambiguous',
          `Both "${before.header}" and "${shown}" could be the ${field}`,
          `Keep one; put "meta:" before the name of the other to keep it as a fact of the journal`,
        );
    });
  for (const field of ['reference', 'date', 'account', 'currency'] as const) {
    if (fields.has(field)) continue;
    complain(
      field,
      'missing_column',
      `No column is the ${field}`,
      `Name one of the columns "${field}" (or ${SYNONYMS[field]
        .slice(1, 4)
        .map((one) => `"${one}"`)
        .join(', ')})`,
    );
  }
  const sided = fields.has('debit') && fields.has('credit');
  const some = fields.has('debit') || fields.has('credit');
  if (fields.has('amount') && some)
    complain(
      'amount',
      'column_ambiguous',
      'There is a signed amount, and a debit or credit beside it',
      'Keep either the amount (debits positive), or debit and credit',
    );
  else if (!fields.has('amount') && !sided)
    complain(
      some && fields.has('debit') ? 'credit' : 'debit',
      'missing_column',
      'No columns say the amounts',
      'Have columns "debit" and "credit", or one "amount" whose debits are positive',
    );
  facts.forEach(({ key, header: shown }, at) => {
    if (facts.findIndex((one) => one.key === key) < at)
      complain(shown, 'duplicate_column', `Two columns would be the fact "${key}"`, 'Give one of the two another name');
  });
  if (facts.length > MAX_FACT_COLUMNS)
    complain(
      null,
      'too_many_columns',
      `${facts.length} columns are no field of a journal`,
      `Keep ${MAX_FACT_COLUMNS} at most`,
    );
  const [first] = issues;
  if (first === undefined) return { fields, facts };
  const others = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  throw new InputError(`${name}, line ${line}: ${first.message}${others}. ${first.remedy}.`, issues);
}

const fold = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/\.$/, '');
