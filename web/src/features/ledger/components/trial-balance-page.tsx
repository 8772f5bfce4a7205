import { Button } from '@mantine/core';
import { type ReactNode, useId, useRef, useState } from 'react';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import table from '../../../components/data-table.module.css';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { trialBalance } from '../api/trial-balance.ts';
import { BalanceRows } from './balance-rows.tsx';
import { OpenAccountsForm } from './open-accounts-form.tsx';
import { SumRow } from './sum-row.tsx';
import classes from './ledger.module.css';

/** More top-level balances than any chart of accounts has: five types, a few roots each, some currencies. */
const ROOTS = 200;

export default function TrialBalancePage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const [opening, setOpening] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const form = useId();
  const roots = useLiveList(refs.balancesBelow(orgId, null), ROOTS);
  const head = useLiveDocument(refs.streamHead(orgId, 'ledger'));
  const ready = roots.live.kind === 'ready' ? roots.live.value : [];
  const sums = trialBalance(ready);
  return (
    <>
      <PageHeader
        title="Ledger"
        purpose={
          <>
            The trial balance: all posted entries, per account and currency.
            {head.kind === 'ready' && head.value && (
              <>
                {' '}
                As of ledger entry {head.value.size.toLocaleString('en')}, <Instant at={head.value.updatedAt} seconds />
                .
              </>
            )}
          </>
        }
        {...(has('treasurer', 'admin')
          ? {
              actions: (
                <Button
                  ref={opener}
                  variant="default"
                  aria-expanded={opening}
                  aria-controls={form}
                  onClick={() => setOpening(!opening)}
                >
                  Open accounts…
                </Button>
              ),
            }
          : {})}
      />
      {opening && (
        <OpenAccountsForm
          id={form}
          onClose={() => {
            setOpening(false);
            opener.current?.focus();
          }}
        />
      )}
      {roots.live.kind === 'loading' && <RowsSkeleton rows={8} />}
      {roots.live.kind === 'failed' && <Failure failure={roots.live.failure} what="the ledger" />}
      {roots.live.kind === 'ready' && ready.length === 0 && (
        <Empty>
          No account has entries yet. A treasurer or an admin opens the accounts of sellers, with their balances at
          Stripe.
        </Empty>
      )}
      {ready.length > 0 && (
        <>
          <ul className={classes.verdicts}>
            {sums.map((sum) => (
              <SumRow key={sum.currency} sum={sum} complete={!roots.hasMore} />
            ))}
          </ul>
          <div className={table.scroll}>
            <table className={`${table.table} ${classes.tree}`} aria-label="Trial balance">
              <thead>
                <tr>
                  <th>Account</th>
                  <th>Currency</th>
                  <th data-num className="desk-only">
                    Debit
                  </th>
                  <th data-num className="desk-only">
                    Credit
                  </th>
                  <th data-num>Balance</th>
                  <th data-num className="desk-only">
                    Pending
                  </th>
                </tr>
              </thead>
              <tbody>
                <BalanceRows balances={ready} />
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}
