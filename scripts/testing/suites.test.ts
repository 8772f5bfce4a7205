import { describe, expect, test } from 'vitest';
import { tally } from './suites.ts';

const report = (passed: number, failed: number, files: { status: string; tests: string[] }[]): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((name) => ({ status: name })),
    })),
  });

describe('tally', () => {
  test.each([
    ['all passed', report(2, 0, [{ status: 'passed', tests: ['passed', 'passed'] }]), 0, { passed: 2, failed: 0 }],
    ['one failed', report(1, 1, [{ status: 'failed', tests: ['passed', 'failed'] }]), 1, { passed: 1, failed: 1 }],
    ['a file did not load', report(0, 0, [{ status: 'failed', tests: [] }]), 1, { passed: 0, failed: 1 }],
    [
      'a hook failed after its tests',
      report(2, 0, [{ status: 'failed', tests: ['passed'] }]),
      1,
      { passed: 2, failed: 1 },
    ],
    ['no test failed, but the run did', report(3, 0, [{ status: 'passed', tests: [] }]), 1, { passed: 3, failed: 1 }],
    ['it was killed', undefined, null, { passed: 0, failed: 1 }],
  ])('%s', (_, text, code, expected) => {
    expect(tally(text, code)).toEqual(expected);
  });
});
