import { textOfCell } from '../../csv/cell-text.ts';
import { readTable, type TableRow } from '../../csv/read-table.ts';
import { isCurrency } from '../../money/currencies.ts';
import { accountTypeSchema, type Account } from '../../schemas/account.ts';
import { idSchema } from '../../schemas/common.ts';
import { isDay } from '../days.ts';
import { SUSPENSE_ACCOUNT, takesAll } from '../suspense.ts';
import { chartIssue, type ChartFileRow, type ChartIssue } from './chart-row.ts';
import { GUARD_FORMS, guardsFromText } from './guard-text.ts';
import { CHART_COLUMNS, type ChartColumn } from './write-chart.ts';

const MAX_ROWS = 10_000;
const MAX_NAME_LENGTH = 120;
const MAX_GUARDS = 10;
const REQUIRED: readonly ChartColumn[] = ['id', 'name', 'type'];
/** The roots' ids of a tree that is too deep are of no use: this is `decideBatch`'s limit. */
const MAX_DEPTH = 8;

export interface ChartFile {
  /** In the order in which they can be opened: parents first. Empty when there is an issue. */
  readonly rows: readonly ChartFileRow[];
  readonly issues: readonly ChartIssue[];
}

/**
 * Read a chart of accounts as CSV: columns in any order, `id`, `name` and `type` needed. All that is wrong is found in
 * one reading, by line and column; a file with an issue gives no rows.
 * @param text decoded, without a byte order mark
 */
