import { sided } from '../api/sums.ts';
import { toMinor } from '@countersign/domain/money/money';
import type { Journal } from '@countersign/domain/schemas/journal';
import { Fragment, type ReactNode } from 'react';
import { Link } from 'react-router';
import { AccountName } from '../../../components/account-name.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import type { RegisterTotal, RunningJournal, RunningLine } from '../api/register.ts';
import { JournalMarkList } from './journal-mark-list.tsx';
import { SidedAmount } from './sided-amount.tsx';
import classes from './ledger.module.css';

/** Balances before the first of some days, debits less credits by currency. */
export interface Opening {
  readonly day: string;
  readonly balances: ReadonlyMap<string, bigint>;
}

/** Journals of one account: a row an entry, each of which opens its journal. */
export function RegisterTable({
  journals,
  opening,
  label,
}: {
  readonly journals: readonly RunningJournal<Journal>[];
  readonly opening: Opening | null;
  readonly label: string;
}): ReactNode {
  return (
    <ScrollBox label="Register">
      <table className={`${table.table} ${classes.register}`}>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th className="desk-only">Day</th>
            <th>Memo</th>
            <th className="desk-only">Other side</th>
            <th className="desk-only">Recorded</th>
            <th className="desk-only">Currency</th>
            <th data-num className="desk-only">
              Debit
            </th>
            <th data-num className="desk-only">
              Credit
            </th>
            <th data-num className="desk-only">
              Balance
              <span className={classes.side} />
            </th>
            <th data-num className="phone-only">
              Amount, balance
            </th>
          </tr>
        </thead>
        <tbody>
          {opening !== null && <OpeningRows opening={opening} />}
          {journals.map(({ journal, lines }) => (
            <Fragment key={journal.id}>
              {lines.map((line, index) => (
                <Row key={index} journal={journal} line={line} />
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function OpeningRows({ opening: { day, balances } }: { readonly opening: Opening }): ReactNode {
  return [...balances].map(([currency, net]) => (
    <tr key={currency} className={classes.openingRow}>
      <td className="tabular nowrap desk-only">{day}</td>
      <td>Opening balance</td>
      <td className="desk-only" />
      <td className="desk-only" />
      <td className="desk-only">{currency}</td>
      <td className="desk-only" />
      <td className="desk-only" />
      <td data-num>
        <span className="phone-only">{currency} </span>
        <SidedAmount sum={sided(net)} currency={currency} />
      </td>
    </tr>
  ));
}

function Row({ journal, line }: { readonly journal: Journal; readonly line: RunningLine }): ReactNode {
  return (
    <tr data-state={journal.state}>
      <td className="tabular nowrap desk-only">{journal.effectiveDay}</td>
      <td className={classes.memo}>
        <Link to={`/ledger/journals/${journal.id}`}>{journal.memo === '' ? 'Journal' : journal.memo}</Link>
        <span className={`phone-only ${classes.under}`}>{journal.effectiveDay}</span>
        <JournalMarkList journal={journal} unusual />
      </td>
      <td className={`desk-only ${classes.other}`}>
        {line.others.length === 1 && line.others[0] !== undefined ? (
          <Link to={`/ledger/accounts/${line.others[0]}`}>
            <AccountName accountId={line.others[0]} full />
          </Link>
        ) : (
          <span className="muted">{line.others.length} accounts</span>
        )}
      </td>
      <td className="nowrap muted desk-only">
        <Instant at={journal.recordedAt} dayOnly />
      </td>
      <td className="muted desk-only">{line.currency}</td>
      <td data-num className="desk-only">
        {line.side === 'debit' && <Amount minor={line.amountMinor} currency={line.currency} />}
      </td>
      <td data-num className="desk-only">
        {line.side === 'credit' && <Amount minor={line.amountMinor} currency={line.currency} />}
      </td>
      <td data-num className="desk-only">
        <RunningBalance line={line} />
      </td>
      <td data-num className="phone-only">
        {line.currency} <Amount minor={line.amountMinor} currency={line.currency} />
        <span className={classes.side}>{line.side === 'debit' ? 'Dr' : 'Cr'}</span>
        <span className={classes.under}>
          <RunningBalance line={line} />
        </span>
      </td>
    </tr>
  );
}

function RunningBalance({ line }: { readonly line: RunningLine }): ReactNode {
  if (line.balanceMinor !== null)
    return <SidedAmount sum={sided(toMinor(line.balanceMinor))} currency={line.currency} />;
  return (
    <>
      <span className="muted">–</span>
      <span className={classes.side} />
    </>
  );
}

/** What the entries shown come to, pinned above them. */
export function RegisterTotals({
  totals,
  of,
}: {
  readonly totals: readonly RegisterTotal[];
  /** Of which entries: "of the days chosen". */
  readonly of: string;
}): ReactNode {
  if (totals.length === 0) return null;
  return (
    <div className={classes.totals} role="group" aria-label={`Totals ${of}`}>
      <table>
        <tbody>
          {totals.map(({ currency, debitMinor, creditMinor, entries, pending }) => (
            <tr key={currency}>
              <td className={classes.currency}>{currency}</td>
              <td>
                <span className="muted">debit</span> <Amount minor={debitMinor} currency={currency} />
              </td>
              <td>
                <span className="muted">credit</span> <Amount minor={creditMinor} currency={currency} />
              </td>
              <td className="muted">
                {entries.toLocaleString('en')} posted
                {pending > 0 && `, ${pending.toLocaleString('en')} pending not counted`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <span className="muted">{of}</span>
    </div>
  );
}
