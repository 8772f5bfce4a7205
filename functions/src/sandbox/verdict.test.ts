import { describe, expect, it } from 'vitest';
import { AppError } from '@countersign/domain/errors';
import { DEFAULT_LIMITS } from './limits.ts';
import { explainDeath, thrownError } from './verdict.ts';

const used = { cpuMs: 5, wallMs: 5, rssMiB: 90 };
const usage = { ...used, calls: 0, outputBytes: 0 };

describe('a process that died without a word', () => {
  it.each([
    ['', used, undefined],
    ['Segmentation fault', used, undefined],
    ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', used, 'sandbox_memory'],
    ['# Fatal JavaScript invalid size error 536870882 (see crbug.com/1201626)', used, 'sandbox_memory'],
    ['# Fatal process out of memory: Zone', used, 'sandbox_memory'],
    ['', { ...used, cpuMs: 10_001 }, 'sandbox_cpu'],
    ['', { ...used, wallMs: 60_001 }, 'sandbox_wall'],
    ['', { ...used, rssMiB: 577 }, 'sandbox_process_memory'],
    ['out of memory', { ...used, rssMiB: 577 }, 'sandbox_process_memory'],
  ])('and left %j after %j', (words, consumed, code) => {
    expect(explainDeath(words, consumed, DEFAULT_LIMITS)?.code).toBe(code);
  });
});

describe('what a plugin threw', () => {
  const thrown = { name: 'Error', message: 'no', stack: ['at plugin:bundle:1:1'] };
  const own = new AppError('unavailable', 'down');

  it.each([
    ['an error', thrown, { code: 'plugin_error', message: 'no', details: { stack: thrown.stack, usage } }],
    ['an error with a name', { ...thrown, name: 'TypeError' }, { code: 'plugin_error', message: 'TypeError: no' }],
    [
      'refused input',
      { ...thrown, issues: [1] },
      { code: 'input_error', message: 'no', details: { issues: [1], usage } },
    ],
    ["a call's refusal", { ...thrown, call: 7 }, { code: 'unavailable', message: 'down' }],
    ['a call that nobody refused', { ...thrown, call: 8 }, { code: 'plugin_error', message: 'no' }],
  ])('%s', (_name, error, expected) => {
    expect(thrownError(error, usage, new Map([[7, own]]))).toMatchObject(expected);
  });
});
