import type { Execution } from '@countersign/domain/schemas/execution';
import { useNow } from '../components/now.ts';
import { signingOf } from '../components/signing.ts';
import { refs } from '../refs.ts';
import { type LiveList, useLiveList } from './live.ts';
import { useWorkplace } from './organization.tsx';

/** More open requests than this are counted as `20+`. */
const PAGE = 21;

/** Executions that wait for a signature, newest first. Firestore shares one listener among all who ask. */
export function useWaitingExecutions(): LiveList<Execution> {
  const { orgId } = useWorkplace();
  return useLiveList(refs.executions(orgId, { states: ['awaiting_approval'] }), PAGE);
}

/** How many of them wait for a decision of the person who is signed in. */
export function useDecisionCount(): number {
  const { me } = useWorkplace();
  const { live } = useWaitingExecutions();
  const now = useNow();
  if (live.kind !== 'ready') return 0;
  return live.value.filter((execution) => signingOf(execution, me, now).may).length;
}
