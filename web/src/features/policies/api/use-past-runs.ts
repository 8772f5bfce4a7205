import type { PastPlan } from '@countersign/domain/approval/replay';
import type { Execution } from '@countersign/domain/schemas/execution';
import { type Live, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { refs } from '../../../refs.ts';

export const PAST_RUNS = 100;

/** The newest runs that have a plan, newest first. */
export function usePastRuns(): Live<readonly Execution[]> {
  const { orgId } = useWorkplace();
  const { live } = useLiveList(refs.executions(orgId, {}), PAST_RUNS);
  return live.kind === 'ready' ? { kind: 'ready', value: live.value.filter(({ plan }) => plan !== null) } : live;
}

export function pastPlans(runs: readonly Execution[]): PastPlan[] {
  return runs.flatMap(({ id, title, plan }) =>
    plan === null ? [] : [{ executionId: id, title, at: plan.plannedAt, traits: plan.traits }],
  );
}
