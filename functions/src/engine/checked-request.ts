import { AppError } from '@countersign/domain/errors';
import { askedParameters, checkParameters, withDefaults } from '@countersign/domain/plan/parameters';
import type { InputFile } from '@countersign/domain/schemas/execution';
import type { StoredFile } from '@countersign/domain/schemas/file';
import type { Operation, Parameter } from '@countersign/domain/schemas/plugin';
import { refs } from '../refs.ts';
import { readAll, type Transaction } from '../store/database.ts';

type Parameters = Readonly<Record<string, unknown>>;

export interface CheckedRequest {
  /** With defaults, without what is not asked for. */
  readonly parameters: Record<string, unknown>;
  readonly inputs: readonly InputFile[];
}

/**
 * The parameters as the operation wants them, and the files that they name, ready to be read.
 * @throws AppError `invalid_argument`, `not_found` or `input_error`, with the issues in its details
 */
export async function checkedRequest(
  tx: Pick<Transaction, 'get' | 'getAll'>,
  orgId: string,
  operation: Operation,
  raw: Parameters,
): Promise<CheckedRequest> {
  const parameters = checkedParameters(operation, raw);
  const wanted = wantedFiles(operation, parameters);
  const files = await readAll(
    tx,
    wanted.map((parameter) => refs.file(orgId, String(parameters[parameter.name]))),
  );
  return { parameters, inputs: wanted.map((parameter, index) => inputFile(parameter, files[index] ?? null)) };
}

/** @throws AppError `invalid_argument` with the first issue in words and all of them in its details */
export function checkedParameters(operation: Operation, raw: Parameters): Record<string, unknown> {
  const parameters = withDefaults(operation.parameters, raw);
  const issues = checkParameters(operation.parameters, parameters);
  if (issues.length > 0)
    throw new AppError('invalid_argument', issues[0]?.message ?? 'The parameters are not valid.', {
      details: { issues },
    });
  return parameters;
}

/** The file parameters that are asked for and given. */
export function wantedFiles(operation: Operation, parameters: Parameters): Parameter[] {
  return askedParameters(operation.parameters, parameters).filter(
    (parameter) => parameter.type === 'file' && parameters[parameter.name] !== undefined,
  );
}

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
  if (file.erasedAt !== null)
    throw new AppError(
      'input_error',
      `${file.name} is no longer kept, since ${file.erasedAt.slice(0, 10)}. Upload it again.`,
    );
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
