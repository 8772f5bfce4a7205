import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, processMemoryMiB, type SandboxLimits } from './limits.ts';
import { Meter, overConsumed, VIOLATION_CODES, violations } from './meter.ts';

const limits: SandboxLimits = {
  cpuMs: 100,
  wallMs: 200,
  memoryMiB: 10,
  outputBytes: 50,
  draftBytes: 60,
  logLines: 3,
  logBytes: 40,
  calls: 5,
  callsPerSecond: 2,
};

describe('the limits', () => {
  it('have each a code of their own, and a sentence that names the limit', () => {
    const all = Object.entries(violations).map(([, say]) => say(limits));
    expect(new Set(all.map((one) => one.message)).size).toBe(all.length);
    expect(new Set(all.map((one) => one.code))).toEqual(new Set(VIOLATION_CODES));
    expect(all.map((one) => one.message)).toEqual([
      'The plugin used more than 100 ms of processor time',
      'The plugin took longer than 200 ms',
      'The plugin used more than 10 MiB of memory',
      "The plugin's process used more than 84 MiB of memory",
      'The plugin sent out more than 50 bytes',
      'The plugin wrote more than 60 bytes into drafts',
      'The plugin wrote more than 3 log lines',
      'The plugin wrote more than 40 bytes of log lines',
      'The plugin made more than 5 calls',
      'The plugin made more than 2 calls within a second',
    ]);
  });

  it('leave half a cap of room below three times the cap of memory', () => {
    for (const memoryMiB of [128, DEFAULT_LIMITS.memoryMiB, 1024])
      expect(processMemoryMiB({ memoryMiB })).toBeLessThanOrEqual(memoryMiB * 2.5);
  });
});

describe('a meter', () => {
  it('lets the last allowed line and byte through, and not one more', () => {
    const lines = new Meter(limits);
    expect([1, 1, 1].map((bytes) => lines.log(bytes))).toEqual([undefined, undefined, undefined]);
    expect(lines.log(0)).toEqual(violations.logLines(limits));
    const bytes = new Meter(limits);
    expect(bytes.log(40)).toBeUndefined();
    expect(bytes.log(1)).toEqual(violations.logBytes(limits));
  });

  it('counts arguments and result together', () => {
    const meter = new Meter(limits);
    expect(meter.call(0, 'files.read', 20)).toBeUndefined();
    expect(meter.output(30)).toBeUndefined();
    expect(meter.outputBytes).toBe(50);
    expect(meter.output(1)).toEqual(violations.output(limits));
    expect(meter.calls).toBe(1);
  });

  it('counts drafts apart', () => {
    const meter = new Meter({ ...limits, callsPerSecond: 10 });
    expect(meter.call(0, 'drafts.write', 60)).toBeUndefined();
    expect(meter.call(0, 'files.read', 50)).toBeUndefined();
    expect(meter.call(0, 'drafts.write', 1)).toEqual(violations.drafts(limits));
    expect(meter.outputBytes).toBe(50);
  });

  it('says of too many calls what they are, whatever the rate', () => {
    const meter = new Meter({ ...limits, callsPerSecond: 1_000 });
    for (let call = 0; call < limits.calls; call += 1) expect(meter.call(0, 'files.read', 0)).toBeUndefined();
    expect(meter.call(0, 'files.read', 0)).toEqual(violations.calls({ ...limits, callsPerSecond: 1_000 }));
  });

  it('allows a rate in any second, not in every calendar second', () => {
    const meter = new Meter(limits);
    expect(meter.call(900, 'files.read', 0)).toBeUndefined();
    expect(meter.call(950, 'files.read', 0)).toBeUndefined();
    expect(meter.call(1_900, 'files.read', 0)).toBeUndefined();
    expect(meter.call(1_949, 'files.read', 0)).toEqual(violations.callRate(limits));
  });

  it('finds a rate that is too high exactly when some window of a second holds too many', () => {
    const calls = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 8 }), (gapsMs, callsPerSecond) => {
        const meter = new Meter({ ...limits, calls: 1_000, callsPerSecond });
        const times: number[] = [];
        for (const gapMs of gapsMs) {
          const nowMs = (times.at(-1) ?? 0) + gapMs;
          times.push(nowMs);
          const within = times.filter((timeMs) => nowMs - timeMs < 1_000).length;
          expect(meter.call(nowMs, 'files.read', 0) !== undefined).toBe(within > callsPerSecond);
        }
      }),
    );
  });

  it('knows no rate when it is infinite', () => {
    const meter = new Meter({ ...limits, calls: 100, callsPerSecond: Number.POSITIVE_INFINITY });
    for (let call = 0; call < 100; call += 1) expect(meter.call(0, 'files.read', 0)).toBeUndefined();
  });
});

describe('what was consumed', () => {
  const nothing = { cpuMs: 0, wallMs: 0, rssMiB: 0 };
  it.each([
    [{ cpuMs: 100, wallMs: 200, rssMiB: 84 }, 1, undefined],
    [{ ...nothing, cpuMs: 101 }, 1, 'sandbox_cpu'],
    [{ ...nothing, wallMs: 201 }, 1, 'sandbox_wall'],
    [{ ...nothing, rssMiB: 85 }, 1, 'sandbox_process_memory'],
    [{ cpuMs: 101, wallMs: 201, rssMiB: 85 }, 1, 'sandbox_cpu'],
    [{ cpuMs: 105, wallMs: 210, rssMiB: 88 }, 1.05, undefined],
    [{ ...nothing, cpuMs: 106 }, 1.05, 'sandbox_cpu'],
    [{ ...nothing, wallMs: 211 }, 1.05, 'sandbox_wall'],
    [{ ...nothing, rssMiB: 89 }, 1.05, 'sandbox_process_memory'],
  ])('%j with slack %d is %s', (used, slack, code) => {
    expect(overConsumed(used, limits, slack)?.code).toBe(code);
  });
});
