import { AppError } from '@countersign/domain/errors';
import type { Problem } from '@countersign/domain/schemas/execution';
import * as z from 'zod';

/** What `validate` returns, as data from an untrusted place. */
const issuesSchema = z
  .array(z.strictObject({ parameter: z.string().max(100), message: z.string().min(1).max(500) }))
  .max(100);

const refusedSchema = z.strictObject({ parameterIssues: issuesSchema });

/**
 * What the plugin's own `validate` said, which it is asked before it plans: what the run form's checks can't know.
 * @param result of the plugin's run, as data from an untrusted place
 * @throws AppError `invalid_argument` with a problem for each parameter; its name is the problem's column
 */
export function assertParametersTaken(result: unknown): void {
  if (typeof result !== 'object' || result === null || !('parameterIssues' in result)) return;
  const refused = refusedSchema.safeParse(result);
  if (!refused.success) throw new AppError('plugin_error', "What the plugin's validate says is not of the agreed form");
  const issues = refused.data.parameterIssues;
  const [first] = issues;
  if (first === undefined) return;
  const problems = issues.map(({ parameter, message }): Problem => ({
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
