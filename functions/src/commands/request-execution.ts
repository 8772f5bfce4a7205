import { AppError } from '@countersign/domain/errors';
import { checkParameters, withDefaults, askedParameters } from '@countersign/domain/plan/parameters';
import { coarseOf } from '@countersign/domain/plan/states';
import { REQUESTED, type Execution, type InputFile } from '@countersign/domain/schemas/execution';
import type { StoredFile } from '@countersign/domain/schemas/file';
import type { Parameter } from '@countersign/domain/schemas/plugin';
import { newWork } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read, readAll } from '../store/database.ts';
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
    const parameters = withDefaults(operation.parameters, input.parameters);
    const issues = checkParameters(operation.parameters, parameters);
    if (issues.length > 0)
      throw new AppError('invalid_argument', issues[0]?.message ?? 'The parameters are not valid.', {
        details: { issues },
      });
    const wanted = askedParameters(operation.parameters, parameters).filter(
      (parameter) => parameter.type === 'file' && parameters[parameter.name] !== undefined,
    );
    const files = await readAll(
      tx,
      wanted.map((parameter) => refs.file(orgId, String(parameters[parameter.name]))),
    );
    const inputs = wanted.map((parameter, index) => inputFile(parameter, files[index] ?? null));
    const execution: Omit<Execution, 'version'> = {
      id: callId,
      operationId,
      title: operation.title,
      plugin: operation.plugin,
      parameters,
      inputs,
      requestedBy: member.uid,
      requestedAt: now,
      origin: REQUESTED,
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
    change.create(refs.execution(orgId, callId), execution);
    change.also(newWork(orgId, callId, now));
    const data = {
      operation: operation.title,
      plugin: `${operation.plugin.name} ${operation.plugin.version}`,
      files: inputs.map((file) => `${file.name} (${file.sha256})`).join(', '),
    };
    return {
      result: { executionId: callId },
      writes: change.toWrites('execution.requested', { executionId: callId, data }),
      wake: callId,
    };
  },
};

function inputFile(parameter: Parameter, file: StoredFile | null): InputFile {
  if (file === null) throw new AppError('not_found', `${parameter.label}: there is no such file. Upload it again.`);
  if (file.kind !== 'input' || file.status !== 'ready') {
    const issue = file.issues[0];
    throw new AppError(
      'input_error',
      issue === undefined ? `${file.name} can not be used.` : `${file.name}: ${issue.message}. ${issue.remedy}.`,
      { details: { issues: file.issues } },
    );
  }
  const rows = file.profile?.rowCount ?? 0;
  if (parameter.type === 'file' && parameter.maxRows !== undefined && rows > parameter.maxRows) {
    const issue = {
      line: parameter.maxRows + 2,
      column: null,
      code: 'too_many_rows',
      message: `${file.name} has ${rows.toLocaleString('en-US')} rows; a run takes ${parameter.maxRows.toLocaleString('en-US')}`,
      remedy: 'Split the file and run each part',
    };
    throw new AppError('input_error', `${issue.message}. ${issue.remedy}.`, { details: { issues: [issue] } });
  }
  return {
    parameter: parameter.name,
    fileId: file.id,
    name: file.name,
    revision: file.revision,
    storagePath: file.storagePath,
    generation: file.generation,
    sha256: file.sha256,
    sizeBytes: file.sizeBytes,
  };
}
