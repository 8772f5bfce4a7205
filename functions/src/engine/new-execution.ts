import { AppError } from '@countersign/domain/errors';
import { coarseOf } from '@countersign/domain/plan/states';
import type { Execution, InputFile, Origin } from '@countersign/domain/schemas/execution';
import type { Operation } from '@countersign/domain/schemas/plugin';

export interface NewExecution {
  readonly operation: Operation;
  /** Checked, with defaults; see `checkedRequest`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly InputFile[];
  /** The human who counts as requester: who asked, or who made the schedule. */
  readonly requestedBy: string;
  readonly origin: Origin;
  readonly id: string;
  readonly now: string;
}

/**
 * An execution at its beginning, whatever asked for it. Goes into one commit with its `newWork`.
 * @throws AppError `failed_precondition` while the operation is paused
 */
export function newExecution({
  operation,
  parameters,
  inputs,
  requestedBy,
  origin,
  id,
  now,
}: NewExecution): Omit<Execution, 'version'> {
  if (operation.paused.active)
    throw new AppError('failed_precondition', `${operation.title} is paused; its page in the catalogue says why.`);
  return {
    id,
    operationId: operation.id,
    title: operation.title,
    plugin: operation.plugin,
    parameters: { ...parameters },
    inputs: [...inputs],
    requestedBy,
    requestedAt: now,
    origin,
    state: 'planning',
    coarse: coarseOf('planning'),
    plan: null,
    approvals: [],
    tally: null,
    transit: null,
    waiting: null,
    progress: { pagesDone: 0, pageCount: 0 },
    agreement: null,
    report: null,
    error: null,
    journalCount: 0,
    approvedAt: null,
    endedAt: null,
    cancelRequested: false,
    updatedAt: now,
  };
}

/** The facts of `execution.requested` that are the same for every origin. */
export function requestFacts(operation: Operation, inputs: readonly InputFile[]): Record<string, string> {
  return {
    operation: operation.title,
    plugin: `${operation.plugin.name} ${operation.plugin.version}`,
    files: inputs.map((file) => `${file.name} (${file.sha256})`).join(', '),
  };
}
