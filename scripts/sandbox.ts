/**
 * `npm run sandbox -- FILE.js`: evaluate a plain script in a fresh isolate under the default limits, as plugin code is,
 * with no capability. Prints what it logs and its value, and as the last line
 * `{"outcome","code","message","ms","rssMiB"}`: `completed`, `failed` (it threw), or `stopped` (it broke a rule).
 */
import { readFile } from 'node:fs/promises';
import { toAppError, type AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { closeSandbox, runPlugin, type Usage } from '../functions/src/sandbox/index.ts';

interface Verdict {
  readonly outcome: 'completed' | 'failed' | 'stopped';
  readonly code: string | null;
  readonly message: string | null;
  readonly ms: number;
  /** Null when the process died before it could say. */
  readonly rssMiB: number | null;
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: npm run sandbox -- FILE.js\n');
  process.exit(2);
}
const verdict = await evaluate(
  await readFile(file, 'utf8').catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }),
);
await closeSandbox();
process.stdout.write(`${JSON.stringify(verdict)}\n`);
process.exitCode = verdict.outcome === 'completed' ? 0 : 1;

async function evaluate(code: string): Promise<Verdict> {
  const startedAt = performance.now();
  const ms = (): number => Math.round(performance.now() - startedAt);
  try {
    const { result, usage } = await runPlugin({
      code,
      codeHash: sha256Hex(code),
      entry: 'script',
      input: null,
      clock: { now: new Date().toISOString(), seed: 'sandbox' },
      capabilities: [],
      handlers: {},
      onLog: (line) => process.stdout.write(`${line.level}: ${line.message}\n`),
    });
    process.stdout.write(`value: ${JSON.stringify(result).slice(0, 2_000)}\n`);
    return { outcome: 'completed', code: null, message: null, ms: ms(), rssMiB: usage.rssMiB };
  } catch (error) {
    return { ...describe(toAppError(error)), ms: ms() };
  }
}

function describe(error: AppError): Omit<Verdict, 'ms'> {
  const usage = error.details['usage'] as Usage | undefined;
  const threw = error.code === 'plugin_error' || error.code === 'input_error';
  return {
    outcome: threw ? 'failed' : 'stopped',
    code: error.code,
    message: error.message,
    rssMiB: usage?.rssMiB ?? null,
  };
}
