/**
 * Plugins that mean harm, as a table: what each tries, and how it ends. `hostile` scripts run as `npm run sandbox` runs
 * them, under smaller limits; what a process used is asked of the system, not of the sandbox.
 */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '@countersign/domain/errors';
import { ALLOWED_GLOBALS, ALLOWED_INTL, closeSandbox, type SandboxLimits } from './index.ts';
import { CLOCK, failure, result, run, runScript } from './testing/run.ts';

const LIMITS: Partial<SandboxLimits> = { cpuMs: 600, wallMs: 20_000, memoryMiB: 128, outputBytes: 8e6 };
/** Of what its limit is, a plugin may use so much more. */
const OVERRUN = 1.1;
const TIMES_ITS_CAP = 3;
const SAMPLE_MS = 5;

afterAll(closeSandbox);

const onLinux = process.platform === 'linux';

/** The largest resident memory of any child of this process while `running` runs, in MiB, as the system counts it. */
async function peakOfChildren<T>(running: Promise<T>): Promise<{ settled: PromiseSettledResult<T>; peakMiB: number }> {
  let peakMiB = 0;
  const look = (): void => {
    const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim().split(' ');
    for (const pid of pids.filter(Boolean)) {
      try {
        const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
        peakMiB = Math.max(peakMiB, Number(peak ?? 0) / 1024);
      } catch {
        // Gone between the two reads.
      }
    }
  };
  const timer = onLinux ? setInterval(look, SAMPLE_MS) : undefined;
  const [settled] = await Promise.allSettled([running]);
  clearInterval(timer);
  return { settled, peakMiB };
}

/** Processor time of all children that have ended, in ms (proc(5): cutime and cstime, in hundredths of a second). */
function cpuOfEndedChildrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

