import type { Turn } from '@countersign/domain/queue/turns';
import type { Execution } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { askForTurn, mayGoNow, withQueue } from './queue.ts';
import { dueAt, fenced, release, type Lease } from './work.ts';

/** Whoever waits is woken when its turn comes. This is for a wake-up that was lost, and keeps `ahead` true. */
const LOOK_AGAIN_MS = 60_000;

/**
 * For an execution that has begun and stands still: go on if it is its turn. Else it waits, visibly, and the lease is
 * given back.
 */
export async function regainTurn(deps: Deps, lease: Lease, executionId: string): Promise<'go' | 'waits' | 'ended'> {
  const commit = async (): ReturnType<typeof regain> => regain(deps, lease, executionId);
  const [verdict, wake] = await withQueue(commit);
  for (const workId of wake) await deps.wake(lease.orgId, workId);
  if (verdict === 'waits') await goIfFree(deps, lease);
  return verdict;
}

async function regain(
  deps: Deps,
  lease: Lease,
  executionId: string,
): Promise<readonly ['go' | 'waits' | 'ended', readonly string[]]> {
  return fenced(deps, lease, async (tx) => {
    const current = await read(tx, refs.execution(lease.orgId, executionId));
    if (current?.state !== 'applying') return ['ended', []] as const;
    // A cancelled run does nothing more: it needs no turn to end.
    if (current.cancelRequested) return ['go', []] as const;
    const now = deps.now();
    const { turn, change } = await askForTurn(deps, lease.orgId, current, now.toISOString());
    tx.write(...change.writes);
    if (!turn.may) tx.write(...waitingWrites(lease, current, turn, now));
    else if (current.waiting !== null) tx.write(...proceedingWrites(lease, current, now));
    return [turn.may ? 'go' : 'waits', change.wake] as const;
  });
}

/** After the commit that wrote down that it waits: due at once if it need not, any more. */
export async function goIfFree(deps: Deps, { orgId, workId }: Lease): Promise<void> {
  if (!(await mayGoNow(deps, orgId, workId))) return;
  await deps.db.commit([dueAt(orgId, workId, deps.now().toISOString())]);
  await deps.wake(orgId, workId);
}

/** It waits: what holds it up is written down when it has changed, and the lease is given back. */
export function waitingWrites(
  lease: Lease,
  current: Execution,
  turn: Exclude<Turn, { readonly may: true }>,
  now: Date,
): Write[] {
  const at = now.toISOString();
  const later = release(lease, new Date(now.getTime() + LOOK_AGAIN_MS).toISOString());
  const { reason, ahead } = turn;
  if (current.waiting?.reason === reason && current.waiting.ahead === ahead) return [later];
  const change = engineChange(lease, `waiting-${current.id}-${lease.token}`, at);
  change.change(refs.execution(lease.orgId, current.id), current, {
    waiting: { reason, since: current.waiting?.since ?? at, ahead },
    updatedAt: at,
  });
  change.also(later);
  return change.toWrites('execution.waiting', { executionId: current.id, data: { reason, ahead: String(ahead) } });
}

function proceedingWrites(lease: Lease, current: Execution, now: Date): Write[] {
  const at = now.toISOString();
  const change = engineChange(lease, `proceeding-${current.id}-${lease.token}`, at);
  change.change(refs.execution(lease.orgId, current.id), current, { waiting: null, updatedAt: at });
  const data = { reason: current.waiting?.reason ?? '', since: current.waiting?.since ?? at };
  return change.toWrites('execution.proceeding', { executionId: current.id, data });
}

function engineChange(lease: Lease, commitId: string, at: string): ChangeSet {
  return new ChangeSet(lease.orgId, commitId, { kind: 'system', part: 'engine' }, at);
}
