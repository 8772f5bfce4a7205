import { decodeText } from '@countersign/domain/csv/decode';
import { readTable } from '@countersign/domain/csv/read-table';
import type { Delimiter } from '@countersign/domain/csv/rows';
import type { CsvProfile, FileIssue } from '@countersign/domain/schemas/file';
import { type CheckedRows, type FileColumn, checkRows } from './check-rows.ts';
import { withoutReasons } from './rows-with-reasons.ts';

export interface CheckRequest {
  readonly bytes: ArrayBuffer;
  readonly columns: readonly FileColumn[];
  readonly maxRows: number;
}
export type CheckResult =
  /** The file as a whole can't be used. */
  | { readonly ok: false; readonly issues: readonly FileIssue[] }
  | {
      readonly ok: true;
      readonly encoding: CsvProfile['encoding'];
      readonly delimiter: Delimiter;
      readonly decimal: string;
      readonly checked: CheckedRows;
      /** The text to send instead, when the file is a mended list of rows with the columns that said why. */
      readonly mended: string | null;
    };

/** The same reading as the server's, in a thread of its own, so that a large file does not freeze the page. */
export function check({ bytes, columns, maxRows }: CheckRequest): CheckResult {
  const decoded = decodeText(new Uint8Array(bytes));
  if ('issue' in decoded) return { ok: false, issues: [decoded.issue] };
  const mended = withoutReasons(
    decoded.text,
    columns.map(({ name }) => name),
  );
  const table = readTable(mended ?? decoded.text, { columns, maxRows });
  if (table.issues.length > 0) return { ok: false, issues: table.issues };
  return {
    ok: true,
    encoding: decoded.encoding,
    delimiter: table.delimiter,
    decimal: table.decimal,
    checked: checkRows(table, columns),
    mended,
  };
}

self.onmessage = (event: MessageEvent<CheckRequest>): void => {
  self.postMessage(check(event.data));
};
