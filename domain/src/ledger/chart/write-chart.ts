import { keepsItsText } from '../../csv/cell-text.ts';
import { toCsv } from '../../csv/write.ts';
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
