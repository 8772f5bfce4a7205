import type { Account, Balance } from '@countersign/domain/schemas/account';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { CopyText } from '../../../components/copy-text.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { guardInWords } from '../../../components/guards-in-words.ts';
import { availableOf, netOf, pendingOf } from '../api/sums.ts';
import { SidedAmount } from './sided-amount.tsx';
import classes from './ledger.module.css';

const TYPES: Readonly<Record<Account['type'], string>> = {
  asset: 'Asset, grows with debits',
  liability: 'Liability, grows with credits',
  equity: 'Equity, grows with credits',
  income: 'Income, grows with credits',
  expense: 'Expense, grows with debits',
};

/** What an account is, what it is held to, and what lies on it now. */
export function AccountFacts({
  account,
  balances,
}: {
  readonly account: Account;
  /** Null while they are read. */
  readonly balances: readonly Balance[] | null;
}): ReactNode {
  return (
    <div className={classes.accountTop}>
      <div>{balances !== null && <Balances account={account} balances={balances} />}</div>
      <div>
        <dl className={classes.facts}>
          <dt>Id</dt>
          <dd>
            <CopyText text={account.id} shown={account.id} label="the account's id" />
          </dd>
          <dt>Type</dt>
          <dd>{TYPES[account.type]}</dd>
          <dt>Currency</dt>
          <dd>{account.currency === null ? 'Any' : `Only ${account.currency}`}</dd>
          {account.branch !== null && (
            <>
              <dt>Branch</dt>
              <dd>
                <Link to={`/ledger?branch=${encodeURIComponent(account.branch)}`}>{account.branch}</Link>
              </dd>
            </>
          )}
          {account.mirrors !== null && (
            <>
              <dt>Mirrors</dt>
              <dd>
                <span className="mono">{account.mirrors.account}</span> at Stripe
              </dd>
            </>
          )}
          <dt>Opened</dt>
          <dd>
            <Instant at={account.createdAt} />
            {account.openedOn !== null && `, for days from ${account.openedOn}`}
          </dd>
          {account.closed && (
            <>
              <dt>Closed</dt>
              <dd>
                <Mark tone="quiet" shape="bar" wrap>
                  {account.closedOn === null
                    ? 'Takes no entries'
                    : `Takes no entries for days after ${account.closedOn}`}
                </Mark>
              </dd>
            </>
          )}
          <dt>Limits</dt>
          <dd>
            {account.guards.length === 0 ? (
              'No limit'
            ) : (
              <ul>
                {account.guards.map((guard, index) => (
                  <li key={index}>{guardInWords(guard)}</li>
                ))}
              </ul>
            )}
          </dd>
        </dl>
        {account.changes.length > 0 && <Changes account={account} />}
      </div>
    </div>
  );
}

/** Posted, pending and available side by side, a line for each currency. */
function Balances({
  account,
  balances,
}: {
  readonly account: Account;
  readonly balances: readonly Balance[];
}): ReactNode {
  if (balances.length === 0) return <p className="muted">Nothing has been booked here yet.</p>;
  return (
    <ScrollBox label="Balances now" className={classes.balances}>
      <table className={table.table}>
        <caption className="visually-hidden">Balances now</caption>
        <thead>
          <tr>
            <th>Currency</th>
            <th data-num>
              Posted
              <span className={classes.side} />
            </th>
            <th data-num>
              Pending
              <span className={classes.side} />
            </th>
            <th data-num>Available</th>
          </tr>
        </thead>
        <tbody>
          {balances.map((balance) => (
            <tr key={balance.currency}>
              <td className={classes.currency}>{balance.currency}</td>
              <td data-num className={classes.figure}>
                <span className={classes.figureName}>Posted</span>
                <SidedAmount sum={netOf(balance)} currency={balance.currency} />
              </td>
              <td data-num>
                <span className={classes.figureName}>Pending</span>
                <SidedAmount sum={pendingOf(balance)} currency={balance.currency} quiet />
              </td>
              <td data-num>
                <span className={classes.figureName}>Available</span>
                <Amount minor={availableOf(account.type, balance)} currency={balance.currency} />
                <span className={`phone-only ${classes.side}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Changes({ account }: { readonly account: Account }): ReactNode {
  return (
    <details className={classes.history}>
      <summary>
        {account.changes.length === 1 ? 'Changed once' : `Changed ${account.changes.length} times`} since it was opened
      </summary>
      <ul>
        {account.changes.toReversed().map((change) => (
          <li key={change.id}>
            <Instant at={change.at} seconds />{' '}
            <span className="muted">ledger entry {(change.seq + 1).toLocaleString('en')}</span>
            <br />
            {Object.entries(change.after)
              .map(([field, value]) => `${FIELDS[field] ?? field}: ${valueInWords(field, value)}`)
              .join('; ')}
          </li>
        ))}
      </ul>
    </details>
  );
}

const FIELDS: Readonly<Record<string, string>> = {
  name: 'name',
  branch: 'branch',
  guards: 'limits',
  closed: 'closed',
  closedOn: 'last day',
};

function valueInWords(field: string, value: unknown): string {
  if (field === 'guards') {
    const guards = value as Account['guards'];
    return guards.length === 0 ? 'no limit' : guards.map(guardInWords).join(', ');
  }
  if (value === null) return 'none';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value as string);
}
