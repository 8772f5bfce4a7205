import { AppError } from '@countersign/domain/errors';
import type { SandboxLimits } from './limits.ts';
import { overConsumed, violations, type Consumption, type Violation } from './meter.ts';
import type { ThrownByPlugin, Usage } from './protocol.ts';

/** V8's last words when what it was asked for does not fit: a heap, a buffer, or an array longer than can be. */
const NO_ROOM = /out of memory|allocation failed|invalid (?:size error|array length|string length)/i;

/** Why a process that said nothing is gone: its last words, else what it was seen to use last. Undefined: a crash. */
export function explainDeath(lastWords: string, used: Consumption, limits: SandboxLimits): Violation | undefined {
  return overConsumed(used, limits) ?? (NO_ROOM.test(lastWords) ? violations.memory(limits) : undefined);
}

/** The error of a run whose plugin threw: the host's own if the plugin let a refused call through. */
export function thrownError(error: ThrownByPlugin, usage: Usage, callErrors: ReadonlyMap<number, unknown>): unknown {
  if (error.call !== undefined && callErrors.has(error.call)) return callErrors.get(error.call);
  if (error.issues !== undefined)
    return new AppError('input_error', error.message, { details: { issues: error.issues, usage } });
  const name = error.name === 'Error' ? '' : `${error.name}: `;
  return new AppError('plugin_error', `${name}${error.message}`, { details: { stack: error.stack, usage } });
}
