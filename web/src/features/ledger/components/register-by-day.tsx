import { isDay } from '@countersign/domain/ledger/days';
import { dayOf } from '@countersign/domain/schedule/wall-time';
import type { Account, Balance } from '@countersign/domain/schemas/account';
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { type LiveList, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { useQueryPages } from '../../../app/query.ts';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { useNow } from '../../../components/now.ts';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { openingOf, withRunningFrom } from '../api/register.ts';
import { sided } from '../api/sums.ts';
import { RegisterView } from './register-view.tsx';
import { SidedAmount } from './sided-amount.tsx';
import { useAddress } from './use-address.ts';
import classes from './ledger.module.css';

const PAGE = 200;

/** What counts for a range of days, in the order of the days, from the opening balance on. The range lies in the address. */
export function RegisterByDay({
  account,
  balances,
}: {
  readonly account: Account;
  readonly balances: LiveList<Balance>;
}): ReactNode {
  const { orgId } = useWorkplace();
  const { search, put } = useAddress();
  const today = dayOf(useNow());
  const from = search.get('from') ?? `${today.slice(0, 8)}01`;
  const to = search.get('to') ?? today;
  const sound = isDay(from) && isDay(to) && from <= to;
  // The opening balance is asked for again when something was booked on the account: it may count for an earlier day.
  const size =
    balances.live.kind === 'ready' ? Math.max(0, ...balances.live.value.map(({ asOfSize }) => asOfSize)) : null;
  const asked = useQueryPages(
    'readStatement',
    sound && size !== null
      ? { parameters: { kind: 'account_register', accountId: account.id, currency: null, from, to }, limit: 1 }
      : null,
    String(size),
  );
  const list = useLiveList(sound ? refs.journalsBetween(orgId, account.id, from, to) : null, PAGE);
  const opening =
    asked.state === 'ready'
      ? openingOf(
          asked.pages.flatMap(({ lines }) => lines),
          account.type,
        )
      : null;
  return (
    <>
      <div className={`no-print ${classes.filter}`}>
        <TextInput label="From" type="date" value={from} onChange={(event) => put('from', event.currentTarget.value)} />
        <TextInput label="To" type="date" value={to} onChange={(event) => put('to', event.currentTarget.value)} />
        {asked.state === 'loading' && <p className={`muted ${classes.opening}`}>Opening balance…</p>}
        {opening !== null && list.live.kind === 'ready' && list.live.value.length === 0 && (
          <Balances label={`Balance before ${from}`} balances={opening} />
        )}
      </div>
      {!sound && <p className={classes.problem}>Choose a first day, and a last day that is not before it.</p>}
      {asked.state === 'failed' && (
        <p className={classes.problem} role="alert">
          The opening balance could not be read, so that no balance is shown: {asked.failure?.message}{' '}
          <button type="button" className={classes.more} onClick={asked.reload}>
            Try again
          </button>
        </p>
      )}
      {sound && list.live.kind === 'loading' && <RowsSkeleton rows={8} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="this register" />}
      {sound && list.live.kind === 'ready' && list.live.value.length === 0 && (
        <Empty>No journal of this account counts for these days.</Empty>
      )}
      {sound && list.live.kind === 'ready' && list.live.value.length > 0 && (
        <RegisterView
          accountId={account.id}
          journals={withRunningFrom(list.live.value, list.invalid.length > 0 || list.gap ? null : opening, account.id)}
          opening={opening === null ? null : { day: from, balances: opening }}
          of={
            list.hasMore
              ? `the first ${list.live.value.length.toLocaleString('en')} journals of these days`
              : `the journals of ${from} to ${to}`
          }
          label={`Journals of this account for ${from} to ${to}, by day`}
        />
      )}
      <More list={list} noun="journals" />
    </>
  );
}

function Balances({
  label,
  balances,
}: {
  readonly label: string;
  readonly balances: ReadonlyMap<string, bigint>;
}): ReactNode {
  return (
    <dl className={classes.opening}>
      <dt className="muted">{label}</dt>
      {balances.size === 0 && <dd>nothing</dd>}
      {[...balances].map(([currency, net]) => (
        <dd key={currency}>
          {currency} <SidedAmount sum={sided(net)} currency={currency} />
        </dd>
      ))}
    </dl>
  );
}
