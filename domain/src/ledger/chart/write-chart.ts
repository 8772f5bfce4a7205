import { safeCell, toCsv } from '../../csv/write.ts';
import type { ChartRow } from './chart-row.ts';
import { guardsToText } from './guard-text.ts';

export const CHART_COLUMNS = [
  'id',
  'parent',
  'name',
  'type',
  'postable',
  'currency',
  'branch',
  'opened on',
  'closed on',
  'guards',
] as const;
export type ChartColumn = (typeof CHART_COLUMNS)[number];

/** A chart as CSV (UTF-8, comma, CR LF); `readChart` gives back the same rows. */
export function writeChart(rows: readonly ChartRow[]): string {
  return toCsv(CHART_COLUMNS, rows.map(cellsOf));
}

function cellsOf(row: ChartRow): Record<ChartColumn, string> {
  return {
    id: keepsItsText(row.id),
    parent: keepsItsText(row.parentId ?? ''),
    name: keepsItsText(row.name),
    type: row.type,
    postable: row.postable ? 'yes' : 'no',
    currency: row.currency ?? '',
    branch: keepsItsText(row.branch ?? ''),
    'opened on': row.openedOn ?? '',
    'closed on': row.closed ? (row.closedOn ?? 'closed') : '',
    guards: guardsToText(row.guards),
  };
}

/** Behind its leading apostrophes, this text would run as a formula in a spreadsheet. */
const runs = (text: string): boolean => {
  const core = text.replace(/^'+/, '');
  return safeCell(core) !== core;
};

/** `safeCell` puts an apostrophe before a formula; a text that has one of its own gets one more, so that one can go again. */
const keepsItsText = (text: string): string => (text.startsWith("'") && runs(text) ? `'${text}` : text);

/** The text that `writeChart` was given for a cell. */
export const textOfCell = (cell: string): string => (cell.startsWith("'") && runs(cell) ? cell.slice(1) : cell);
