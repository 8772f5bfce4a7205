/** `npm run build`: functions (with sandbox and plugins) and web app. `--functions` or `--web` builds one of them. */
import { pathToFileURL } from 'node:url';
import { buildFunctions } from './build/functions.ts';
import { buildWeb } from './build/web.ts';

export interface BuildParts {
  readonly functions?: boolean;
  readonly web?: boolean;
}

/** Build what is asked for (both, when nothing is said); what is unchanged since the last build is left alone. */
export async function build(parts: BuildParts = {}, log: (line: string) => void = () => undefined): Promise<void> {
  const all = parts.functions === undefined && parts.web === undefined;
  const timed = async (name: string, work: () => Promise<string>): Promise<void> => {
    const startedAt = performance.now();
    const result = await work();
    log(`${name}: ${result} (${Math.round(performance.now() - startedAt)} ms)`);
  };
  if (all || parts.functions === true) await timed('functions', () => buildFunctions(log));
  if (all || parts.web === true) await timed('web', () => buildWeb());
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const asked = new Set(process.argv.slice(2));
  const parts = asked.size === 0 ? {} : { functions: asked.has('--functions'), web: asked.has('--web') };
  try {
    await build(parts, (line) => {
      process.stdout.write(`${line}\n`);
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
