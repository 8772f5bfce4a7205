import { describe, expect, it } from 'vitest';
import { parseProcessUsage, readProcessUsage } from './process-usage.ts';

describe('what the system says of a process', () => {
  const status = 'Name:\tnode\nVmHWM:\t  102400 kB\nVmRSS:\t    1024 kB\n';

  it('is read behind a name that may hold anything', () => {
    const stat = `17 (a) S (b c) S ${Array.from({ length: 40 }, (_, index) => index).join(' ')}`;
    expect(parseProcessUsage(stat, status)).toEqual({ cpuMs: (10 + 11) * 10, peakRssMiB: 100 });
  });

  it.each([
    ['17 (node) Z', status],
    [`17 (node) S ${'1 '.repeat(40)}`, 'Name:\tnode\n'],
  ])('is nothing for a process that is gone: %j', (stat, its) => {
    expect(parseProcessUsage(stat, its)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('is plausible for this process, and nothing for one that is not', () => {
    expect(readProcessUsage(process.pid)?.peakRssMiB).toBeGreaterThan(20);
    expect(readProcessUsage(2 ** 30)).toBeUndefined();
  });
});
