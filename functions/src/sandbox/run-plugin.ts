import { AppError, isAppError, type ErrorCode } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import type { Capability } from '@countersign/domain/schemas/plugin';
import { startChild, type SandboxChild } from './child-process.ts';
import { parseFromChild } from './from-child.ts';
import { DEFAULT_LIMITS, type SandboxLimits } from './limits.ts';
import { METHOD_CAPABILITY } from './policy.ts';
import {
  encodeFrame,
  FrameReader,
  type Entry,
  type FromChild,
  type LogLevel,
  type ThrownByPlugin,
  type ToChild,
  type Usage,
} from './protocol.ts';

export interface PluginRun {
  readonly code: string;
  /** SHA-256 of `code`; what was signed is what runs. */
  readonly codeHash: string;
  readonly entry: Entry;
  /** A JSON value. */
  readonly input: unknown;
  /** The execution's own clock, which stands still, and the start of its random numbers. */
  readonly clock: { readonly now: string; readonly seed: string };
  readonly capabilities: readonly Capability[];
  /** Answers to calls, by method. A call for which the manifest names no capability ends the run. */
  readonly handlers: Readonly<Record<string, (args: unknown) => Promise<unknown>>>;
  readonly onLog: (line: { readonly level: LogLevel; readonly message: string }) => void;
  readonly limits?: Partial<SandboxLimits>;
}

export interface PluginResult {
  readonly result: unknown;
  readonly usage: Usage;
}

/** After its own wall limit, the child gets this long to say so before it is taken for broken. */
const GRACE_MS = 2_000;
/** A message's JSON around the counted output. */
const FRAME_MARGIN_BYTES = 1024 * 1024;

const live = new Set<SandboxChild>();
let warm: SandboxChild | undefined;

/**
 * Run one entry point of a plugin in a fresh isolate in a fresh process.
 * @throws AppError `sandbox_timeout`, `sandbox_memory`, `sandbox_output`, `sandbox_calls`, `sandbox_logs`,
 *   `sandbox_crash` (the process died), `capability_denied`, `drift` (the code is not what its hash says),
 *   `input_error` with `details.issues` (the plugin refused its input), `plugin_error` with `details.stack` (it threw),
 *   or the error of a handler that the plugin did not handle.
 */
export async function runPlugin(run: PluginRun): Promise<PluginResult> {
  if (sha256Hex(run.code) !== run.codeHash)
    throw new AppError('drift', "The plugin's code is not the code that its hash stands for");
  const limits: SandboxLimits = { ...DEFAULT_LIMITS, ...run.limits };
  const child = takeChild();
  try {
    return await converse(child, run, limits);
  } finally {
    end(child);
  }
}

/** Start one child ahead; the next run uses it, once. */
export function warmSandbox(): void {
  if (warm !== undefined) return;
  const child = begin();
  warm = child;
  child.process.once('exit', () => {
    if (warm === child) warm = undefined;
  });
  // A child in waiting must not keep its parent alive; it ends by itself when its pipe closes.
  child.process.unref();
  (child.channel as unknown as { unref(): void }).unref();
  (child.process.stderr as unknown as { unref(): void }).unref();
}

/** End every child, also those that are running: their runs fail with `sandbox_crash`. */
export async function closeSandbox(): Promise<void> {
  warm = undefined;
  const ended = [...live].map(
    (child) =>
      new Promise<void>((resolve) => {
        child.process.once('exit', () => resolve());
      }),
  );
  for (const child of live) end(child);
  await Promise.all(ended);
}

function takeChild(): SandboxChild {
  const child = warm;
  warm = undefined;
  const isAlive = child !== undefined && child.process.exitCode === null && child.process.signalCode === null;
  if (!isAlive) return begin();
  child.process.ref();
  (child.channel as unknown as { ref(): void }).ref();
  return child;
}

function begin(): SandboxChild {
  const child = startChild();
  live.add(child);
  child.process.once('exit', () => live.delete(child));
  child.process.on('error', () => live.delete(child));
  child.channel.on('error', () => undefined);
  return child;
}

function end(child: SandboxChild): void {
  child.process.kill('SIGKILL');
  child.channel.destroy();
}