describe('a plugin that takes time', () => {
  it.each([
    ['loops', 'for (;;) {}'],
    ['loops asynchronously', '(async () => { for (;;) await null })()'],
    ['loops in a generator', 'function* g() { for (;;) yield 1 } for (const x of g());'],
    [
      'loops in an asynchronous generator',
      '(async () => { for await (const x of (async function* () { for (;;) yield 1 })()); })()',
    ],
    ['matches a catastrophic pattern', '/^(a+)+$/.test("a".repeat(60) + "b")'],
    ['sorts with a comparator that never ends', '[3, 2, 1].sort(() => { for (;;); })'],
    ['gives a promise that is its own follower', 'const t = { then(resolve) { resolve(t) } }; t'],
    ['gives a getter for then', '({ get then() { for (;;); } })'],
    ['gives a result that loops in toJSON', '({ toJSON() { for (;;); } })'],
    ['gives a proxy that loops when it is read', 'new Proxy({}, { ownKeys() { for (;;); } })'],
    ['throws an error that loops when it is read', 'throw { get message() { for (;;); } }'],
    ['loops in prepareStackTrace', 'Error.prepareStackTrace = () => { for (;;); }; null.x'],
    ['logs what loops when it is read', 'countersign.log("info", { toString() { for (;;); } })'],
    ['calls with what loops when it is read', 'countersign.call("files.read", { toJSON() { for (;;); } })'],
    ['compiles for ever', 'for (let i = 0; ; i++) new Function("return " + i)()'],
    ['raises a power tower', 'let x = 3n; for (;;) { x = x ** 3n; if (x > 1n << 100000n) x = 3n }'],
  ])('%s: sandbox_cpu', async (_name, code) => {
    const error = await failure(runScript(code, { limits: LIMITS }));
    expect(error).toMatchObject({ code: 'sandbox_cpu' });
  });

  it.runIf(onLinux)('has its limit and at most a tenth more, by the count of the system', async () => {
    const cpuOf = async (running: Promise<unknown>): Promise<number> => {
      const before = cpuOfEndedChildrenMs();
      await running;
      await closeSandbox();
      return cpuOfEndedChildrenMs() - before;
    };
    const startMs = await cpuOf(runScript('1'));
    const cpuMs = 2_000;
    for (const code of ['for (;;) {}', '(async () => { for (;;) await null })()', 'for (;;) [{}].map((x) => [x])']) {
      const usedMs = await cpuOf(failure(runScript(code, { limits: { cpuMs } })));
      expect(usedMs).toBeGreaterThan(cpuMs * 0.9);
      expect(usedMs - startMs).toBeLessThan(cpuMs * OVERRUN);
    }
  });

  it('is measured by the processor, not by the clock: waiting costs nothing', async () => {
    const handlers = { 'files.read': () => new Promise((resolve) => setTimeout(() => resolve(1), 500)) };
    expect(await result('return countersign.call("files.read", {})', { handlers, limits: { cpuMs: 400 } })).toBe(1);
  });

  it.each([
    ['a call that is never answered', 'return countersign.call("files.read", {})'],
    ['many of them', 'return Promise.race([1, 2, 3].map(() => countersign.call("files.read", {})))'],
  ])('waits for %s: sandbox_wall, at most a tenth late', async (_name, body) => {
    let calledAtMs = 0;
    const handlers = {
      'files.read': () => {
        calledAtMs ||= performance.now();
        return new Promise<never>(() => undefined);
      },
    };
    const wallMs = 2_000;
    expect(await failure(run(body, { handlers, limits: { wallMs } }))).toMatchObject({ code: 'sandbox_wall' });
    expect(performance.now() - calledAtMs).toBeLessThan(wallMs * OVERRUN);
  });

  it.each([
    ['loops on after its result', '(async () => { for (;;) await null })(); "done"'],
    [
      'queues microtasks after its result',
      'Promise.resolve().then(function f() { return Promise.resolve().then(f) }); "done"',
    ],
  ])('%s: it has its result or its error, and its process ends', async (_name, code) => {
    const before = performance.now();
    const [settled] = await Promise.allSettled([runScript(code, { limits: LIMITS })]);
    if (settled.status === 'fulfilled') expect(settled.value.result).toBe('done');
    else expect((settled.reason as AppError).code).toBe('sandbox_cpu');
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe('a plugin that takes memory', () => {
  const ISOLATE = ['sandbox_memory'];
  const EITHER = ['sandbox_memory', 'sandbox_process_memory'];
  it.each([
    ['arrays', 'const all = []; for (;;) all.push(new Array(1e5).fill(1.5))', EITHER],
    ['large arrays', 'const all = []; for (;;) all.push(new Array(5e6).fill(1.5))', EITHER],
    ['an array that grows', 'const all = []; for (let i = 0; ; i++) all[i] = i', EITHER],
    [
      'strings',
      'let all = "x"; const kept = []; for (;;) { kept.push(all + kept.length); all += all.slice(0, 1e6) + kept.length }',
      EITHER,
    ],
    ['padded strings', 'const kept = []; for (;;) kept.push("".padEnd(3e7, "ab" + kept.length))', EITHER],
    [
      'joined strings',
      'const part = Array(1e4).fill("y".repeat(1e4)); const kept = []; for (;;) kept.push(part.join(kept.length))',
      EITHER,
    ],
    ['a string as an array', '"x".repeat(2 ** 29 - 30).split("").length', EITHER],
    ['normalized strings', '"\\ufdfa".repeat(1e7).normalize("NFKD").length', EITHER],
    ['typed arrays', 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))', ISOLATE],
    ['one large typed array', 'new Uint8Array(1e9).length', ISOLATE],
    ['buffers moved', 'const all = []; for (;;) all.push(new ArrayBuffer(1e6).transfer(2e7))', ISOLATE],
    [
      'buffers made with a maximum',
      'const all = []; for (;;) { const b = new ArrayBuffer(4e7, { maxByteLength: 4e7 }); new Uint8Array(b).fill(1); all.push(b) }',
      ISOLATE,
    ],
    [
      "buffers by another's constructor",
      'const Buffer = new Uint8Array(1).buffer.constructor; const all = []; for (;;) { const b = Reflect.construct(Buffer, [4e7, { maxByteLength: 4e7 }], ArrayBuffer); new Uint8Array(b).fill(1); all.push(b) }',
      ISOLATE,
    ],
    [
      'buffers by a class',
      'class Mine extends ArrayBuffer {} const all = []; for (;;) { const b = new Mine(4e7, { maxByteLength: 4e7 }); new Uint8Array(b).fill(1); all.push(b) }',
      ISOLATE,
    ],
    ['big integers', 'let x = 1n << (1n << 28n); const kept = []; for (;;) kept.push(x + BigInt(kept.length))', EITHER],
    ['nested JSON', 'JSON.parse("[".repeat(2e7))', EITHER],
    ['wide JSON', 'JSON.parse("[" + "{},".repeat(1e7) + "{}]").length', EITHER],
    ['promises that wait', '(async () => { const kept = []; for (;;) kept.push(new Promise(() => {})) })()', EITHER],
    [
      'closures',
      'let f = () => 1; for (;;) { const g = f; const b = new Array(1000).fill(0); f = () => g() + b[0] }',
      EITHER,
    ],
    ['collators, outside of the heap', 'const kept = []; for (;;) kept.push(new Intl.Collator("sv"))', EITHER],
    [
      'segments, outside of the heap',
      'const kept = []; const s = new Intl.Segmenter("en"); for (;;) kept.push(s.segment("x".repeat(1e6)))',
      EITHER,
    ],
    [
      'a result that grows as it is written',
      '({ toJSON() { const kept = []; for (;;) kept.push("x".repeat(1e6) + kept.length) } })',
      EITHER,
    ],
    [
      'an array that grows as it is sorted',
      'const all = Array.from({ length: 1e5 }, (_, i) => i); for (;;) all.sort(() => { all.push(1, 2, 3); return 1 })',
      EITHER,
    ],
  ])('%s without end: ends, below three times its cap', async (_name, code, codes) => {
    const { settled, peakMiB } = await peakOfChildren(runScript(code, { limits: { ...LIMITS, cpuMs: 20_000 } }));
    expect(settled.status).toBe('rejected');
    const error = (settled as PromiseRejectedResult).reason as AppError;
    expect(codes).toContain(error.code);
    expect(peakMiB).toBeLessThan((LIMITS.memoryMiB ?? 0) * TIMES_ITS_CAP);
  });

  it('has no buffer that grows in place', async () => {
    const body =
      'return [typeof ArrayBuffer.prototype.resize, new ArrayBuffer(8, { maxByteLength: 16 }).resizable, new ArrayBuffer(8).slice(0, 4).byteLength, new Uint8Array([1]).buffer instanceof ArrayBuffer, ArrayBuffer.isView(new DataView(new ArrayBuffer(1))), ArrayBuffer.name]';
    expect(await result(body)).toEqual(['undefined', false, 4, true, true, 'ArrayBuffer']);
  });

  it.each([
    ['a function that calls itself', 'const f = () => f(); f()'],
    ['brackets', 'eval("(".repeat(5e6))'],
    ['a nested pattern', 'new RegExp("(".repeat(1e6) + ")".repeat(1e6))'],
    ['a nested result', 'let deep = 0; for (let i = 0; i < 1e5; i++) deep = [deep]; deep'],
    ['a chain of proxies', 'let p = {}; for (let i = 0; i < 1e6; i++) p = new Proxy(p, {}); p.x'],
    ['a toString that calls itself', 'const o = { toString() { return `${this}` } }; `${o}`'],
  ])('runs out of stack by %s: its own error, not a crash', async (_name, code) => {
    const error = await failure(runScript(code, { limits: { ...LIMITS, cpuMs: 20_000 } }));
    expect(error).toMatchObject({ code: 'plugin_error', message: expect.stringMatching(/RangeError|SyntaxError/) });
  });
});

describe('a plugin that says too much', () => {
  it.each([
    ['a result too long', '"x".repeat(9e6)', 'sandbox_output'],
    ['a result too long in bytes', '"\\u20ac".repeat(3e6)', 'sandbox_output'],
    ['a result that escapes to more', '"\\u0001".repeat(2e6)', 'sandbox_output'],
    ['a result with millions of values', 'Array(2.5e6).fill({})', 'sandbox_output'],
    [
      'a result with hundreds of levels',
      'let deep = 0; for (let i = 0; i < 300; i++) deep = [deep]; deep',
      'sandbox_output',
    ],
    ['log lines', 'for (;;) try { countersign.log("info", "x") } catch {}', 'sandbox_logs'],
    ['long log lines', 'for (;;) try { countersign.log("info", "\\u20ac".repeat(2e3)) } catch {}', 'sandbox_logs'],
    [
      'calls at once',
      'for (;;) try { countersign.call("files.read", {}).catch(() => 0) } catch {}',
      'sandbox_call_rate',
    ],
    [
      'calls with long arguments',
      'for (;;) try { countersign.call("files.read", "x".repeat(1e6)).catch(() => 0) } catch {}',
      'sandbox_output',
    ],
    [
      'arguments with hundreds of levels',
      'let deep = 0; for (let i = 0; i < 300; i++) deep = [deep]; countersign.call("files.read", deep)',
      'sandbox_output',
    ],
    [
      'an error with long issues',
      'throw { name: "InputError", message: "m", issues: [Array(1e6).fill("x".repeat(50))] }',
      'plugin_error',
    ],
    [
      'an error with nested issues',
      'let deep = 0; for (let i = 0; i < 300; i++) deep = [deep]; throw { name: "InputError", message: "m", issues: [deep] }',
      'plugin_error',
    ],
    ['an error with a long message', 'throw new Error("x".repeat(1e8))', 'plugin_error'],
  ])('%s: %s', async (_name, code, expected) => {
    const handlers = { 'files.read': async () => 1 };
    const error = await failure(runScript(code, { handlers, limits: { ...LIMITS, cpuMs: 10_000 } }));
    expect(error.code).toBe(expected);
    expect(error.message.length).toBeLessThan(3_000);
  });
});

describe('a plugin that looks for the host', () => {
  const handlers = {
    'files.read': async (args: unknown) => {
      if ((args as { fail?: boolean }).fail) throw new AppError('unavailable', 'no');
      return { a: [1], b: { c: 'd' } };
    },
  };

  it('has the globals of the list, and no other', async () => {
    const body = 'return [Reflect.ownKeys(globalThis).map(String), Reflect.ownKeys(Intl).map(String)]';
    const [globals, intl] = (await result(body)) as [string[], string[]];
    expect(globals.toSorted()).toEqual([...ALLOWED_GLOBALS, 'countersign'].toSorted());
    expect(intl.toSorted()).toEqual([...ALLOWED_INTL, 'Symbol(Symbol.toStringTag)'].toSorted());
  });

  it('reaches no object of another realm: all that it can walk to ends at its own prototypes', async () => {
    const body = `
      const errors = [];
      const keep = async (act) => { try { await act() } catch (error) { errors.push(error) } };
      await keep(() => countersign.call('files.read', { fail: true }));
      await keep(() => countersign.call('files.read', { toJSON() { throw 1 } }));
      await keep(() => countersign.call({ toString: null, valueOf: null }, {}));
      await keep(() => countersign.call('files.read', 1n));
      await keep(() => countersign.log('info', Symbol()));
      await keep(() => countersign.log('info', { toString: null, valueOf: null }));
      await keep(() => countersign.register(() => 0));
      await keep(() => { const cyclic = {}; cyclic.self = cyclic; return countersign.call('files.read', cyclic) });
      const deep = () => { try { countersign.log('debug', 'x') } catch (error) { errors.push(error) } deep() };
      await keep(deep);
      const deepCall = () => { try { countersign.call('files.read', {}).catch(() => 0) } catch (error) { errors.push(error) } deepCall() };
      await keep(deepCall);
      const answer = await countersign.call('files.read', {});
      const foreign = [];
      const seen = new Set();
      const walk = (value, path) => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value) || path.length > 12) return;
        seen.add(value);
        let top = value;
        for (let next = top; next !== null; next = Object.getPrototypeOf(next)) top = next;
        if (top !== Object.prototype && Object.getPrototypeOf(value) !== null) foreign.push(path.join('.'));
        if (typeof value === 'function' && !(value instanceof Function) && value !== Function.prototype) foreign.push(path.join('.'));
        walk(Object.getPrototypeOf(value), [...path, '__proto__']);
        for (const key of Reflect.ownKeys(value)) {
          const at = Object.getOwnPropertyDescriptor(value, key);
          for (const part of ['value', 'get', 'set']) walk(at[part], [...path, String(key)]);
        }
      };
      walk({ globalThis, countersign, input, entry, answer, errors, promise: countersign.call('files.read', {}) }, []);
      return { foreign, walked: seen.size, errors: errors.length, names: [...new Set(errors.map((error) => error?.constructor?.name))], own: errors.every((error) => typeof error !== 'object' || error instanceof Error) };`;
    const limits = { logLines: 1e6, logBytes: 1e8, calls: 1e6, callsPerSecond: 1e6 };
    const seen = (await result(body, { handlers, input: { a: [{}] }, limits })) as Record<string, unknown>;
    expect(seen).toMatchObject({ foreign: [], own: true });
    expect(seen['walked']).toBeGreaterThan(500);
    expect(seen['errors']).toBeGreaterThan(7);
  });

  const probe = JSON.stringify(
    'return [typeof process, typeof require, typeof fetch, typeof setTimeout, typeof Buffer].join()',
  );
  const asynchronous = (kind: string): string => `Object.getPrototypeOf(${kind}).constructor`;
  const WAYS: readonly (readonly [way: string, body: string])[] = [
    ["a function's constructor", `return Function(${probe})()`],
    ["the callback's constructor", `return countersign.call.constructor(${probe})()`],
    ["the log's constructor", `return countersign.log.constructor.constructor(${probe})()`],
    [
      "an answer's constructor",
      `const a = await countersign.call("files.read", {}); return a.b.constructor.constructor(${probe})()`,
    ],
    [
      "an error's constructor",
      `try { await countersign.call("files.read", { fail: true }) } catch (e) { return e.constructor.constructor(${probe})() }`,
    ],
    ["a promise's constructor", `return countersign.call("files.read", {}).constructor.constructor(${probe})()`],
    ["the input's constructor", `return input.constructor.constructor(${probe})()`],
    ["the global's constructor", `return globalThis.constructor.constructor(${probe})()`],
    ["an asynchronous function's constructor", `return ${asynchronous('async () => {}')}(${probe})()`],
    ["a generator's constructor", `return ${asynchronous('function* () {}')}(${probe})().next().value`],
    [
      "an asynchronous generator's constructor",
      `return (await ${asynchronous('async function* () {}')}(${probe})().next()).value`,
    ],
    ['indirect eval', `return (0, eval)("(() => {" + ${probe} + "})()")`],
    ['this of sloppy code', `return Function(${probe}).call(null)`],
    ['Reflect.construct with a class', `return Reflect.construct(Function, [${probe}], class {})()`],
    [
      'a stack frame',
      `let f; Error.prepareStackTrace = (e, calls) => { f = calls.map((c) => c.getFunction()).find((x) => x); return "" }; try { countersign.log("info", { toString() { void new Error().stack; return "x" } }) } catch {} return (f ?? Function).constructor(${probe})()`,
    ],
  ];

  it('has no Node by any of the ways to make a function', async () => {
    const body = `const found = {}; ${WAYS.map(([way, code]) => `found[${JSON.stringify(way)}] = await (async () => { ${code} })();`).join('\n')} return found`;
    const nothing = 'undefined,undefined,undefined,undefined,undefined';
    expect(await result(body, { handlers })).toEqual(Object.fromEntries(WAYS.map(([way]) => [way, nothing])));
  });

  const IMPORTS: readonly (readonly [what: string, code: string])[] = [
    ['a module by name', 'import("node:fs")'],
    ['a module by address', 'import("data:text/javascript,export default 1")'],
    ['a module from dynamic code', 'Function("return import(\'node:net\')")()'],
    [
      'a module in an asynchronous function',
      'Object.getPrototypeOf(async () => {}).constructor("return import(\'node:fs\')")()',
    ],
  ];

  it('can not import, in any way', async () => {
    const tries = IMPORTS.map(([, code]) => `${code}.then(() => 'imported', () => 'refused')`);
    const { result: ends } = await runScript(`Promise.all([${tries.join(', ')}])`);
    expect(ends).toEqual(IMPORTS.map(() => 'refused'));
  });

  it.each(['import.meta.url', 'import "node:fs"', 'new.target', 'await 1'])('is not a module: %s', async (code) => {
    expect(await failure(runScript(code))).toMatchObject({
      code: 'plugin_error',
      message: expect.stringContaining('SyntaxError'),
    });
  });

  it('finds nothing that another run left', async () => {
    await runScript('globalThis.left = Object.prototype.left = Array.left = "left"; Symbol.for("left")');
    expect((await runScript('[globalThis.left, ({}).left, Array.left, Object.keys(globalThis)]')).result).toEqual([
      null,
      null,
      null,
      [],
    ]);
  });
});

describe('a plugin that looks for a clock', () => {
  const CLOCKS: readonly (readonly [where: string, code: string, found: unknown])[] = [
    [
      'Date',
      'const a = Date.now(), b = +new Date(), c = Date.parse(Date()); for (let i = 0; i < 1e7; i++); [Date.now() - a, new Date() - b, Date.parse(Date()) - c]',
      [0, 0, 0],
    ],
    ['the constructor of a date', 'new (new Date(0).constructor)().toISOString()', CLOCK.now],
    [
      'the species and class of a date',
      '[new (class extends Date {})().toISOString(), Reflect.construct(Date, [], Object).getTime?.() ?? "none"]',
      [CLOCK.now, 'none'],
    ],
    [
      'performance and timers',
      '[typeof performance, typeof setTimeout, typeof setInterval, typeof setImmediate, typeof queueMicrotask, typeof requestAnimationFrame]',
      Array(6).fill('undefined'),
    ],
    ['Intl', '[typeof Intl.DateTimeFormat, typeof Intl.v8BreakIterator]', ['undefined', 'undefined']],
    [
      'Temporal, shared memory, WebAssembly',
      '[typeof Temporal, typeof SharedArrayBuffer, typeof Atomics, typeof WebAssembly]',
      Array(4).fill('undefined'),
    ],
    ['the collector', '[typeof WeakRef, typeof FinalizationRegistry, typeof gc]', Array(3).fill('undefined')],
    ['toLocaleString without a date', 'new Date(NaN).toLocaleString()', 'Invalid Date'],
    ['asynchronous iteration', 'typeof Array.fromAsync', 'function'],
  ];

  it('finds none where one could be', async () => {
    const code = `({${CLOCKS.map(([where, one]) => `${JSON.stringify(where)}: eval(${JSON.stringify(one)})`).join(', ')}})`;
    expect((await runScript(code)).result).toEqual(
      Object.fromEntries(CLOCKS.map(([where, , found]) => [where, found])),
    );
  });

  it('finds none in the order of answers: they come in the order of the calls', async () => {
    const order: number[] = [];
    const handlers = {
      'files.read': async (args: unknown) => {
        const { n } = args as { n: number };
        await new Promise((resolve) => setTimeout(resolve, 200 - n * 40));
        order.push(n);
        return n;
      },
    };
    const body =
      'const seen = []; await Promise.all([0, 1, 2, 3].map((n) => countersign.call("files.read", { n }).then((m) => seen.push(m)))); return seen';
    expect(await result(body, { handlers })).toEqual([0, 1, 2, 3]);
    expect(order).toEqual([3, 2, 1, 0]);
  });

  it("finds neither the host's time zone nor its language", async () => {
    const body =
      'return [new Date(2026, 6, 1).toString(), new Date(0).toLocaleString(), (1234.5).toLocaleString(), new Intl.NumberFormat().resolvedOptions().locale, new Date(0).getTimezoneOffset()]';
    const before = { TZ: process.env['TZ'], LANG: process.env['LANG'], LC_ALL: process.env['LC_ALL'] };
    Object.assign(process.env, { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' });
    try {
      expect(await result(body)).toEqual([
        'Wed Jul 01 2026 00:00:00 GMT+0000 (Coordinated Universal Time)',
        '1/1/1970, 12:00:00 AM',
        '1,234.5',
        'en-US',
        0,
      ]);
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
