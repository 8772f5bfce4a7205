import type { Execution } from '../schemas/execution.ts';
import type { QueueEntry } from '../schemas/queue.ts';

/** What holds executions back besides each other. */
export interface Gates {
  readonly stopped: boolean;
  /** By operation id; one that is not there is as if paused. */
  readonly operations: ReadonlyMap<string, { readonly paused: boolean; readonly maxRunning: number }>;
}

export type WaitReason = NonNullable<Execution['waiting']>['reason'];

export type Turn =
  | { readonly may: true }
  | {
      readonly may: false;
      readonly reason: WaitReason;
      /** Executions before it that share its operation or an account with it, those that run included. */
      readonly ahead: number;
      /** Those of them that run. */
      readonly behind: readonly QueueEntry[];
    };

/** In the order in which they were approved. */
export function comesBefore(one: QueueEntry, other: QueueEntry): boolean {
  return one.approvedAt === other.approvedAt ? one.executionId < other.executionId : one.approvedAt < other.approvedAt;
}

/** Only the one that came later has written it down. */
export function shareAccount(one: QueueEntry, other: QueueEntry): boolean {
  return one.shares.includes(other.ticket) || other.shares.includes(one.ticket);
}

const isPaused = (gates: Gates, { operationId }: QueueEntry): boolean =>
  gates.operations.get(operationId)?.paused !== false;

/**
 * Whether it is an entry's turn. It waits for what runs, and for what waits before it: who came first is never
 * overtaken on an account or in an operation, so everybody's turn comes; and it never waits for who comes later, so no
 * two wait for each other. What a pause holds back, others may overtake.
 */
export function turnOf(entry: QueueEntry, entries: readonly QueueEntry[], gates: Gates): Turn {
  const before = entries.filter(
    (other) =>
      other.ticket !== entry.ticket &&
      (other.state === 'running' || (comesBefore(other, entry) && !isPaused(gates, other))),
  );
  const sameOperation = before.filter((other) => other.operationId === entry.operationId);
  const sameAccount = before.filter((other) => shareAccount(other, entry));
  const all = [...new Set([...sameOperation, ...sameAccount])];
  const wait = (reason: WaitReason): Turn => ({
    may: false,
    reason,
    ahead: all.length,
    behind: all.filter((other) => other.state === 'running'),
  });
  if (gates.stopped) return wait('organization_stopped');
  if (isPaused(gates, entry)) return wait('operation_paused');
  // A place is kept for each that waits before it, also while that one waits for an account.
  if (sameOperation.length >= (gates.operations.get(entry.operationId)?.maxRunning ?? 0))
    return wait('operation_limit');
  return sameAccount.length > 0 ? wait('account_busy') : { may: true };
}

/** All that may begin now, together, in their order. */
export function startable(entries: readonly QueueEntry[], gates: Gates): QueueEntry[] {
  const current = [...entries];
  const waiting = entries.filter((entry) => entry.state === 'waiting').sort((a, b) => (comesBefore(a, b) ? -1 : 1));
  return waiting.filter((entry) => {
    if (!turnOf(entry, current, gates).may) return false;
    current[current.indexOf(entry)] = { ...entry, state: 'running' };
    return true;
  });
}
