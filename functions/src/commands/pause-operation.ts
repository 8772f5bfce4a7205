import { AppError } from '@countersign/domain/errors';
import type { CommandName, ParsedCommand } from '@countersign/domain/schemas/commands';
import type { Operation } from '@countersign/domain/schemas/plugin';
import { committed } from '../engine/committed.ts';
import { stirQueue } from '../engine/queue.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command, CommandContext, Decision } from './run-command.ts';

type OfOperation = 'pauseOperation' | 'resumeOperation' | 'setMaxRunning';

/** Nothing of the operation begins or goes on to its next page. What is under way ends its pages, and waits. */
export const pauseOperation: Command<'pauseOperation'> = {
  name: 'pauseOperation',
  roles: ['treasurer', 'admin'],
  async decide(context) {
    const { member, now, input } = context;
    const paused = { active: true, reason: committed(input.reason), uid: member.uid, at: now };
    const { queue, writes } = await changeOperation(context, { paused }, 'operation.paused');
    return { result: { waiting: queue.wake.length }, writes, wake: queue.wake };
  },
};

/** What waited for it goes on at once, in the order of its approvals. */
export const resumeOperation: Command<'resumeOperation'> = {
  name: 'resumeOperation',
  roles: ['treasurer', 'admin'],
  async decide(context) {
    const { member, now, input } = context;
    const paused = { active: false, reason: committed(input.reason), uid: member.uid, at: now };
    const { queue, writes } = await changeOperation(context, { paused }, 'operation.resumed');
    return { result: { waiting: queue.wake.length }, writes, wake: queue.wake };
  },
};

/** How many runs of it apply side by side. Those that apply already are not held back by a lower number. */
export const setMaxRunning: Command<'setMaxRunning'> = {
  name: 'setMaxRunning',
  roles: ['treasurer', 'admin'],
  async decide(context) {
    const { maxRunning } = context.input;
    const { queue, writes } = await changeOperation(context, { maxRunning }, 'operation.configured', {
      maxRunning: String(maxRunning),
    });
    return { result: { maxRunning }, writes, wake: queue.wake };
  },
};

async function changeOperation<N extends CommandName & OfOperation>(
  { tx, input, now, change }: CommandContext<N, undefined>,
  fields: Partial<Pick<Operation, 'paused' | 'maxRunning'>>,
  event: 'operation.paused' | 'operation.resumed' | 'operation.configured',
  data: Record<string, string> = {},
): Promise<{ queue: Awaited<ReturnType<typeof stirQueue>>; writes: Decision<N>['writes'] }> {
  const { orgId, operationId, reason }: Pick<ParsedCommand<OfOperation>, 'orgId' | 'operationId' | 'reason'> = input;
  const ref = refs.operation(orgId, operationId);
  const operation = await read(tx, ref);
  if (operation === null) throw new AppError('not_found', 'There is no such operation.');
  if (fields.paused !== undefined && fields.paused.active === operation.paused.active)
    throw new AppError(
      'failed_precondition',
      operation.paused.active ? 'This operation is paused already.' : 'This operation is not paused.',
    );
  const queue = await stirQueue(tx, orgId, operationId, now);
  change.change(ref, operation, fields);
  change.also(...queue.writes);
  return { queue, writes: change.toWrites(event, { data: { operation: operationId, ...data }, personal: { reason } }) };
}
