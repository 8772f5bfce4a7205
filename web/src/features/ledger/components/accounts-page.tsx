import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { trialBalance } from '../api/trial-balance.ts';
import { AccountTree } from './account-tree.tsx';
import { AccountsFinder } from './accounts-finder.tsx';
import { Attention } from './attention.tsx';
import { LedgerNav } from './ledger-nav.tsx';
import { SumsCheck } from './sums-check.tsx';

/** More top-level balances than any chart of accounts has: five types, a few roots each, some currencies. */
const ROOTS = 200;

/** The chart of accounts as a tree, with balances as they are now. */
export default function AccountsPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const any = useLiveList(refs.accountsBelow(orgId, null), 1);
  const roots = useLiveList(refs.balancesBelow(orgId, null), ROOTS);
  const head = useLiveDocument(refs.streamHead(orgId, 'ledger'));
  const sums = roots.live.kind === 'ready' ? trialBalance(roots.live.value) : [];
  const mayOpen = has('treasurer', 'admin');
  return (
    <>
      <PageHeader
        title="Ledger"
        purpose={
          <>
            All accounts, with their balances as they are now.
            {head.kind === 'ready' && head.value && (
              <>
                {' '}
                As of ledger entry {head.value.size.toLocaleString('en')}, <Instant at={head.value.updatedAt} seconds />
                .
              </>
            )}
          </>
        }
        {...(mayOpen
          ? {
              actions: (
                <Button component={Link} to="/ledger/open-accounts" variant="default">
                  Open accounts…
                </Button>
              ),
            }
          : {})}
      />
      <LedgerNav />
      <Attention />
      {any.live.kind === 'loading' && <RowsSkeleton rows={8} />}
      {any.live.kind === 'failed' && <Failure failure={any.live.failure} what="the ledger" />}
      {any.live.kind === 'ready' && any.live.value.length === 0 && (
        <Empty action={mayOpen ? <Link to="/ledger/open-accounts">Open accounts</Link> : undefined}>
          The ledger has no account yet. A treasurer or an admin opens them: from a template, from a file, or for
          connected accounts with their balances at Stripe.
        </Empty>
      )}
      {any.live.kind === 'ready' && any.live.value.length > 0 && (
        <>
          <SumsCheck sums={sums} complete={!roots.hasMore} />
          <AccountsFinder>
            <AccountTree parentId={null} label="Accounts" />
          </AccountsFinder>
        </>
      )}
    </>
  );
}
