import { plural } from '@countersign/domain/plan/sentence';
import type { Delimiter } from '@countersign/domain/csv/rows';
import { type ReactNode, useMemo, useState } from 'react';
import table from '../data-table.module.css';
import { ScrollBox } from '../scroll-box.tsx';
import { Amount } from '../money.tsx';
import { usePhone } from '../phone.ts';
import { saveBlob } from '../save-blob.ts';
import { type Column, VirtualTable } from '../virtual-table.tsx';
import type { CheckedRow, CheckedRows, ControlTotal, FileColumn } from './check-rows.ts';
import { rowsWithReasons } from './rows-with-reasons.ts';
import classes from './file-field.module.css';

/** Kinds of repair that are shown before one asks for all. */
const GROUPS = 5;

/** What is in the file: pinned control totals, repairs by number, and the rows with what is wrong in them. */
export function Preview({
  checked,
  columns,
  fileName,
  delimiter,
}: {
  readonly checked: CheckedRows;
  readonly columns: readonly FileColumn[];
  readonly fileName: string;
  readonly delimiter: Delimiter;
}): ReactNode {
  const { control, groups } = checked;
  const rejected = control.rejected.rows;
  const [onlyErrors, setOnlyErrors] = useState(rejected > 0 && rejected < control.file.rows);
  const [allGroups, setAllGroups] = useState(groups.length <= GROUPS + 1);
  const rows = useMemo(
    () => (onlyErrors ? checked.rows.filter((row) => row.problems.length > 0) : checked.rows),
    [checked, onlyErrors],
  );
  const phoneTableColumns = useMemo(() => previewPhoneColumns(columns), [columns]);
  const tableColumns = useMemo(() => previewColumns(columns, rejected > 0), [columns, rejected]);

  const saveRejects = (): void => {
    const names = columns.map((column) => column.name);
    const rejects = checked.rows
      .filter((row) => row.problems.length > 0)
      .map(({ line, cells, problems }) => ({
        line,
        cells,
        reason: problems.map(({ column, message, remedy }) => `${column}: ${message}. ${remedy}`).join(' | '),
      }));
    saveBlob(
      new Blob([rowsWithReasons(names, rejects, delimiter)], { type: 'text/csv' }),
      fileName.replace(/\.csv$/i, '') + '-rejected.csv',
    );
  };

  return (
    <>
      <Control control={control} withoutAmounts={checked.withoutAmounts} />
      {groups.length > 0 && (
        <ul className={classes.groups} aria-label="Repairs">
          {(allGroups ? groups : groups.slice(0, GROUPS)).map((group) => (
            <li key={`${group.code} ${group.column}`}>
              <strong>{plural(group.count, 'row')}</strong>
              <span>
                {group.count > 1 && <span className="muted">such as </span>}
                {group.example}
              </span>
              <span className="muted">{group.remedy}</span>
            </li>
          ))}
          {!allGroups && groups.length > GROUPS && (
            <li>
              <button type="button" className={classes.link} onClick={() => setAllGroups(true)}>
                {groups.length - GROUPS} more
              </button>
            </li>
          )}
        </ul>
      )}
      <div className={classes.tools}>
        {rejected > 0 && (
          <>
            <label className={classes.only}>
              <input
                type="checkbox"
                checked={onlyErrors}
                onChange={(event) => setOnlyErrors(event.currentTarget.checked)}
              />
              Only rows with errors
            </label>
            <button type="button" className={classes.link} onClick={saveRejects}>
              Download the {plural(rejected, 'row')} with reasons
            </button>
          </>
        )}
        {control.accepted.rows === 0 && <span className={classes.bad}>No row can be planned.</span>}
      </div>
      <VirtualTable
        label="Rows of the file"
        columns={tableColumns}
        phoneColumns={phoneTableColumns}
        rows={rows}
        rowKey={(row) => String(row.line)}
        minWidth={rejected > 0 ? 980 : 760}
      />
    </>
  );
}

