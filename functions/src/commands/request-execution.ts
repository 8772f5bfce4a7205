import { AppError } from '@countersign/domain/errors';
import { REQUESTED } from '@countersign/domain/schemas/execution';
import { checkedRequest } from '../engine/checked-request.ts';
import { newExecution, requestFacts } from '../engine/new-execution.ts';
import { newWork } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Ask for an operation: validates the parameters and the files, and starts planning. Changes nothing outside. */
export const requestExecution: Command<'requestExecution'> = {
  name: 'requestExecution',
  roles: ['operator'],
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, operationId } = input;
    const operation = await read(tx, refs.operation(orgId, operationId));
    if (operation === null || !operation.active)
      throw new AppError('not_found', 'There is no such operation, or it is not active.');
    const { parameters, inputs } = await checkedRequest(tx, orgId, operation, input.parameters);
    change.create(
      refs.execution(orgId, callId),
      newExecution({ operation, parameters, inputs, requestedBy: member.uid, origin: REQUESTED, id: callId, now }),
    );
    change.also(newWork(orgId, callId, now));
    return {
      result: { executionId: callId },
      writes: change.toWrites('execution.requested', { executionId: callId, data: requestFacts(operation, inputs) }),
      wake: callId,
    };
  },
};
