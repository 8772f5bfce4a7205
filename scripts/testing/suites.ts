import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../local/run-folder.ts';

export interface Tally {
  passed: number;
  failed: number;
}

/** In the order in which they run: what is quick and near the cause first. */
export const SUITES = ['unit', 'build', 'rules', 'integration', 'e2e', 'faults', 'platform'] as const;
export type Suite = (typeof SUITES)[number];

export const SHARED: readonly Suite[] = ['rules', 'integration', 'e2e'];

/** Whether a suite has any test file. */
export function hasTests(suite: Suite): boolean {
  if (suite === 'unit') return true;
  const folder = join(ROOT, 'tests', suite);
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => /\.test\.tsx?$/.test(String(name)))
  );
}

/** Runs a suite with its output streamed, and counts its tests from vitest's own report. */
export async function runSuite(suite: Suite): Promise<Tally> {
  const folder = join(ROOT, '.local', 'tests');
  const report = join(folder, `${suite}.json`);
  await mkdir(folder, { recursive: true });
  await rm(report, { force: true });
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  const args = ['run', '--project', suite, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(vitest, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', resolve);
  });
  return tally(await readFile(report, 'utf8').catch(() => undefined), code);
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/** A run that failed counts as at least one failure, whether or not a test says so. */
export function tally(report: string | undefined, exitCode: number | null): Tally {
  if (report === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report) as VitestReport;
  // A file that could not be loaded, or whose hooks failed, is failed without a failed test in it.
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  return { passed: numPassedTests, failed: exitCode === 0 ? failed : Math.max(failed, 1) };
}
