import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run plan -- PLUGIN [--file NAME=PATH]... [--param NAME=VALUE]... [options]

  PLUGIN             a folder below plugins/, or the path of a plugin's folder
  --file NAME=PATH   the file of a parameter of type file
  --param NAME=VALUE another parameter: 12.5, yes, 2026-01-31, "12.50 USD", a choice, or a,b for several
  --stripe FILE      connected accounts and their balances, JSON
  --claims FILE      references that are taken, JSON
  --world FILE       both of these, members, records and hosts, in one JSON file
  --now INSTANT      the time of the run, such as 2026-01-15T09:00:00Z
  --json             one line of JSON instead of words
  --out DIR          write plan.json, effects.jsonl, problems.csv and the plan's files there
`;

export interface PlanArguments {
  readonly plugin: string;
  readonly files: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
  readonly worldFiles: { readonly world?: string; readonly stripe?: string; readonly claims?: string };
  readonly now: Date;
  readonly json: boolean;
  readonly out: string | null;
}

/** The command can't be understood, or names what is not there. Its exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError */
export function parseArguments(argv: readonly string[], clock: Date): PlanArguments {
  const { values, positionals } = read(argv);
  const [plugin, ...more] = positionals;
  if (plugin === undefined) throw new UsageError('Which plugin?');
  if (more.length > 0) throw new UsageError(`"${more[0]}" is one argument too many`);
  const { world, stripe, claims } = values;
  return {
    plugin,
    files: pairs('--file', values.file ?? []),
    parameters: pairs('--param', values.param ?? []),
    worldFiles: {
      ...(world === undefined ? {} : { world }),
      ...(stripe === undefined ? {} : { stripe }),
      ...(claims === undefined ? {} : { claims }),
    },
    now: values.now === undefined ? clock : instant(values.now),
    json: values.json ?? false,
    out: values.out ?? null,
  };
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        file: { type: 'string', multiple: true },
        param: { type: 'string', multiple: true },
        stripe: { type: 'string' },
        claims: { type: 'string' },
        world: { type: 'string' },
        now: { type: 'string' },
        json: { type: 'boolean' },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function pairs(option: string, texts: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`${option} ${text}: write it as name=value`);
    const name = text.slice(0, at);
    if (found.has(name)) throw new UsageError(`${option} ${name} is given twice`);
    found.set(name, text.slice(at + 1));
  }
  return found;
}

function instant(text: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new UsageError(`--now ${text}: write it as 2026-01-15T09:00:00Z`);
  return new Date(time);
}
