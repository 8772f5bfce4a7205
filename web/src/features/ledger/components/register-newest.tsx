import type { Account, Balance } from '@countersign/domain/schemas/account';
import type { ReactNode } from 'react';
import { type LiveList, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { withRunningBalance } from '../api/register.ts';
import { RegisterView } from './register-view.tsx';

const PAGE = 50;

/** Newest recorded first, with the balance after each in the order of recording. */
export function RegisterNewest({
  account,
  balances,
}: {
  readonly account: Account;
  readonly balances: LiveList<Balance>;
}): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.journalsOf(orgId, account.id), PAGE);
  if (list.live.kind === 'loading') return <RowsSkeleton rows={8} />;
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what="this register" />;
  const journals = list.live.value;
  if (journals.length === 0) return <Empty>No journal has touched this account.</Empty>;
  const whole = balances.live.kind === 'ready' && balances.invalid.length + list.invalid.length === 0 && !list.gap;
  const known = whole && balances.live.kind === 'ready' ? balances.live.value : null;
  return (
    <>
      <RegisterView
        accountId={account.id}
        journals={withRunningBalance(journals, known, account.id)}
        of={list.hasMore ? `the newest ${journals.length.toLocaleString('en')} journals` : 'all journals'}
        label="Journals of this account, newest recorded first"
      />
      <More list={list} noun="journals" />
    </>
  );
}