export function readChart(text: string): ChartFile {
  const columns = CHART_COLUMNS.map((name) => ({ name, required: REQUIRED.includes(name) }));
  const table = readTable(text, { columns, maxRows: MAX_ROWS });
  if (table.issues.length > 0) {
    const issues = table.issues.map((issue) => ({ ...issue, expected: 'a CSV file of this form', found: issue.code }));
    return { rows: [], issues };
  }
  const issues: ChartIssue[] = [];
  const parents = new Set(table.rows.map(({ cells }) => textOfCell(cells['parent'] ?? '')));
  const rows = table.rows.map((row) => readRow(row, parents, issues));
  const sorted = inTreeOrder(rows, issues);
  return issues.length > 0
    ? { rows: [], issues: issues.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
    : { rows: sorted, issues };
}

function readRow({ line, cells }: TableRow, parents: ReadonlySet<string>, issues: ChartIssue[]): ChartFileRow {
  const cell = (column: ChartColumn): string => textOfCell(cells[column] ?? '');
  const complain = (column: ChartColumn, code: string, expected: string, remedy: string): void => {
    const found = cell(column) === '' ? 'nothing' : `"${cell(column).slice(0, 60)}"`;
    issues.push(chartIssue({ line, column }, code, expected, found, remedy));
  };
  const id = cell('id');
  if (!idSchema.safeParse(id).success)
    complain(
      'id',
      'id_malformed',
      'an id of up to 128 letters, digits, ".", "_" and "-"',
      'Give the account such an id',
    );
  const name = cell('name');
  if (name === '' || name.length > MAX_NAME_LENGTH)
    complain('name', 'name_length', `a name of 1 to ${MAX_NAME_LENGTH} characters`, 'Give the account such a name');
  const type = accountTypeSchema.safeParse(cell('type').toLowerCase());
  if (!type.success)
    complain('type', 'type_unknown', 'asset, liability, equity, income or expense', 'Write one of these');
  const postable = cell('postable').toLowerCase();
  if (!['', 'yes', 'no'].includes(postable))
    complain('postable', 'postable_unknown', 'yes (it takes entries) or no (it sums up)', 'Write yes or no');
  const currency = cell('currency');
  if (currency !== '' && !isCurrency(currency))
    complain(
      'currency',
      'currency_unknown',
      'an ISO 4217 code, or nothing for any currency',
      'Write a code such as USD',
    );
  const branch = cell('branch');
  if (branch !== '' && !idSchema.safeParse(branch).success)
    complain('branch', 'branch_malformed', "a branch's id, or nothing", 'Write the id of a branch');
  const openedOn = cell('opened on');
  if (openedOn !== '' && !isDay(openedOn))
    complain('opened on', 'day_invalid', 'a day such as 2026-01-31, or nothing', 'Write the day as year-month-day');
  const closedOn = cell('closed on');
  const isClosedWord = closedOn.toLowerCase() === 'closed';
  if (closedOn !== '' && !isClosedWord && !isDay(closedOn))
    complain('closed on', 'day_invalid', 'a day such as 2026-01-31, or nothing', 'Write the day as year-month-day');
  const read = guardsFromText(cell('guards'));
  if ('bad' in read || read.guards.length > MAX_GUARDS)
    complain('guards', 'guard_unknown', `at most ${MAX_GUARDS} of ${GUARD_FORMS}`, 'Write the guards like this');
  const readOut: ChartFileRow = {
    line,
    id,
    parentId: cell('parent') === '' ? null : cell('parent'),
    name,
    type: type.success ? type.data : 'asset',
    // Where the file does not say: what has nothing below it takes entries.
    postable: postable === '' ? !parents.has(id) : postable === 'yes',
    currency: currency === '' ? null : currency,
    branch: branch === '' ? null : branch,
    openedOn: openedOn === '' ? null : openedOn,
    closed: closedOn !== '',
    closedOn: closedOn === '' || isClosedWord ? null : closedOn,
    guards: 'bad' in read ? [] : read.guards,
  };
  if (id === SUSPENSE_ACCOUNT && !(takesAll(readOut) && !readOut.closed))
    complain(
      'id',
      'suspense_account',
      'an open account that takes entries of any currency and day',
      `Leave currency, opened on and closed on of ${id} empty; it takes what has no other place`,
    );
  return readOut;
}

/** Parents before their children, else the order of the file. What lies in a circle, or is there twice, is an issue. */
function inTreeOrder(rows: readonly ChartFileRow[], issues: ChartIssue[]): ChartFileRow[] {
  const byId = new Map<string, ChartFileRow>();
  for (const row of rows) {
    const before = byId.get(row.id);
    if (before === undefined) byId.set(row.id, row);
    else
      issues.push(
        chartIssue(
          { line: row.line, column: 'id' },
          'id_twice',
          'each id once',
          `"${row.id}" of line ${before.line} again`,
          'Take one of the two rows out, or give it another id',
        ),
      );
  }
  const depths = new Map<string, number>();
  for (const row of byId.values()) depthOf(row, byId, depths, issues);
  for (const row of byId.values()) issues.push(...parentIssues(row, byId));
  const order = [...byId.values()].map((row, at) => ({ row, at, depth: depths.get(row.id) ?? 0 }));
  return order.sort((a, b) => a.depth - b.depth || a.at - b.at).map(({ row }) => row);
}

function depthOf(
  row: ChartFileRow,
  byId: ReadonlyMap<string, ChartFileRow>,
  depths: Map<string, number>,
  issues: ChartIssue[],
): void {
  const seen = new Set<string>([row.id]);
  let above = row.parentId;
  while (above !== null && byId.has(above)) {
    if (seen.has(above) || seen.size > MAX_DEPTH) {
      const circle = seen.has(above);
      const remedy = circle ? 'Give one of these accounts another parent' : 'Put it further up';
      const expected = circle
        ? 'a parent that does not lie below it'
        : `a tree of at most ${MAX_DEPTH} levels below the root`;
      const code = circle ? 'parent_circle' : 'tree_too_deep';
      issues.push(chartIssue({ line: row.line, column: 'parent' }, code, expected, `"${row.parentId}"`, remedy));
      break;
    }
    seen.add(above);
    above = byId.get(above)?.parentId ?? null;
  }
  depths.set(row.id, seen.size - 1);
}

/** What the file itself can tell of a parent; one that is not in it may stand in the ledger. */
function parentIssues(row: ChartFileRow, byId: ReadonlyMap<string, ChartFileRow>): ChartIssue[] {
  const parent = row.parentId === null ? undefined : byId.get(row.parentId);
  return parent === undefined ? [] : issuesUnder(row, parent, `line ${parent.line}`);
}

/** What keeps a row from lying under a parent that is known. */
export function issuesUnder(
  row: ChartFileRow,
  parent: Pick<Account, 'id' | 'type' | 'postable' | 'currency' | 'closed'>,
  where: string,
): ChartIssue[] {
  const at = { line: row.line, column: 'parent' };
  if (parent.postable)
    return [
      chartIssue(
        at,
        'parent_postable',
        'a parent that only sums up',
        `"${parent.id}" (${where}), which takes entries`,
        `Write postable no for ${parent.id}, or choose another parent`,
      ),
    ];
  if (parent.type !== row.type)
    return [
      chartIssue(
        at,
        'parent_type_differs',
        `a parent of type ${row.type}`,
        `"${parent.id}" (${where}) of type ${parent.type}`,
        'Correct the type, or choose another parent',
      ),
    ];
  if (parent.currency !== null && parent.currency !== row.currency)
    return [
      chartIssue(
        at,
        'parent_currency',
        `a parent that sums up ${row.currency ?? 'any currency'}`,
        `"${parent.id}" (${where}), of ${parent.currency} only`,
        `Write ${parent.currency} as the currency, or choose another parent`,
      ),
    ];
  if (parent.closed && !row.closed)
    return [
      chartIssue(
        at,
        'parent_closed',
        'a parent that is open',
        `"${parent.id}" (${where}), which is closed`,
        'Close this account as well, or choose another parent',
      ),
    ];
  return [];
}
