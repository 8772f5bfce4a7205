/**
 * `npm run plan -- PLUGIN --file NAME=PATH --param NAME=VALUE [--json]`: what a plugin would do, without the platform:
 * for its author, and for a build server. Ends with 0 when there is a plan, with 1 when there is none (it says why), and
 * with 2 when the command can't be understood. Writes nothing but what `--out` asks for.
 */
import { AppError, isAppError } from '@countersign/domain/errors';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { useNativeHash } from '../functions/src/native-hash.ts';
import { closeSandbox, warmSandbox } from '../functions/src/sandbox/index.ts';
import type { BuiltPlugin } from '../functions/src/engine/catalogue.ts';
import { buildPlugin, findPlugins } from './build/plugins.ts';
import { ROOT } from './build/root.ts';
import { parseArguments, USAGE, UsageError } from './plan/arguments.ts';
import { inWords } from './plan/in-words.ts';
import { planOffline, type OfflinePlan, type PlannedOffline } from './plan/plan-offline.ts';
import { readWorld } from './plan/world.ts';
import { writeOut } from './plan/write-out.ts';

useNativeHash();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
} finally {
  await closeSandbox();
}

async function main(argv: readonly string[]): Promise<number> {
  const asked = parseArguments(argv, new Date());
  const folder = folderOf(asked.plugin);
  const world = await readWorld(asked.worldFiles);
  const plugin = await built(folder);
  const planned = isAppError(plugin) ? unbuilt(asked.plugin, plugin) : await planOffline(plugin, asked, world);
  if (asked.out !== null) await writeOut(asked.out, planned);
  process.stdout.write(asked.json ? `${JSON.stringify(planned.result)}\n` : inWords(planned.result));
  return planned.result.outcome === 'planned' ? 0 : 1;
}

/** A name below plugins/, or a path. */
function folderOf(plugin: string): string {
  const plugins = join(ROOT, 'plugins');
  if (findPlugins(plugins).includes(plugin)) return join(plugins, plugin);
  const folder = resolve(plugin);
  if (existsSync(join(folder, 'src', 'index.ts'))) return folder;
  throw new UsageError(`There is no plugin "${plugin}". Say one of ${findPlugins(plugins).join(', ')}, or a folder.`);
}

async function built(folder: string): Promise<BuiltPlugin | AppError> {
  try {
    const { manifest, codeHash, code } = await buildPlugin(folder);
    warmSandbox();
    return { manifest, codeHash, code: async () => code };
  } catch (error) {
    if (isAppError(error)) return error;
    // esbuild says file and line.
    return new AppError('plugin_error', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Code that does not build, or has no manifest, fails as a plan does. */
function unbuilt(name: string, { code, message }: AppError): PlannedOffline {
  const result: OfflinePlan = {
    outcome: 'failed',
    plugin: { name, version: '', codeHash: '' },
    parameters: {},
    plan: null,
    effects: [],
    problems: [],
    error: { code, message },
    log: [],
  };
  return {
    result,
    draft: async () => {
      throw new AppError('not_found', 'There is no plan');
    },
  };
}
