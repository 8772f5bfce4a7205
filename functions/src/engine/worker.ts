import { toAppError } from '@countersign/domain/errors';
import { countsOf } from '@countersign/domain/plan/totals';
import { checkStep } from '../checks/continuous-check.ts';
import { config } from '../config.ts';
import { exportStep } from '../evidence/export-step.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { retentionStep } from '../retention/retention-step.ts';
import { read } from '../store/database.ts';
import type { Execution } from '@countersign/domain/schemas/execution';
import { applyExecution } from './apply-execution.ts';
import { releaseClaimsOf } from './claims.ts';
import type { Deps } from './deps.ts';
import { expireExecution } from './expire-execution.ts';
import { finishExecution } from './finish-execution.ts';
import { planExecution } from './plan-execution.ts';
import { releaseRollupsOf } from './rollups.ts';
import { settleLater } from './settle-later.ts';
import { askAgain } from './settle-unknown.ts';
import { recordFailure, tellWhenStuck } from './work-failures.ts';
import { fenced, keepLease, release, takeLease, type Lease } from './work.ts';

/** Steps that one wake-up may take; more wait for the next. */
const MAX_STEPS = 6;

/**
 * Do what is due for one execution, under a lease. Safe to call at any time, any number of times, from anywhere:
 * what is not due or is held elsewhere is left alone.
 */
export async function runWork(deps: Deps, orgId: string, workId: string): Promise<void> {
  const startedMs = Date.now();
  for (let step = 0; step < MAX_STEPS; step += 1) {
    // What is left then is due, for a worker with time of its own.
    if (step > 0 && Date.now() - startedMs > config.workerBudgetMs) return deps.wake(orgId, workId);
    const lease = await takeLease(deps, orgId, workId);
    if (lease === null) return;
    log.workTaken({ orgId, workId, token: lease.token });
    const keeper = keepLease(deps, lease);
    try {
      await tellWhenStuck(deps, lease);
      await takeStep(deps, lease, startedMs);
    } catch (error) {
      const failure = toAppError(error);
      if (failure.code === 'lease_lost') return;
      await recordFailure(deps, lease, failure);
      throw failure;
    } finally {
      keeper.stop();
    }
  }
}

async function takeStep(deps: Deps, lease: Lease, startedMs: number): Promise<void> {
  if (lease.kind === 'settlement') return settleLater(deps, lease);
  if (lease.kind === 'evidence') return exportStep(deps, lease);
  if (lease.kind === 'check') return checkStep(deps, lease);
  if (lease.kind === 'retention') return retentionStep(deps, lease);
  const execution = await read(deps.db, refs.execution(lease.orgId, lease.workId));
  if (execution === null) return fenced(deps, lease, async (tx) => tx.write(release(lease, null)));
  switch (execution.state) {
    case 'planning':
      return planExecution(deps, lease, execution);
    case 'awaiting_approval':
      return expireExecution(deps, lease, execution);
    case 'approved':
    case 'applying':
      return applyExecution(deps, lease, execution, startedMs);
    default:
      return afterEnd(deps, lease, execution);
  }
}

/** What is left to do for an execution that has ended: free what it held, report, and ask about what is unknown. */
async function afterEnd(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  if (execution.tally !== null && execution.report === null) return finishExecution(deps, lease, execution);
  if (execution.tally !== null && countsOf(execution.tally).unknown > 0) return askAgain(deps, lease, execution);
  if (execution.tally === null) {
    await releaseClaimsOf(deps, lease, execution.id);
    await releaseRollupsOf(deps, lease, execution.id);
  }
  return fenced(deps, lease, async (tx) => {
    // What changed since it was read is looked at again: money may have come back.
    const current = await read(tx, refs.execution(lease.orgId, execution.id));
    tx.write(release(lease, current?.version === execution.version ? null : deps.now().toISOString()));
  });
}
