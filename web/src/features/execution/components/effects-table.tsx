import { fromMinor } from '@countersign/domain/money/money';
import { describeEffect, moneyOf, payeeOf, referenceOf } from '@countersign/domain/plan/effect-facts';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { type ReactNode, useEffect, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Amount } from '../../../components/money.tsx';
import { More } from '../../../components/more.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { type Column, VirtualTable } from '../../../components/virtual-table.tsx';
import { refs } from '../../../refs.ts';
import { type EffectRow, type RowStatus, effectRows } from '../api/effect-rows.ts';
import classes from './effects-table.module.css';
import { RowFilters } from './row-filters.tsx';

/** Pages (of up to 200 payouts) that are read at a time. */
const PAGES = 4;
/** With a filter every page has to be seen, so that they come in few steps. */
const PAGES_FILTERED = 100;
/** Outcomes are small, and a row without its outcome would look untouched. */
const OUTCOME_PAGES = 400;

const MARKS = {
  succeeded: { tone: 'good', shape: 'disc-check', label: 'Paid' },
  failed: { tone: 'bad', shape: 'square', label: 'Failed' },
  unknown: { tone: 'act', shape: 'half', label: 'Unknown' },
  not_done: { tone: 'quiet', shape: 'bar', label: 'Not done' },
  sending: { tone: 'busy', shape: 'arrow', label: 'Sending' },
  waiting: { tone: 'quiet', shape: 'dots', label: 'Waiting' },
} as const satisfies Record<RowStatus, { tone: string; shape: string; label: string }>;

const COLUMNS: readonly Column<EffectRow>[] = [
  {
    key: 'line',
    head: 'Line',
    width: '46px',
    number: true,
    cell: ({ effect }) => <span className="muted">{effect.line ?? '–'}</span>,
  },
  { key: 'reference', head: 'Reference', width: 'minmax(110px, 0.8fr)', cell: ({ effect }) => referenceOf(effect) },
  {
    key: 'account',
    head: 'Account',
    width: 'minmax(158px, 0.9fr)',
    cell: ({ effect }) => <PayeeText effect={effect} />,
  },
  {
    key: 'destination',
    head: 'To bank',
    width: 'minmax(196px, 1.2fr)',
    cell: ({ effect }) => <DestinationText effect={effect} />,
  },
  {
    key: 'currency',
    head: 'Cur.',
    width: '36px',
    cell: ({ effect }) => <span className="muted">{moneyOf(effect)?.currency ?? ''}</span>,
  },
  {
    key: 'amount',
    head: 'Amount',
    width: '104px',
    number: true,
    cell: ({ effect }) => <EffectAmount effect={effect} />,
  },
  {
    key: 'status',
    head: 'Outcome',
    width: '92px',
    cell: ({ status }) => (
      <Mark tone={MARKS[status].tone} shape={MARKS[status].shape}>
        {MARKS[status].label}
      </Mark>
    ),
  },
  {
    key: 'payout',
    head: 'Payout, or reason',
    width: 'minmax(190px, 1.3fr)',
    cell: ({ outcome }) => <Result outcome={outcome} />,
  },
];

const PHONE_COLUMNS: readonly Column<EffectRow>[] = [
  {
    key: 'reference',
    head: 'Reference, account, bank',
    width: 'minmax(0, 1fr)',
    cell: ({ effect, outcome, status }) => (
      <>
        {referenceOf(effect)}
        <span className={classes.second}>
          <PayeeText effect={effect} />
        </span>
        <span className={classes.second}>
          <DestinationText effect={effect} />
        </span>
        {status !== 'succeeded' && outcome && (
          <span className={classes.second}>
            <Result outcome={outcome} />
          </span>
        )}
      </>
    ),
  },
  {
    key: 'amount',
    head: 'Amount',
    width: 'auto',
    number: true,
    cell: ({ effect, status }) => (
      <>
        <EffectAmount effect={effect} /> <span className="muted">{moneyOf(effect)?.currency ?? ''}</span>
        <span className={classes.second}>
          <Mark tone={MARKS[status].tone} shape={MARKS[status].shape}>
            {MARKS[status].label}
          </Mark>
        </span>
      </>
    ),
  },
];

