import type { ReactNode } from 'react';
import { useLiveDocument } from '../app/live.ts';
import { useWorkplace } from '../app/organization.tsx';
import { refs } from '../refs.ts';

/** A ledger account by name; its id where the name may not be read. Accounts of one payee share a name: `full` adds the parent's. */
export function AccountName({
  accountId,
  full = false,
}: {
  readonly accountId: string;
  readonly full?: boolean;
}): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.account(orgId, accountId));
  const account = live.kind === 'ready' ? live.value : null;
  return (
    <span title={accountId}>
      {full && account?.parentId != null && (
        <>
          <AccountName accountId={account.parentId} />
          {': '}
        </>
      )}
      {account?.name ?? accountId}
    </span>
  );
}
