import type { StatementHead, StatementLine } from '@countersign/domain/schemas/statement';
import type { CSSProperties, ReactNode } from 'react';
import { Link } from 'react-router';
import { AccountName } from '../../../components/account-name.tsx';
import table from '../../../components/data-table.module.css';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { lineGroups } from '../api/line-groups.ts';
import { registerAddress } from '../api/register-address.ts';
import classes from './statement.module.css';

/** The lines of a statement, a section for each currency and never a sum across them; a register's in the order of its days. */
export function StatementTable({
  head,
  lines,
}: {
  readonly head: StatementHead;
  readonly lines: readonly StatementLine[];
}): ReactNode {
  const register = head.parameters.kind === 'account_register';
  const width = head.columns.length + (register ? 5 : 2);
  const compared = !register && head.columns.length > (head.parameters.kind === 'trial_balance' ? 2 : 1);
  return (
    <div className={table.scroll} tabIndex={0} role="group" aria-label={`${head.title}, scrolls sideways`}>
      <table
        className={`${table.table} ${classes.statement}`}
        data-register={register || undefined}
        data-compared={compared || undefined}
      >
        <caption className="visually-hidden">
          {head.title}, {head.period}
        </caption>
        <thead>
          <tr>
            {register && <th>Day</th>}
            <th>{register ? 'Memo' : 'Account'}</th>
            {register && <th className="desk-only">Other side</th>}
            {register && <th className="desk-only">Recorded</th>}
            <th className={classes.currency}>Currency</th>
            {head.columns.map(({ id, label }) => (
              <th key={id} data-num>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        {(register ? [{ key: 'all', currency: '', converted: false, lines }] : lineGroups(lines)).map((group) => (
          <tbody key={group.key}>
            {!register && (
              <tr
                className={classes.section}
                data-only={(!group.converted && head.currencies.length === 1) || undefined}
              >
                <th colSpan={width} scope="rowgroup">
                  <span>{group.converted ? `Everything in ${group.currency}` : group.currency}</span>
                </th>
              </tr>
            )}
            {group.lines.map((line) => (
              <Line key={`${group.key} ${line.currency} ${line.id}`} head={head} line={line} register={register} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Line({
  head,
  line,
  register,
}: {
  readonly head: StatementHead;
  readonly line: StatementLine;
  readonly register: boolean;
}): ReactNode {
  const { kind, level, currency, amounts, entry } = line;
  const empty = Object.keys(amounts).length === 0;
  return (
    <tr data-kind={kind}>
      {register && <td className="tabular nowrap">{entry?.day}</td>}
      <td className={classes.label} style={{ '--depth': level } as CSSProperties}>
        <Label head={head} line={line} />
      </td>
      {register && (
        <td className="desk-only">
          {entry?.counter.map((id, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link to={`/ledger/accounts/${id}`}>
                <AccountName accountId={id} full />
              </Link>
            </span>
          ))}
        </td>
      )}
      {register && <td className="desk-only nowrap">{entry && <Instant at={entry.recordedAt} />}</td>}
      <td className={`muted ${classes.currency ?? ''}`}>{empty ? '' : currency}</td>
      {head.columns.map(({ id }) => (
        <td key={id} data-num>
          <Cell minor={amounts[id]} currency={currency} quiet={head.parameters.kind === 'trial_balance'} />
        </td>
      ))}
    </tr>
  );
}

/** In a trial balance the other side says nothing when it is zero. */
function Cell({
  minor,
  currency,
  quiet,
}: {
  readonly minor: string | undefined;
  readonly currency: string;
  readonly quiet: boolean;
}): ReactNode {
  if (minor === undefined) return null;
  if (quiet && minor === '0') return <span className="muted">–</span>;
  return <Amount minor={minor} currency={currency} />;
}

function Label({ head, line }: { readonly head: StatementHead; readonly line: StatementLine }): ReactNode {
  if (line.entry)
    return <Link to={`/ledger/journals/${line.entry.journalId}`}>{line.label === '' ? 'Journal' : line.label}</Link>;
  if (line.accountId === null || line.kind === 'total') return line.label;
  return (
    <Link to={registerAddress(line.accountId, head.parameters)} title={line.accountId}>
      {line.label}
    </Link>
  );
}