/** The run from the host's side: sends it, answers its calls, and settles on the first last word. */
function converse(child: SandboxChild, run: PluginRun, limits: SandboxLimits): Promise<PluginResult> {
  const startedAt = performance.now();
  const callErrors = new Map<number, unknown>();
  return new Promise((resolve, reject) => {
    let settled = false;
    let logLines = 0;
    let calls = 0;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      act();
    };
    const fail = (code: ErrorCode, message: string, details: Record<string, unknown> = {}, retryable = false): void =>
      settle(() => reject(new AppError(code, message, { details, retryable })));
    const send = (message: ToChild): void => {
      if (!settled) child.channel.write(encodeFrame(message));
    };
    const crashed = (how: string): void => {
      const words = child.lastWords();
      if (/out of memory|Allocation failed/i.test(words))
        return fail('sandbox_memory', `The plugin used more than ${limits.memoryMiB} MiB of memory`);
      fail('sandbox_crash', `The sandbox's process ended unexpectedly (${how})`, { stderr: words.slice(-500) }, true);
    };
    const timer = setTimeout(
      () => fail('sandbox_timeout', `The plugin took longer than ${limits.wallMs} ms`),
      limits.wallMs + GRACE_MS,
    );

    const onMessage = (message: FromChild): void => {
      if (settled) return;
      switch (message.type) {
        case 'log':
          logLines += 1;
          if (logLines > limits.logLines) return fail('sandbox_logs', `More than ${limits.logLines} log lines`);
          return run.onLog({ level: message.level, message: message.message });
        case 'call':
          calls += 1;
          if (calls > limits.calls) return fail('sandbox_calls', `More than ${limits.calls} calls`);
          return void answer(run, message.id, message.method, message.args, callErrors).then(send, (error: unknown) =>
            settle(() => reject(error)),
          );
        case 'violation':
          return fail(message.code, message.message, { usage: message.usage });
        case 'thrown':
          return settle(() => reject(fromPlugin(message.error, message.usage, callErrors)));
        case 'result':
          return settle(() =>
            resolve({
              result: parseForeign(message.json),
              usage: { ...message.usage, wallMs: Math.round(performance.now() - startedAt) },
            }),
          );
      }
    };
    const reader = new FrameReader(
      limits.outputBytes * 2 + FRAME_MARGIN_BYTES,
      (message) => onMessage(parseFromChild(message)),
      (bytes) => fail('sandbox_output', `The plugin sent out ${bytes} bytes at once`),
    );
    child.channel.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        settle(() =>
          reject(
            new AppError('sandbox_crash', "The sandbox's process sent what can not be read", {
              cause: error,
              retryable: true,
            }),
          ),
        );
      }
    });
    child.process.once('error', (error) => crashed(error.message));
    child.process.once('close', (code, signal) => crashed(signal ?? `exit code ${code}`));
    send({
      type: 'run',
      code: run.code,
      entry: run.entry,
      input: JSON.stringify(run.input) ?? 'null',
      now: run.clock.now,
      seed: run.clock.seed,
      limits,
    });
  });
}

/**
 * Answer one call. A refusal by the handler, or that the host does not offer the call at this stage, goes back to the
 * plugin; a call that the manifest does not name ends the run.
 */
async function answer(
  run: PluginRun,
  id: number,
  method: string,
  args: string,
  callErrors: Map<number, unknown>,
): Promise<ToChild> {
  const capability = METHOD_CAPABILITY.get(method);
  const handler = Object.hasOwn(run.handlers, method) ? run.handlers[method] : undefined;
  if (capability === undefined || !run.capabilities.includes(capability)) {
    throw new AppError(
      'capability_denied',
      `The plugin called "${method.slice(0, 60)}", which its manifest does not name`,
      { details: { method: method.slice(0, 60) } },
    );
  }
  try {
    if (handler === undefined)
      throw new AppError('capability_denied', `"${method}" is not offered while the plugin runs "${run.entry}"`);
    const result = await handler(parseForeign(args));
    return { type: 'answer', id, ok: true, json: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    callErrors.set(id, error);
    const [code, message] = isAppError(error) ? [error.code, error.message] : ['internal', 'The call failed'];
    return { type: 'answer', id, ok: false, json: JSON.stringify({ code, message }) };
  }
}

function fromPlugin(error: ThrownByPlugin, usage: Usage, callErrors: ReadonlyMap<number, unknown>): unknown {
  if (error.call !== undefined && callErrors.has(error.call)) return callErrors.get(error.call);
  if (error.issues !== undefined)
    return new AppError('input_error', error.message, { details: { issues: error.issues, usage } });
  const name = error.name === 'Error' ? '' : `${error.name}: `;
  return new AppError('plugin_error', `${name}${error.message}`, { details: { stack: error.stack, usage } });
}

/**
 * JSON from a plugin may name `__proto__`; code that copies such a property would change a prototype. A reviver is
 * slow on a large plan, so it is used only where the name may occur.
 */
function parseForeign(json: string): unknown {
  const suspicious = json.includes('__proto__') || json.includes('\\u005');
  return suspicious
    ? JSON.parse(json, (key, value: unknown) => (key === '__proto__' ? undefined : value))
    : JSON.parse(json);
}
