import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { endChild, takeChild } from './children.ts';
import { Conversation, type PluginResult, type PluginRun } from './conversation.ts';
import { DEFAULT_LIMITS, type SandboxLimits } from './limits.ts';

export type { PluginResult, PluginRun } from './conversation.ts';
export { closeSandbox, warmedUp, warmSandbox } from './children.ts';

/**
 * Run one entry point of a plugin in a fresh isolate in a fresh process.
 * @throws AppError with `details.usage` where it is known: `sandbox_cpu`, `sandbox_wall`, `sandbox_memory`,
 *   `sandbox_process_memory`, `sandbox_output`, `sandbox_logs`, `sandbox_calls`, `sandbox_call_rate` (a limit),
 *   `sandbox_crash` (the process died), `capability_denied`, `drift` (the code is not what its hash says),
 *   `input_error` with `details.issues` (the plugin refused its input), `plugin_error` with `details.stack` (it threw),
 *   or the error of a handler that the plugin did not handle.
 */
export async function runPlugin(run: PluginRun): Promise<PluginResult> {
  if (sha256Hex(run.code) !== run.codeHash)
    throw new AppError('drift', "The plugin's code is not the code that its hash stands for");
  const limits: SandboxLimits = { ...DEFAULT_LIMITS, ...run.limits };
  const child = takeChild(limits);
  try {
    return await new Conversation(child, run, limits).result;
  } finally {
    endChild(child);
  }
}
