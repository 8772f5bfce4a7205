import { AppError } from '@countersign/domain/errors';
import { isOpen } from '@countersign/domain/plan/states';
import { countsOf } from '@countersign/domain/plan/totals';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import type { Operation } from '@countersign/domain/schemas/plugin';
import { checkedRequest } from '../engine/checked-request.ts';
import { newExecution, requestFacts } from '../engine/new-execution.ts';
import { MAX_LINEAGE, rootOf } from '../engine/resume.ts';
import { newWork } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read, readAll, type Transaction } from '../store/database.ts';
import type { Command } from './run-command.ts';

/**
 * A child of an ended run: the same operation on what failed or was not done, with a plan and signatures of its own.
 * What is done in the run it resumes, or in any other resume of it, is left out when it is planned.
 */
export const resumeExecution: Command<'resumeExecution'> = {
  name: 'resumeExecution',
  roles: ['operator'],
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, executionId, corrections } = input;
    const parent = await read(tx, refs.execution(orgId, executionId));
    if (parent === null) throw new AppError('not_found', 'There is no such run.');
    assertResumable(parent);
    const root = await rootOf(tx, orgId, executionId);
    const members = (await read(tx, refs.lineage(orgId, root)))?.members ?? [root];
    await assertRested(tx, orgId, members);
    const operation = await sameVersion(tx, orgId, parent);
    for (const name of Object.keys(corrections)) {
      if (!operation.parameters.some((parameter) => parameter.name === name && parameter.type === 'file'))
        throw new AppError('invalid_argument', `"${name}" is no file of this operation, so it can't be corrected.`);
    }
    const { parameters, inputs } = await checkedRequest(tx, orgId, operation, { ...parent.parameters, ...corrections });
    const origin = { kind: 'resume', executionId, scheduleId: null, dueAt: null } as const;
    change.create(
      refs.execution(orgId, callId),
      newExecution({ operation, parameters, inputs, requestedBy: member.uid, origin, id: callId, now }),
    );
    change.also(newWork(orgId, callId, now), {
      op: 'set',
      path: refs.lineage(orgId, root).path,
      data: { members: [...members, callId], updatedAt: now },
    });
    const data = { ...requestFacts(operation, inputs), resumes: executionId };
    return {
      result: { executionId: callId },
      writes: change.toWrites('execution.requested', { executionId: callId, data }),
      wake: callId,
    };
  },
};

function assertResumable({ state, tally, plan }: Execution): void {
  const refuse = (message: string): never => {
    throw new AppError('failed_precondition', message);
  };
  if (!END_STATES.includes(state)) refuse('This run is still under way. It can be resumed when it has ended.');
  if (plan === null || tally === null) return refuse('Nothing of this run was done. Run it again instead.');
  const { failed, unknown, untouched } = countsOf(tally);
  if (failed + untouched > 0) return;
  refuse(
    unknown > 0
      ? 'All that is left of this run is unknown: it is settled first, then resumed if it was not done.'
      : 'Everything in this run is done.',
  );
}

/** At most one of a lineage is open, and the ended ones have freed what they did not do. */
async function assertRested(tx: Transaction, orgId: string, members: readonly string[]): Promise<void> {
  if (members.length >= MAX_LINEAGE)
    throw new AppError('limit_exceeded', `This run was resumed ${members.length - 1} times. Start a new run.`);
  const runs = await readAll(
    tx,
    members.map((id) => refs.execution(orgId, id)),
  );
  for (const run of runs) {
    if (run === null) continue;
    if (isOpen(run.state))
      throw new AppError('failed_precondition', 'This run is being resumed already.', {
        details: { executionId: run.id },
      });
    if (run.tally !== null && run.report === null)
      throw new AppError('unavailable', 'The report of this run is still being made. Try again in a moment.', {
        retryable: true,
      });
  }
}

/** The operation, with the plugin version that the run had; with its present one when that is retired. */
async function sameVersion(tx: Transaction, orgId: string, parent: Execution): Promise<Operation> {
  const { name, version } = parent.plugin;
  const [operation, stored] = [
    await read(tx, refs.operation(orgId, parent.operationId)),
    await read(tx, refs.pluginVersion(orgId, name, version)),
  ];
  if (operation === null || !operation.active)
    throw new AppError('not_found', 'There is no such operation any more, or it is not active.');
  if (stored === null || stored.status === 'retired' || stored.codeHash !== parent.plugin.codeHash) return operation;
  return { ...operation, plugin: parent.plugin, parameters: stored.manifest.parameters };
}
