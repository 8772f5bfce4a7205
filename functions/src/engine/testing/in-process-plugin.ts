import { AppError, isAppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { manifestSchema } from '@countersign/domain/schemas/plugin';
import { validateAndPlan } from '@countersign/plugin-sdk/define-plugin';
import { createContext } from '@countersign/plugin-sdk/context';
import { InputError, type Plugin, type ReportInput } from '@countersign/plugin-sdk';
import { METHOD_CAPABILITY } from '../../sandbox/policy.ts';
import type { PluginRun } from '../../sandbox/index.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Deps } from '../deps.ts';

/** Plugins' own code run in this process, without the sandbox's walls: milliseconds instead of a child process. */
export function inProcess(...plugins: readonly Plugin[]): Pick<Deps, 'catalogue' | 'runPlugin'> {
  const built = plugins.map((plugin) => {
    const code = `in process: ${plugin.manifest.name}`;
    return {
      plugin,
      manifest: manifestSchema.parse(plugin.manifest),
      codeHash: sha256Hex(code),
      code: async () => code,
    };
  });
  const byHash = (hash: string): (typeof built)[number] => {
    const found = built.find((one) => one.codeHash === hash);
    if (found === undefined) throw new AppError('failed_precondition', 'This code is no longer deployed');
    return found;
  };
  const catalogue: Catalogue = { list: async () => built, find: async (_, hash) => byHash(hash) };
  return { catalogue, runPlugin: async (run) => runHere(byHash(run.codeHash).plugin, run) };
}

async function runHere(plugin: Plugin, run: PluginRun): ReturnType<Deps['runPlugin']> {
  const input = overTheWire(run.input) as ReportInput<Record<string, unknown>> & {
    execution: { id: string; title: string };
  };
  const context = createContext(
    {
      now: run.clock.now,
      log: (level, message) => run.onLog({ level, message }),
      call: (method, args) => answer(run, method, args),
    },
    input.execution,
  );
  try {
    const result =
      run.entry === 'validate'
        ? plugin.validate(input.parameters)
        : run.entry === 'report'
          ? await plugin.report(input, context)
          : await validateAndPlan(plugin, input.parameters, context);
    return { result: overTheWire(result), usage: { cpuMs: 0, wallMs: 0, rssMiB: 0, calls: 0, outputBytes: 0 } };
  } catch (error) {
    if (error instanceof InputError)
      throw new AppError('input_error', error.message, { details: { issues: error.issues } });
    if (isAppError(error)) throw error;
    throw new AppError('plugin_error', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function answer(run: PluginRun, method: string, args: unknown): Promise<unknown> {
  const capability = METHOD_CAPABILITY.get(method);
  const handler = run.handlers[method];
  if (capability === undefined || !run.capabilities.includes(capability) || handler === undefined)
    throw new AppError('capability_denied', `${method} is not offered`);
  return overTheWire(await handler(overTheWire(args)));
}

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
