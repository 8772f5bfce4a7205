import { readTextLedger } from '@countersign/domain/ledger/text/text-journals';
import type { TextFormat } from '@countersign/domain/ledger/text/text-ledger';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { Problem } from '@countersign/domain/schemas/execution';
import type { InputText } from '@countersign/plugin-sdk';
import { faultsOf, problemOf, type DraftJournal } from './draft.ts';

export interface TextFile {
  readonly journals: DraftJournal[];
  /** Of lines that belong to no journal that is here. */
  readonly problems: Problem[];
  readonly rowCount: number;
}

/** Read beancount or hledger text. What its lines are refused for stands in `problems`; a transaction counts as a row. */
export function readTextFile(file: InputText, format: TextFormat): TextFile {
  const ledger = readTextLedger(file.text, format);
  return {
    rowCount: ledger.transactionCount,
    problems: ledger.issues.map((issue) =>
      problemOf({ ...issue, column: issue.column === null ? null : String(issue.column) }, null, issue.severity),
    ),
    journals: ledger.journals.map((one) => {
      const journal = {
        ...one,
        key: normalizeReference(one.reference),
        entries: one.entries.map((entry) => ({
          ...entry,
          column: String(entry.column),
          accountId: ledger.accountIds.get(entry.account) ?? null,
        })),
      };
      return { ...journal, faults: faultsOf(journal, { reference: 'reference', memo: 'memo' }) };
    }),
  };
}
