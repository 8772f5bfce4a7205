import type { ReactNode } from 'react';
import { useLiveDocument } from '../app/live.ts';
import { useWorkplace } from '../app/organization.tsx';
import { refs } from '../refs.ts';

/** A ledger account by name; its id where the name may not be read. */
export function AccountName({ accountId }: { readonly accountId: string }): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.account(orgId, accountId));
  const name = live.kind === 'ready' ? live.value?.name : undefined;
  return <span title={accountId}>{name ?? accountId}</span>;
}
