/**
 * `npm run check`: types, lint and format, side by side. Exit code 1 and the tools' own words when one fails.
 * `npm run check -- --fix` first formats and puts right what the linter can.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './local/run-folder.ts';

export interface CheckResult {
  name: string;
  ok: boolean;
  ms: number;
  output: string;
}

const OUTPUT_LIMIT = 200_000;

const CHECKS: { name: string; bin: string; args: string[]; needs?: string }[] = [
  { name: 'types', bin: 'tsc', args: ['-p', '.'] },
  { name: 'types (web)', bin: 'tsc', args: ['-p', 'web'], needs: 'web/tsconfig.json' },
  { name: 'lint', bin: 'oxlint', args: ['--type-aware'] },
  { name: 'format', bin: 'oxfmt', args: ['--check'] },
];

/** Runs all of them; `report` hears of each as it ends. */
export async function runChecks(report: (result: CheckResult) => void): Promise<CheckResult[]> {
  const present = CHECKS.filter((check) => check.needs === undefined || existsSync(join(ROOT, check.needs)));
  return Promise.all(
    present.map(async (check) => {
      const result = await runCheck(check.name, check.bin, check.args);
      report(result);
      return result;
    }),
  );
}

function runCheck(name: string, bin: string, args: string[]): Promise<CheckResult> {
  const start = performance.now();
  return new Promise((resolve) => {
    let output = '';
    const finish = (ok: boolean): void => resolve({ name, ok, output, ms: performance.now() - start });
    const child = spawn(join(ROOT, 'node_modules', '.bin', bin), args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (output.length < OUTPUT_LIMIT) output += chunk.toString();
      });
    }
    child.once('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });
}

async function fix(): Promise<void> {
  await runCheck('lint', 'oxlint', ['--type-aware', '--fix']);
  await runCheck('format', 'oxfmt', ['--write']);
}

export function printCheck({ name, ok, ms, output }: CheckResult): void {
  console.log(`  ${ok ? '✓' : '✗'} ${name.padEnd(34)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
  if (!ok) console.log(output.trimEnd());
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--fix')) await fix();
  const results = await runChecks(printCheck);
  process.exitCode = results.every((result) => result.ok) ? 0 : 1;
}
