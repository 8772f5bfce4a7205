import { Button } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { AccountName } from '../../../components/account-name.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FilterLinks } from '../../../components/filter-links.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { AccountChangeForm } from './account-change-form.tsx';
import { AccountFacts } from './account-facts.tsx';
import { AccountTree } from './account-tree.tsx';
import { NotThere } from './not-there.tsx';
import { OpenProposal } from './open-proposal.tsx';
import { RegisterByDay } from './register-by-day.tsx';
import { RegisterNewest } from './register-newest.tsx';
import { useOpenProposals } from './use-open-proposals.ts';
import classes from './ledger.module.css';

const CURRENCIES = 40;
const ORDERS = [
  { key: '', label: 'Newest' },
  { key: 'day', label: 'By day' },
] as const;

/** One account: what it is, what it is held to, and its register. */
export default function RegisterPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const { accountId = '' } = useParams();
  const [search] = useSearchParams();
  const [changing, setChanging] = useState(false);
  const form = useId();
  const live = useLiveDocument(refs.account(orgId, accountId));
  const balances = useLiveList(refs.balancesOf(orgId, accountId), CURRENCIES);
  const account = live.kind === 'ready' ? live.value : null;
  const proposals = useOpenProposals().filter(
    ({ change }) => change.kind === 'account.change' && change.accountId === accountId,
  );

  if (live.kind === 'failed') return <Failure failure={live.failure} what="this account" />;
  if (live.kind === 'ready' && !account) return <NotThere title="Account">There is no account {accountId}.</NotThere>;
  return (
    <>
      <PageHeader
        title={account?.name ?? 'Account'}
        back={
          <>
            <Link to="/ledger">Ledger</Link>
            {account?.path.map((id) => (
              <span key={id} className="muted">
                {' › '}
                <Link to={`/ledger/accounts/${id}`}>
                  <AccountName accountId={id} />
                </Link>
              </span>
            ))}
          </>
        }
        {...(account !== null && has('treasurer', 'admin')
          ? {
              actions: (
                <Button
                  variant="default"
                  aria-expanded={changing}
                  aria-controls={form}
                  onClick={() => setChanging(!changing)}
                >
                  {changing ? 'Leave it as it is' : 'Propose a change…'}
                </Button>
              ),
            }
          : {})}
      />
      {account === null ? (
        <RowsSkeleton rows={3} />
      ) : (
        <AccountFacts account={account} balances={balances.live.kind === 'ready' ? balances.live.value : null} />
      )}
      {proposals.length > 0 && (
        <ul className={classes.attention} aria-label="Proposed changes of this account">
          {proposals.map((proposal) => (
            <li key={proposal.id}>
              <OpenProposal proposal={proposal} />
            </li>
          ))}
        </ul>
      )}
      {changing && account !== null && (
        <Section title="Change this account" id={form}>
          <AccountChangeForm key={account.version} account={account} />
        </Section>
      )}
      {account !== null && !account.postable && (
        <Section title="Accounts below" aside="Entries lie in those; this one sums them up">
          <AccountTree parentId={account.id} branch={account.branch} label="Accounts below" />
        </Section>
      )}
      {account?.postable && (
        <Section title="Register" aside={<Link to={statementAddress(account.id, search)}>As a statement</Link>}>
          <div className={`no-print ${classes.order}`}>
            <FilterLinks label="Order of the register" parameter="by" options={ORDERS} />
          </div>
          {search.get('by') === 'day' ? (
            <RegisterByDay account={account} balances={balances} />
          ) : (
            <RegisterNewest account={account} balances={balances} />
          )}
        </Section>
      )}
    </>
  );
}

/** The statement of the days that the register shows, where it shows chosen ones. */
function statementAddress(accountId: string, search: URLSearchParams): string {
  const wish = new URLSearchParams({ kind: 'account_register', account: accountId });
  for (const name of ['from', 'to']) {
    const day = search.get('by') === 'day' ? search.get(name) : null;
    if (day !== null) wish.set(name, day);
  }
  return `/ledger/statements?${wish.toString()}`;
}
