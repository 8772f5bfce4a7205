import { AppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import type { Execution, Problem } from '@countersign/domain/schemas/execution';
import * as z from 'zod';
import type { BuiltPlugin } from './catalogue.ts';
import type { Deps } from './deps.ts';
import type { ExecutionLog } from './execution-log.ts';

/** What `validate` returns, as data from an untrusted place. */
const issuesSchema = z
  .array(z.strictObject({ parameter: z.string().max(100), message: z.string().min(1).max(500) }))
  .max(100);

/**
 * Ask the plugin itself whether it takes these parameters, before it reads anything: what the run form's own checks
 * can't know. It is asked in the sandbox and may call nothing.
 * @throws AppError `invalid_argument` with a problem for each parameter; its name is the problem's column
 */
export async function validateParameters(
  deps: Deps,
  plugin: BuiltPlugin,
  execution: Execution,
  log: ExecutionLog,
): Promise<void> {
  const { result } = await deps.runPlugin({
    code: await plugin.code(),
    codeHash: plugin.codeHash,
    entry: 'validate',
    input: { parameters: execution.parameters, execution: { id: execution.id, title: execution.title } },
    clock: { now: execution.requestedAt, seed: derivedId('seed', execution.id) },
    capabilities: [],
    handlers: {},
    onLog: (line) => log.line(line.level, line.message, 'plugin'),
  });
  const issues = issuesSchema.safeParse(result);
  if (!issues.success) throw new AppError('plugin_error', "What the plugin's validate says is not of the agreed form");
  const [first] = issues.data;
  if (first === undefined) return;
  const problems = issues.data.map(({ parameter, message }): Problem => ({
    line: null,
    column: parameter,
    reference: null,
    code: 'parameter',
    message,
    remedy: 'Change the parameter',
    severity: 'refused',
  }));
  throw new AppError('invalid_argument', first.message, { details: { problems } });
}
