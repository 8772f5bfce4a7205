import { imbalances } from '@countersign/domain/ledger/balanced';
import { formatMoney } from '@countersign/domain/money/money';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { Problem } from '@countersign/domain/schemas/execution';

/** One line of a journal as the file has it. */
export interface DraftEntry {
  readonly line: number;
  /** Where the account stands: a column's name in a CSV, a number in a text. */
  readonly column: string;
  readonly account: string;
  /** The id that the file itself gives to that account. */
  readonly accountId: string | null;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** A journal as the file has it. With a fault, none of it is posted. */
export interface DraftJournal {
  readonly line: number;
  readonly reference: string;
  /** The form under which a reference can be used only once. */
  readonly key: string;
  readonly day: string;
  readonly memo: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly DraftEntry[];
  readonly faults: readonly Fault[];
}

/** What is wrong, where, in the words of the person who has to put it right. */
export interface Fault {
  readonly line: number;
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function problemOf(fault: Fault, reference: string | null, severity: Problem['severity']): Problem {
  const { line, column, code, message, remedy } = fault;
  return { line, column, reference: reference === '' ? null : reference, code, message, remedy, severity };
}

/** An effect's key and a fact of its own have to fit beside it. */
const MAX_REFERENCE_LENGTH = 180;
const MAX_MEMO_LENGTH = 300;
const MAX_VALUE_LENGTH = 200;
/** One place is for the reference. */
const MAX_FACTS = 19;
const MAX_ENTRIES = 500;
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,39}$/;
const INVISIBLE = /[\p{Cc}\p{Cf}]/u;

/** What a journal must be, whatever file it comes from. A file's rows with faults of their own are not balanced here. */
export function faultsOf(journal: Omit<DraftJournal, 'faults'>, columns: { reference: string; memo: string }): Fault[] {
  const { line, reference, memo, metadata, entries } = journal;
  const faults: Fault[] = [];
  const fault = (column: string | null, code: string, message: string, remedy: string): void =>
    void faults.push({ line, column, code, message, remedy });
  const longest = Math.max(reference.length, normalizeReference(reference).length);
  if (longest > MAX_REFERENCE_LENGTH)
    fault(
      columns.reference,
      'reference_too_long',
      `The reference has ${reference.length} characters`,
      `Shorten it to ${MAX_REFERENCE_LENGTH}`,
    );
  if (INVISIBLE.test(reference))
    fault(
      columns.reference,
      'reference_characters',
      'The reference has a line break or an invisible character in it',
      'Type the reference anew',
    );
  if (memo.length > MAX_MEMO_LENGTH)
    fault(columns.memo, 'memo_too_long', `The memo has ${memo.length} characters`, `Shorten it to ${MAX_MEMO_LENGTH}`);
  const facts = Object.entries(metadata);
  if (facts.length > MAX_FACTS)
    fault(null, 'too_many_facts', `The journal has ${facts.length} further facts`, `Keep ${MAX_FACTS} at most`);
  for (const [key, value] of facts) {
    if (!KEY.test(key))
      fault(
        key,
        'fact_name',
        `"${key.slice(0, 60)}" can't be the name of a fact`,
        'Name it with up to 40 letters, digits, ".", "_" and "-", a letter first',
      );
    if (value.length > MAX_VALUE_LENGTH)
      fault(
        key,
        'fact_too_long',
        `"${key.slice(0, 60)}" has ${value.length} characters`,
        `Shorten it to ${MAX_VALUE_LENGTH}`,
      );
  }
  if (entries.length > MAX_ENTRIES)
    fault(
      null,
      'too_many_entries',
      `The journal has ${entries.length} entries`,
      `Split it into journals of at most ${MAX_ENTRIES}, each balanced`,
    );
  return faults;
}

/** One entry is none, and debits and credits are equal in each currency. */
export function balanceFaults({ line, reference, entries }: Omit<DraftJournal, 'faults'>): Fault[] {
  if (entries.length < 2) {
    const message = `Journal ${reference} has ${entries.length === 0 ? 'no entry' : 'one entry'}`;
    return [
      { line, column: null, code: 'too_few_entries', message, remedy: 'A journal has a debit and a credit at least' },
    ];
  }
  const off = imbalances(entries.map((entry) => ({ ...entry, amountMinor: entry.amountMinor.toString() })));
  if (off.size === 0) return [];
  const by = [...off].map(([currency, minor]) => formatMoney(minor, currency)).join(', ');
  const message = `Debits less credits of journal ${reference} are ${by}, not zero`;
  return [
    {
      line,
      column: null,
      code: 'unbalanced',
      message,
      remedy: 'Correct an amount: each currency comes to zero by itself',
    },
  ];
}
