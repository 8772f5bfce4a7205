import type { Problem } from '@countersign/domain/schemas/execution';
import type { PayoutRow } from './read-rows.ts';

/** What is wrong with a cell or a row, in the words of the person who has to put it right. */
export interface RowFault {
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function refusal(row: Pick<PayoutRow, 'line' | 'reference'>, fault: RowFault): Problem {
  return { ...fault, line: row.line, reference: row.reference === '' ? null : row.reference, severity: 'refused' };
}

export function notice(row: Pick<PayoutRow, 'line' | 'reference'>, fault: RowFault): Problem {
  return { ...refusal(row, fault), severity: 'notice' };
}
