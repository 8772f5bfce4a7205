/**
 * `npm test [-- SUITE ...]`: checks, then every suite (or those named). The very last line is `N passed, N failed`, the
 * sum over all of them; a check that fails, or a suite that crashes, counts as a failure.
 */
import { provideSharedPlatform } from './testing/shared-platform.ts';
import { SHARED, SUITES, hasTests, runSuite, type Suite, type Tally } from './testing/suites.ts';
import { printCheck, runChecks } from './check.ts';

const STEPS = ['check', ...SUITES] as const;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !STEPS.some((step) => step === name));
if (unknown.length > 0) {
  console.error(`unknown suite ${unknown.join(', ')}; known: ${STEPS.join(', ')}`);
  process.exit(1);
}
const wanted = (step: string): boolean => asked.length === 0 || asked.includes(step);

const total: Tally = { passed: 0, failed: 0 };
let stopShared: (() => Promise<void>) | undefined;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void interrupted());

if (wanted('check')) await check();
for (const suite of SUITES) if (wanted(suite) && hasTests(suite)) await runWithPlatform(suite);
await stopShared?.();
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
if (asked.length === 1 && asked[0] === 'check') process.exitCode = total.failed === 0 ? 0 : 1;

async function check(): Promise<void> {
  console.log('\n== check');
  for (const result of await runChecks(printCheck)) if (!result.ok) total.failed += 1;
}

async function runWithPlatform(suite: Suite): Promise<void> {
  console.log(`\n== ${suite}`);
  if (SHARED.includes(suite) && stopShared === undefined) {
    try {
      stopShared = await startShared();
    } catch (error) {
      console.error(`the platform for ${suite} did not start: ${(error as Error).message}`);
      total.failed += 1;
      return;
    }
  }
  const { passed, failed } = await runSuite(suite);
  total.passed += passed;
  total.failed += failed;
}

/** One platform for all suites that share it: with functions and data only when more than the rules is to run. */
async function startShared(): Promise<() => Promise<void>> {
  const onlyRules = !SUITES.some(
    (suite) => suite !== 'rules' && SHARED.includes(suite) && wanted(suite) && hasTests(suite),
  );
  const report = (name: string, ms: number): void =>
    console.log(`  ✓ ${name.padEnd(34)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
  return provideSharedPlatform(
    onlyRules
      ? { only: ['auth', 'firestore', 'storage'], seed: false, onStep: report }
      : { seed: true, onStep: report },
  );
}

async function interrupted(): Promise<void> {
  await stopShared?.();
  process.exit(130);
}