export default function EffectsTable({
  execution,
  plan,
}: {
  readonly execution: Execution;
  readonly plan: Plan;
}): ReactNode {
  const { orgId } = useWorkplace();
  const [search] = useSearchParams();
  const show = search.get('show') ?? '';
  const pages = useLiveList(refs.pages(orgId, execution.id, plan.attempt), show === '' ? PAGES : PAGES_FILTERED);
  const loadedPages = pages.live.kind === 'ready' ? pages.live.value.length : 0;
  const outcomes = useLiveList(refs.outcomes(orgId, execution.id, plan.attempt), OUTCOME_PAGES);
  const rows = useMemo(
    () =>
      effectRows(
        pages.live.kind === 'ready' ? pages.live.value : [],
        outcomes.live.kind === 'ready' ? outcomes.live.value : [],
      ),
    [pages.live, outcomes.live],
  );
  const shown = useMemo(() => rows.filter((row) => keeps(row, show)), [rows, show]);

  // A filter has to see every page; without one, pages come as one scrolls. The plan bounds how many there are.
  const { hasMore, loadMore } = pages;
  useEffect(() => {
    if (show !== '' && hasMore) loadMore();
  }, [show, hasMore, loadMore, loadedPages]);

  const { hasMore: moreOutcomes, loadMore: loadOutcomes } = outcomes;
  useEffect(() => {
    if (moreOutcomes) loadOutcomes();
  }, [moreOutcomes, loadOutcomes]);

  if (pages.live.kind === 'loading') return <RowsSkeleton rows={10} />;
  if (pages.live.kind === 'failed') return <Failure failure={pages.live.failure} what="the payouts" />;
  return (
    <>
      <RowFilters execution={execution} plan={plan} shown={shown.length} loaded={rows.length} />
      {shown.length === 0 && !hasMore ? (
        <Empty>No payout fits this filter.</Empty>
      ) : (
        <VirtualTable
          label="Payouts"
          columns={COLUMNS}
          phoneColumns={PHONE_COLUMNS}
          rows={shown}
          rowKey={(row) => row.effect.key}
          minWidth={1050}
          {...(show === '' ? { total: plan.effectCount } : {})}
          {...(hasMore ? { onEnd: loadMore } : {})}
        />
      )}
      <More list={{ hasMore: false, loadMore, invalid: pages.invalid }} noun="pages of payouts" />
      {outcomes.live.kind === 'failed' && <Failure failure={outcomes.live.failure} what="the outcomes" />}
    </>
  );
}

function keeps(row: EffectRow, show: string): boolean {
  if (show === '') return true;
  if (show === 'hidden') return payeeOf(row.effect)?.destination?.kind === 'hidden';
  if (show === 'waiting') return row.status === 'waiting' || row.status === 'sending' || row.status === 'not_done';
  return row.status === show;
}

function PayeeText({ effect }: { readonly effect: Effect }): ReactNode {
  const payee = payeeOf(effect);
  return payee === null ? <>{describeEffect(effect)}</> : <span className="mono">{payee.account}</span>;
}

function EffectAmount({ effect }: { readonly effect: Effect }): ReactNode {
  const money = moneyOf(effect);
  return money === null ? null : <Amount minor={fromMinor(money.amountMinor)} currency={money.currency} />;
}

function DestinationText({ effect }: { readonly effect: Effect }): ReactNode {
  const payee = payeeOf(effect);
  if (payee === null) return null;
  const { destination } = payee;
  if (destination === null) return <span className="muted">Stripe balance</span>;
  if (destination.kind === 'hidden') return <span className="muted">hidden by Stripe</span>;
  return (
    <>
      {destination.bankName} <span className="nowrap">••{destination.last4}</span>
    </>
  );
}

function Result({ outcome }: { readonly outcome: EffectRow['outcome'] }): ReactNode {
  if (!outcome) return null;
  if (outcome.status === 'succeeded') return <span className="mono">{outcome.providerId}</span>;
  return (
    <>
      {outcome.message ?? outcome.code}
      {outcome.providerId !== null && <span className="mono"> {outcome.providerId}</span>}
    </>
  );
}
