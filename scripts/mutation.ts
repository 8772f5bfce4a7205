/**
 * `npm run mutation -- [FILES] [--concurrency N]`: small changes are made to the files that decide (all of them, or
 * those given), one at a time, and the tests must notice each. Survivors are listed; the last line is
 * `{"mutants","killed","survived","noCoverage","timeout","score"}`, the whole report in .local/mutation.json.
 * See docs/mutation.md.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DECISIONS } from './mutation/decisions.ts';
import { reportSchema, scoreOf, type MutationReport } from './mutation/score.ts';

const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, '.local/mutation.json');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: '1' } },
});
const known = new Set(DECISIONS.flatMap(({ files }) => files));
const strange = positionals.filter((file) => !known.has(file));
if (strange.length > 0) {
  process.stderr.write(`Not among the files that decide: ${strange.join(', ')}. Known:\n${[...known].join('\n')}\n`);
  process.exit(2);
}
const asked = DECISIONS.map(({ files, tests }) => ({
  files: positionals.length === 0 ? files : files.filter((file) => positionals.includes(file)),
  tests,
})).filter(({ files }) => files.length > 0);

const found: MutationReport[] = [];
const files: Record<string, unknown> = {};
for (const { files: mutated, tests } of asked) {
  process.stderr.write(`${mutated.join(', ')}\n`);
  await stryker(mutated, tests);
  const report: unknown = JSON.parse(await readFile(REPORT, 'utf8'));
  const parsed = reportSchema.parse(report);
  found.push(parsed);
  Object.assign(files, (report as MutationReport).files);
  for (const [file, result] of Object.entries(parsed.files))
    process.stdout.write(`${file}: ${JSON.stringify(scoreOf([{ files: { [file]: result } }]))}\n`);
}
// Each run of Stryker has written its own.
await writeFile(REPORT, JSON.stringify({ schemaVersion: '2', thresholds: { high: 80, low: 60 }, files }));
process.stdout.write(`${JSON.stringify(scoreOf(found))}\n`);

/** One run; its tests are those of the configuration, which reads them from the environment. */
async function stryker(mutated: readonly string[], tests: readonly string[]): Promise<void> {
  await mkdir(join(ROOT, '.local'), { recursive: true });
  const args = ['run', '--mutate', mutated.join(','), '--concurrency', values.concurrency];
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/@stryker-mutator/core/bin/stryker.js'), ...args], {
    cwd: ROOT,
    env: { ...process.env, MUTATION_TESTS: tests.join(';') },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) process.exit(code ?? 1);
}
