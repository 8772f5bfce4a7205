import { toCsv } from '@countersign/domain/csv/write';
import { toMajorText, toMinor } from '@countersign/domain/money/money';
import type { StatementLine } from '@countersign/domain/schemas/statement';
import { aboutOf } from './about.ts';
import { isRegister, type Render } from './rendered.ts';

/**
 * One table, so that any program reads it: `row` says whether it is a line of the statement or something about it.
 * Amounts are in major units, with a point and no grouping.
 */
export const renderCsv: Render = async (statement, issue) => {
  const amounts = statement.columns.map(({ id }) => id);
  const entry = isRegister(statement) ? ['day', 'journal', 'recorded_at', 'counter_accounts'] : [];
  const columns = ['row', 'currency', 'converted', 'level', 'kind', 'account', 'label', ...entry, ...amounts];
  const rows = [
    ...statement.lines.map(lineRow),
    ...aboutOf(statement, issue).map(([name, text]) => ({ row: 'about', kind: name, label: text })),
  ];
  return { bytes: new TextEncoder().encode(toCsv(columns, rows)), contentType: 'text/csv' };
};

function lineRow({
  currency,
  converted,
  level,
  kind,
  accountId,
  label,
  entry,
  amounts,
}: StatementLine): Record<string, string> {
  return {
    row: 'line',
    currency,
    converted: converted ? 'yes' : 'no',
    level: String(level),
    kind,
    account: accountId ?? '',
    label,
    ...(entry === undefined
      ? {}
      : {
          day: entry.day,
          journal: entry.journalId,
          recorded_at: entry.recordedAt,
          counter_accounts: entry.counter.join(' '),
        }),
    ...Object.fromEntries(
      Object.entries(amounts).map(([column, minor]) => [column, toMajorText(toMinor(minor), currency)]),
    ),
  };
}
