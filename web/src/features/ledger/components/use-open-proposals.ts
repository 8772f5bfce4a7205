import type { Proposal } from '@countersign/domain/schemas/proposal';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { refs } from '../../../refs.ts';

const MOST = 50;

/** What is proposed and waits for a second person; nothing for whoever may not read changes. */
export function useOpenProposals(): readonly Proposal[] {
  const { orgId, has } = useWorkplace();
  const may = has('executive', 'approver', 'treasurer', 'developer', 'auditor', 'admin');
  const { live } = useLiveList(may ? refs.proposals(orgId, ['open']) : null, MOST);
  return live.kind === 'ready' ? live.value : [];
}