function Control({
  control,
  withoutAmounts,
}: {
  readonly control: CheckedRows['control'];
  readonly withoutAmounts: boolean;
}): ReactNode {
  const currencies = control.file.totals.map((total) => total.currency);
  const phone = usePhone();
  const lines: readonly (readonly [string, ControlTotal])[] = [
    ['In the file', control.file],
    ['To be planned', control.accepted],
    ['Left out', control.rejected],
  ];
  if (phone) return <PhoneControl lines={lines} currencies={currencies} />;
  return (
    <ScrollBox label="Control totals" className={classes.control}>
      <table className={table.table} aria-label="Control totals">
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">Part</span>
            </th>
            <th data-num>Rows</th>
            {currencies.map((currency) => (
              <th key={currency} data-num>
                {currency}
              </th>
            ))}
            {withoutAmounts && <th>Amounts</th>}
          </tr>
        </thead>
        <tbody>
          {lines.map(([label, total]) => (
            <tr key={label}>
              <td className={total === control.rejected && total.rows > 0 ? classes.bad : ''}>{label}</td>
              <td data-num>{total.rows.toLocaleString('en')}</td>
              {currencies.map((currency) => (
                <td key={currency} data-num>
                  <Amount
                    minor={total.totals.find((one) => one.currency === currency)?.amountMinor ?? '0'}
                    currency={currency}
                  />
                </td>
              ))}
              {withoutAmounts && (
                <td className="muted">{total === control.file ? 'none: the run has to set them' : ''}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** The same figures with a line for each currency: on a phone currencies grow downwards. */
function PhoneControl({
  lines,
  currencies,
}: {
  readonly lines: readonly (readonly [string, ControlTotal])[];
  readonly currencies: readonly string[];
}): ReactNode {
  return (
    <table className={`${table.table} ${classes.phoneControl}`} aria-label="Control totals">
      <thead>
        <tr>
          <th>
            <span className="visually-hidden">Currency</span>
          </th>
          {lines.map(([label]) => (
            <th key={label} data-num>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <td>Rows</td>
          {lines.map(([label, total]) => (
            <td key={label} data-num>
              {total.rows.toLocaleString('en')}
            </td>
          ))}
        </tr>
        {currencies.map((currency) => (
          <tr key={currency}>
            <td>{currency}</td>
            {lines.map(([label, total]) => (
              <td key={label} data-num>
                <Amount
                  minor={total.totals.find((one) => one.currency === currency)?.amountMinor ?? '0'}
                  currency={currency}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WIDTHS: Readonly<Record<string, string>> = {
  account: 'minmax(176px, 1.2fr)',
  amount: '110px',
  currency: '74px',
  description: 'minmax(120px, 1.2fr)',
};

function previewColumns(columns: readonly FileColumn[], withProblems: boolean): readonly Column<CheckedRow>[] {
  return [
    {
      key: 'line',
      head: 'Line',
      width: '54px',
      number: true,
      cell: (row) => <span className="muted">{row.line}</span>,
    },
    ...columns.map(({ name }): Column<CheckedRow> => ({
      key: name,
      head: name,
      width: WIDTHS[name] ?? 'minmax(110px, 1fr)',
      ...(name === 'amount' ? { number: true } : {}),
      cell: (row) => {
        const cell = row.cells[name] ?? '';
        return row.problems.some((problem) => problem.column === name) ? (
          <mark className={classes.cellBad}>{cell === '' ? '(empty)' : cell}</mark>
        ) : (
          cell
        );
      },
    })),
    ...(withProblems
      ? [
          {
            key: 'problem',
            head: 'What is wrong, and what to do',
            width: 'minmax(240px, 2fr)',
            cell: (row: CheckedRow) => <Problems row={row} />,
          },
        ]
      : []),
  ];
}

/** The first column that names the row, then amount and currency where there are such; the rest is left to the desk. */
function previewPhoneColumns(columns: readonly FileColumn[]): readonly Column<CheckedRow>[] {
  const first = columns[0]?.name ?? '';
  return [
    {
      key: 'line',
      head: 'Line',
      width: '40px',
      number: true,
      cell: (row) => <span className="muted">{row.line}</span>,
    },
    {
      key: 'row',
      head: first,
      width: 'minmax(0, 1fr)',
      cell: (row) => (
        <>
          {row.cells[first] === '' ? '(empty)' : row.cells[first]}
          <Problems row={row} />
        </>
      ),
    },
    {
      key: 'amount',
      head: columns.some(({ name }) => name === 'amount') ? 'amount' : '',
      width: '112px',
      number: true,
      cell: (row) => (
        <>
          {row.cells['amount']} <span className="muted">{row.cells['currency']}</span>
        </>
      ),
    },
  ];
}

function Problems({ row }: { readonly row: CheckedRow }): ReactNode {
  return row.problems.map((problem) => (
    <span key={problem.column + problem.code} className={classes.cellProblem}>
      {problem.message}. <span className="muted">{problem.remedy}.</span>
    </span>
  ));
}
