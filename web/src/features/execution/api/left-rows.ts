import { CsvRowReader, detectDelimiter } from '@countersign/domain/csv/rows';
import type { Outcome, PageOutcomes, PlanPage } from '@countersign/domain/schemas/effect';
import type { Problem } from '@countersign/domain/schemas/execution';
import { rowsWithReasons } from '../../../components/upload/rows-with-reasons.ts';

export interface LeftRows {
  /** Why each line of the input is not done. */
  readonly reasons: ReadonlyMap<number, string>;
  /** Lines that the plan left out, and lines that failed or were not reached; no line is in both. */
  readonly refused: number;
  readonly failed: number;
}

const NOT_REACHED = 'Not done: the run ended before it came to this row';

/**
 * The lines of the input that an ended run has not done, in their order. What is unknown is none of them: nobody may
 * send it again before it is settled.
 * @param pages of the plan; only needed when something was not reached
 */
export function leftRows(
  problems: readonly Problem[],
  outcomePages: readonly PageOutcomes[],
  pages: readonly PlanPage[],
): LeftRows {
  const refusals = new Map<number, string[]>();
  for (const problem of problems) {
    if (problem.severity !== 'refused' || problem.line === null) continue;
    refusals.set(problem.line, [...(refusals.get(problem.line) ?? []), inWords(problem)]);
  }
  const outcomes = outcomePages.flatMap((page) => page.outcomes);
  const settled = new Set(outcomes.map(({ key }) => key));
  const failures = [
    ...outcomes.filter(({ status }) => status === 'failed' || status === 'not_done').map(failure),
    ...pages.flatMap((page) => page.effects.filter(({ key }) => !settled.has(key)).map(notReached)),
  ].filter(([line]) => !refusals.has(line));
  const failed = new Map(failures.filter(([line]) => line > 0));
  const all = [...[...refusals].map(([line, why]) => [line, why.join(' | ')] as const), ...failed];
  return {
    reasons: new Map(all.toSorted(([one], [other]) => one - other)),
    refused: refusals.size,
    failed: failed.size,
  };
}

/**
 * These lines of a file as a CSV of their own, written like the file, with line and reason behind its columns.
 * @param text decoded text of the file
 */
export function leftRowsCsv(text: string, reasons: LeftRows['reasons']): string {
  const delimiter = detectDelimiter(text);
  const reader = new CsvRowReader(delimiter);
  const rows: { line: number; cells: Record<string, string>; reason: string }[] = [];
  let header: readonly string[] | undefined;
  const onRow = ({ line, cells }: { readonly line: number; readonly cells: readonly string[] }): void => {
    const reason = reasons.get(line);
    if (header === undefined) header = cells.map((cell) => cell.trim());
    else if (reason !== undefined)
      rows.push({ line, reason, cells: Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])) });
  };
  reader.push(text, onRow);
  reader.end(onRow);
  return rowsWithReasons(header ?? [], rows, delimiter);
}

function inWords({ column, message, remedy }: Problem): string {
  return `${column === null ? '' : `${column}: `}${message}. ${remedy}`;
}

/** A line of 0 is none: what has no line of its own is not in the file. */
function failure({ line, message, code }: Outcome): readonly [line: number, why: string] {
  return [line ?? 0, message ?? code ?? 'Failed'];
}

function notReached({ line }: { readonly line: number | null }): readonly [line: number, why: string] {
  return [line ?? 0, NOT_REACHED];
}
