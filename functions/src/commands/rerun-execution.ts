import { AppError } from '@countersign/domain/errors';
import { END_STATES } from '@countersign/domain/schemas/execution';
import { checkedRequest } from '../engine/checked-request.ts';
import { newExecution, requestFacts } from '../engine/new-execution.ts';
import { newWork } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/**
 * The same operation once more, with the same parameters and files, at the version that it has now. It is a run like
 * any other: references that the first one has spent are refused.
 */
export const rerunExecution: Command<'rerunExecution'> = {
  name: 'rerunExecution',
  roles: ['operator'],
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, executionId } = input;
    const earlier = await read(tx, refs.execution(orgId, executionId));
    if (earlier === null) throw new AppError('not_found', 'There is no such run.');
    if (!END_STATES.includes(earlier.state))
      throw new AppError('failed_precondition', 'This run is still under way. It can be run again when it has ended.');
    const operation = await read(tx, refs.operation(orgId, earlier.operationId));
    if (operation === null || !operation.active)
      throw new AppError('not_found', 'There is no such operation any more, or it is not active.');
    const { parameters, inputs } = await checkedRequest(tx, orgId, operation, earlier.parameters);
    const origin = { kind: 'rerun', executionId, scheduleId: null, dueAt: null } as const;
    change.create(
      refs.execution(orgId, callId),
      newExecution({ operation, parameters, inputs, requestedBy: member.uid, origin, id: callId, now }),
    );
    change.also(newWork(orgId, callId, now));
    const data = { ...requestFacts(operation, inputs), repeats: executionId };
    return {
      result: { executionId: callId },
      writes: change.toWrites('execution.requested', { executionId: callId, data }),
      wake: callId,
    };
  },
};
