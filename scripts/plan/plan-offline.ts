import { toAppError, type AppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { objectPaths, paths } from '@countersign/domain/paths';
import type { ParameterIssue } from '@countersign/domain/plan/parameters';
import { pageSchema, problemPageSchema, type Effect } from '@countersign/domain/schemas/effect';
import type { Plan, Problem } from '@countersign/domain/schemas/execution';
import { fileIssueSchema } from '@countersign/domain/schemas/file';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as z from 'zod';
import { requestExecution } from '../../functions/src/commands/request-execution.ts';
import { runCommand } from '../../functions/src/commands/run-command.ts';
import type { BuiltPlugin } from '../../functions/src/engine/catalogue.ts';
import { runWork } from '../../functions/src/engine/worker.ts';
import { registerUpload } from '../../functions/src/files/register-upload.ts';
import { refs } from '../../functions/src/refs.ts';
import { read } from '../../functions/src/store/database.ts';
import { UsageError, type PlanArguments } from './arguments.ts';
import { AUTHOR, offlinePlatform, ORG, type OfflinePlatform } from './offline-platform.ts';
import { readParameters } from './parameters.ts';
import type { PlanWorld } from './world.ts';

/** What came of it. `plan`, its effects and its files; or `error`. Problems may be there either way. */
export interface OfflinePlan {
  readonly outcome: 'planned' | 'failed';
  readonly plugin: { readonly name: string; readonly version: string; readonly codeHash: string };
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly plan: Plan | null;
  readonly effects: readonly Effect[];
  /** Rows that are refused or worth a look; of a parameter, `column` is its name. */
  readonly problems: readonly Problem[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly log: readonly { readonly level: string; readonly message: string }[];
}

export interface PlannedOffline {
  readonly result: OfflinePlan;
  /** Bytes of a file that the plan would publish. */
  readonly draft: (storagePath: string, generation: string) => Promise<Uint8Array>;
}

type Asked = Pick<PlanArguments, 'files' | 'parameters' | 'now'>;

/** Plan as the platform would, in this process. @throws UsageError for a file that can't be read from disk */
export async function planOffline(plugin: BuiltPlugin, asked: Asked, world: PlanWorld): Promise<PlannedOffline> {
  const platform = await offlinePlatform(plugin, world, asked.now);
  const { name, version } = plugin.manifest;
  const about = { plugin: { name, version, codeHash: plugin.codeHash }, effects: [], plan: null, log: [] };
  const draft = (path: string, generation: string): Promise<Uint8Array> => platform.deps.objects.read(path, generation);
  const { values, issues } = readParameters(plugin.manifest.parameters, asked.parameters);
  const parameters = { ...values, ...(await uploadAll(platform, asked.files)) };
  if (issues.length > 0) {
    const message = `${issues[0]?.parameter}: ${issues[0]?.message}`;
    const problems = issues.map(problemOfParameter);
    return {
      result: { outcome: 'failed', ...about, parameters, problems, error: { code: 'invalid_argument', message } },
      draft,
    };
  }
  try {
    const { executionId } = await runCommand(
      platform.deps,
      requestExecution,
      { uid: AUTHOR },
      {
        orgId: ORG,
        idempotencyKey: 'offline-plan',
        operationId: name,
        parameters,
      },
    );
    await runWork(platform.deps, ORG, executionId);
    return { result: { ...(await resultOf(platform, executionId)), plugin: about.plugin }, draft };
  } catch (error) {
    const failure = toAppError(error);
    const { code, message } = failure;
    // What the engine would try again later is an error here as well; a fault of ours is not the author's.
    if (code === 'internal') throw error;
    return {
      result: { outcome: 'failed', ...about, parameters, problems: problemsOf(failure), error: { code, message } },
      draft,
    };
  }
}

/** Files from disk, taken in as uploads are: hashed, typed, profiled. @returns their ids, by parameter */
async function uploadAll(
  { deps }: OfflinePlatform,
  files: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [parameter, path] of files) {
    const bytes = await readFile(path).catch((error: Error) => {
      throw new UsageError(error.message);
    });
    const object = objectPaths.upload(ORG, AUTHOR, deps.newId(), basename(path));
    const generation = deps.objects.put(object, bytes);
    await registerUpload(deps, { path: object, generation, sizeBytes: bytes.length, declaredType: 'text/csv' });
    const id = derivedId('file', object, generation);
    if ((await deps.db.get(paths.file(ORG, id))) === null)
      throw new UsageError(`"${basename(path)}" is no name for an upload`);
    ids[parameter] = id;
  }
  return ids;
}

async function resultOf({ deps, db }: OfflinePlatform, executionId: string): Promise<Omit<OfflinePlan, 'plugin'>> {
  const execution = await read(deps.db, refs.execution(ORG, executionId));
  if (execution === null) throw new Error('the request left no execution');
  const { plan, error, parameters } = execution;
  const below = (collection: string): Record<string, unknown>[] =>
    db
      .dump()
      .filter(({ path }) => path.startsWith(`${paths.execution(ORG, executionId)}/${collection}/`))
      .map(({ data }) => data);
  const inOrder = <T extends { readonly attempt: number; readonly index: number }>(pages: readonly T[]): T[] =>
    pages.toSorted((a, b) => a.attempt - b.attempt || a.index - b.index);
  const problems = inOrder(below('problems').map((data) => problemPageSchema.parse(data))).flatMap(
    (page) => page.problems,
  );
  const pages = inOrder(below('pages').map((data) => pageSchema.parse(data)));
  return {
    outcome: plan === null ? 'failed' : 'planned',
    parameters,
    plan,
    effects: plan === null ? [] : pages.filter((page) => page.attempt === plan.attempt).flatMap((page) => page.effects),
    problems,
    error,
    log: below('logs')
      .flatMap((data) => logLines.parse(data).lines)
      .filter(({ source }) => source === 'plugin')
      .map(({ level, message }) => ({ level, message })),
  };
}

const logLines = z.object({ lines: z.array(z.object({ level: z.string(), message: z.string(), source: z.string() })) });
const parameterIssues = z.object({ issues: z.array(z.object({ parameter: z.string(), message: z.string() })) });
const fileIssues = z.object({ issues: z.array(fileIssueSchema) });

/** The platform refuses parameters and files each in its own form; here they are read as problems. */
function problemsOf({ details }: AppError): Problem[] {
  const ofParameters = parameterIssues.safeParse(details).data?.issues ?? [];
  const ofFiles = fileIssues.safeParse(details).data?.issues ?? [];
  return [
    ...ofParameters.map(problemOfParameter),
    ...ofFiles.map((issue): Problem => ({ ...issue, reference: null, severity: 'refused' })),
  ];
}

function problemOfParameter({ parameter, message }: ParameterIssue): Problem {
  return {
    line: null,
    column: parameter,
    reference: null,
    code: 'parameter',
    message,
    remedy: 'Change the parameter',
    severity: 'refused',
  };
}
