import type { CoarseState, ExecutionState } from '../schemas/execution.ts';

const COARSE: Readonly<Record<ExecutionState, CoarseState>> = {
  planning: 'running',
  awaiting_approval: 'pending',
  approved: 'running',
  applying: 'running',
  completed: 'completed',
  needs_repair: 'failed',
  rejected: 'cancelled',
  cancelled: 'cancelled',
  expired: 'cancelled',
  drifted: 'failed',
  failed: 'failed',
};

/** The five words of lists, for the eleven states of an execution. */
export function coarseOf(state: ExecutionState): CoarseState {
  return COARSE[state];
}

const NEXT: Readonly<Record<ExecutionState, readonly ExecutionState[]>> = {
  planning: ['awaiting_approval', 'approved', 'failed', 'cancelled'],
  awaiting_approval: ['approved', 'rejected', 'cancelled', 'expired'],
  approved: ['applying', 'awaiting_approval', 'cancelled', 'drifted'],
  applying: ['completed', 'needs_repair', 'drifted', 'cancelled'],
  completed: ['needs_repair'],
  needs_repair: ['completed'],
  rejected: [],
  cancelled: [],
  expired: [],
  drifted: [],
  failed: [],
};

/** Whether the engine may move an execution from one state to another. */
export function mayMove(from: ExecutionState, to: ExecutionState): boolean {
  return NEXT[from].includes(to);
}

export function isOpen(state: ExecutionState): boolean {
  return NEXT[state].length > 0 && state !== 'needs_repair' && state !== 'completed';
}
