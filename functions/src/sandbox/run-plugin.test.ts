import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { closeSandbox, FORBIDDEN, runPlugin, warmedUp, warmSandbox } from './index.ts';
import { CLOCK, failure, result, run, runCode } from './testing/run.ts';

afterAll(closeSandbox);

/** The children of this process that are sandboxes. */
const pids = (): string[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('sandbox/child.ts'))
    .map((line) => line.trim().split(' ')[0] as string);

describe('a run', () => {
  it('takes JSON in and gives JSON out', async () => {
    expect(
      await result('return { entry, twice: [input.a, input.a] }', { input: { a: { b: [1, 'x', null] } } }),
    ).toEqual({ entry: 'execute', twice: [{ b: [1, 'x', null] }, { b: [1, 'x', null] }] });
  });

  it('says what it used', async () => {
    const { usage } = await run('let n = 0; for (let i = 0; i < 3e7; i++) n += i; return n');
    expect(usage.cpuMs).toBeGreaterThan(5);
    expect(usage.rssMiB).toBeGreaterThan(20);
    expect(usage.wallMs).toBeGreaterThan(0);
  });

  it('calls the host by name, and gets its answers', async () => {
    const seen: unknown[] = [];
    const handlers = {
      'files.read': async (args: unknown) => {
        seen.push(args);
        return { text: 'a,b' };
      },
    };
    const { result: read, usage } = await run(
      'return (await Promise.all([1, 2].map((n) => countersign.call("files.read", { n })))).map((f) => f.text)',
      { handlers },
    );
    expect(read).toEqual(['a,b', 'a,b']);
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
    expect(usage.calls).toBe(2);
  });

  it('hands on what it logs, long lines cut', async () => {
    const lines: { level: string; message: string }[] = [];
    await run(
      'countersign.log("info", "hello"); countersign.log("warn", "x".repeat(5000)); countersign.log("error", { toString: () => "odd" })',
      { onLog: (line) => lines.push(line) },
    );
    expect(lines.map(({ level, message }) => [level, message.length])).toEqual([
      ['info', 5],
      ['warn', 2000],
      ['error', 3],
    ]);
  });

  it('takes a level that it does not know for information', async () => {
    const levels: string[] = [];
    await run(
      'for (const level of ["fatal", { a: 1 }, "x".repeat(1e6), undefined, "warn"]) countersign.log(level, "m")',
      {
        onLog: (line) => levels.push(line.level),
      },
    );
    expect(levels).toEqual(['info', 'info', 'info', 'info', 'warn']);
  });

  it('uses a child that was started ahead, once', async () => {
    warmSandbox();
    await warmedUp();
    const [isThere] = pids();
    expect(await result('return 1')).toBe(1);
    expect(pids()).not.toContain(isThere);
    expect(await result('return globalThis.left ?? (globalThis.left = 2)')).toBe(2);
    expect(await result('return globalThis.left ?? 3')).toBe(3);
  });

  it('refuses code that is not what its hash stands for', async () => {
    expect(
      await failure(
        runPlugin({
          code: '1',
          codeHash: sha256Hex('2'),
          entry: 'execute',
          input: {},
          clock: CLOCK,
          capabilities: [],
          handlers: {},
          onLog: () => undefined,
        }),
      ),
    ).toMatchObject({ code: 'drift' });
  });
});

describe('errors', () => {
  it("a plugin's own error has its message and its own lines of the stack, nothing of the host", async () => {
    const error = await failure(
      runCode('function inner() { throw new TypeError("not like this"); }\ncountersign.register(async () => inner());'),
    );
    expect(error).toMatchObject({ code: 'plugin_error', message: 'TypeError: not like this', retryable: false });
    const stack = error.details['stack'] as string[];
    expect(stack[0]).toBe('at inner (plugin:bundle:1:26)');
    expect(stack.join('\n')).not.toMatch(/sandbox|node:|\/|isolated/);
  });

  it.each([
    ['code that does not compile', 'countersign.register(', 'SyntaxError'],
    ['code that throws as it loads', 'null.x', 'TypeError'],
    ['code that registers nothing', 'var a = 1', 'registers no entry points'],
    ['a thrown string', 'countersign.register(() => { throw "just text" })', 'just text'],
    [
      'a thrown object without a form',
      'countersign.register(() => { throw { get message() { throw 1 } } })',
      'can not be read',
    ],
    ['a result without a JSON form', 'countersign.register(() => 10n)', 'BigInt'],
    ['a wait for nothing', 'countersign.register(() => new Promise(() => {}))', 'no call under way'],
  ])('%s is a plugin_error', async (_name, code, said) => {
    const error = await failure(runCode(code));
    expect(error.code).toBe('plugin_error');
    expect(error.message).toContain(said);
  });

  it('a refused input carries its issues', async () => {
    const error = await failure(
      run('throw Object.assign(new Error("file.csv, line 3: no"), { name: "InputError", issues: [{ line: 3 }] })'),
    );
    expect(error).toMatchObject({
      code: 'input_error',
      message: 'file.csv, line 3: no',
      details: { issues: [{ line: 3 }] },
    });
  });

  it("a handler's error that the plugin does not handle comes back as it was", async () => {
    const handlers = {
      'files.read': () =>
        Promise.reject(new AppError('unavailable', 'Storage is down', { retryable: true, details: { why: 1 } })),
    };
    expect(await failure(run('return countersign.call("files.read", {})', { handlers }))).toMatchObject({
      code: 'unavailable',
      retryable: true,
      details: { why: 1 },
    });
    expect(
      await result('try { await countersign.call("files.read", {}) } catch (e) { return [e.code, e.message] }', {
        handlers,
      }),
    ).toEqual(['unavailable', 'Storage is down']);
  });

  it('tells the plugin nothing of an unexpected error of the host', async () => {
    const handlers = { 'files.read': () => Promise.reject(new Error('secret path /etc')) };
    expect(
      await result('try { await countersign.call("files.read", {}) } catch (e) { return e.message }', { handlers }),
    ).toBe('The call failed');
  });
});

describe('limits', () => {
  const cpu = { limits: { cpuMs: 300 } };
  it.each([
    ['an endless loop', 'for (;;) {}'],
    ['an endless chain of promises', 'for (;;) await null'],
    ['a catastrophic pattern', '/^(a+)+$/.test("a".repeat(60) + "b")'],
    ['a getter that never ends, read while an error is described', 'throw { get message() { for (;;) {} } }'],
  ])('%s is a sandbox_cpu', async (_name, body) => {
    expect(await failure(run(body, cpu))).toMatchObject({ code: 'sandbox_cpu' });
  });

  it('an endless loop as the code loads is a sandbox_cpu', async () => {
    expect(await failure(runCode('for (;;) {}', cpu))).toMatchObject({ code: 'sandbox_cpu' });
  });

  it('a call that is not answered in time is a sandbox_wall', async () => {
    const handlers = { 'files.read': () => new Promise<never>(() => undefined) };
    const startedAt = performance.now();
    expect(
      await failure(run('return countersign.call("files.read", {})', { handlers, limits: { wallMs: 400 } })),
    ).toMatchObject({ code: 'sandbox_wall' });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  const memory = { limits: { memoryMiB: 64 } };
  it.each([
    ['buffers', 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))'],
    ['one large buffer', 'return new Uint8Array(1e9).length'],
  ])('%s without end are a sandbox_memory', async (_name, body) => {
    expect(await failure(run(body, memory))).toMatchObject({ code: 'sandbox_memory' });
  });

  it('too large a result is a sandbox_output', async () => {
    expect(await failure(run('return "x".repeat(2000)', { limits: { outputBytes: 1000 } }))).toMatchObject({
      code: 'sandbox_output',
    });
  });

  it('counts bytes, not characters', async () => {
    expect(await failure(run('return "\u20ac".repeat(600)', { limits: { outputBytes: 1000 } }))).toMatchObject({
      code: 'sandbox_output',
    });
  });

  it('the arguments of calls count as output', async () => {
    const handlers = { 'files.read': async () => null };
    expect(
      await failure(
        run('for (;;) await countersign.call("files.read", "x".repeat(100))', {
          handlers,
          limits: { outputBytes: 1000 },
        }),
      ),
    ).toMatchObject({ code: 'sandbox_output' });
  });

  it.each([
    ['waits for each', 'for (;;) await countersign.call("files.read", {})'],
    ['waits for none', 'for (;;) try { countersign.call("files.read", {}) } catch {}'],
  ])('too many calls are a sandbox_calls (%s)', async (_name, body) => {
    let answered = 0;
    const handlers = {
      'files.read': async () => {
        answered += 1;
        return null;
      },
    };
    expect(await failure(run(body, { handlers, limits: { calls: 20, callsPerSecond: 1_000 } }))).toMatchObject({
      code: 'sandbox_calls',
    });
    expect(answered).toBeLessThanOrEqual(20);
  });

  it('too many calls within a second are a sandbox_call_rate', async () => {
    let answered = 0;
    const handlers = {
      'files.read': async () => {
        answered += 1;
        return null;
      },
    };
    const body = 'for (;;) await countersign.call("files.read", {})';
    expect(await failure(run(body, { handlers, limits: { callsPerSecond: 20 } }))).toMatchObject({
      code: 'sandbox_call_rate',
    });
    expect(answered).toBeLessThanOrEqual(20);
  });

  it('as many calls as a second may hold, second after second, are in order', async () => {
    const handlers = { 'files.read': async () => new Promise((resolve) => setTimeout(resolve, 110)) };
    const body = 'let n = 0; while (n < 30) { await countersign.call("files.read", {}); n += 1 } return n';
    expect(await result(body, { handlers, limits: { callsPerSecond: 10 } })).toBe(30);
  });

  it('log lines that are too long together are a sandbox_logs', async () => {
    let bytes = 0;
    const onLog = (line: { message: string }): void => {
      bytes += Buffer.byteLength(line.message);
    };
    const body = 'for (;;) try { countersign.log("info", "\u20ac".repeat(100)) } catch {}';
    expect(await failure(run(body, { onLog, limits: { logBytes: 10_000 } }))).toMatchObject({
      code: 'sandbox_logs',
      message: 'The plugin wrote more than 10000 bytes of log lines',
    });
    expect(bytes).toBeLessThanOrEqual(10_000);
  });

  it('a flood of log lines is a sandbox_logs, and none above the limit arrives', async () => {
    let lines = 0;
    expect(
      await failure(
        run('for (;;) try { countersign.log("info", "x") } catch {}', {
          onLog: () => {
            lines += 1;
          },
          limits: { logLines: 30 },
        }),
      ),
    ).toMatchObject({ code: 'sandbox_logs' });
    expect(lines).toBeLessThanOrEqual(30);
  });
});

describe('capabilities', () => {
  const handlers = { 'files.read': async () => 1, 'stripe.balances': async () => 2, 'claims.lookup': async () => 3 };

  it.each(['stripe.balances', 'claims.lookup', 'files.write', 'eval', '__proto__', 'constructor', ''])(
    'a call of "%s", which the manifest does not name, ends the run',
    async (method) => {
      expect(
        await failure(
          run(`try { await countersign.call(${JSON.stringify(method)}, {}) } catch {} return "went on"`, { handlers }),
        ),
      ).toMatchObject({ code: 'capability_denied' });
    },
  );

  it('a call that is not offered at this stage is refused to the plugin, which may go on', async () => {
    expect(await result('try { await countersign.call("files.read", {}) } catch (e) { return e.code }')).toBe(
      'capability_denied',
    );
  });
});

describe('what an isolate has', () => {
  it('knows nothing of its host', async () => {
    const names = [
      'process',
      'require',
      'module',
      'global',
      'Buffer',
      'fetch',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'performance',
      'navigator',
      'self',
      'window',
      'crypto',
      'structuredClone',
      'ivm',
      'gc',
      '$0',
      'URL',
      'TextDecoder',
    ];
    expect(await result(`return ${JSON.stringify(names)}.filter((name) => name in globalThis)`)).toEqual([]);
  });

  it('lacks what the policy forbids', async () => {
    const paths = FORBIDDEN.map((one) => one.name);
    expect(
      await result(
        'return input.filter((path) => path.split(".").reduce((at, name) => at?.[name], globalThis) !== undefined)',
        { input: paths },
      ),
    ).toEqual([]);
  });

  it('has one global more than JavaScript, and can not change it', async () => {
    const body =
      '"use strict"; const refused = []; for (const act of [() => { globalThis.countersign = 1 }, () => { countersign.call = 1 }, () => { delete globalThis.countersign }]) { try { act() } catch (e) { refused.push(e.name) } } return [refused, Object.keys(countersign)]';
    expect(await result(body)).toEqual([
      ['TypeError', 'TypeError', 'TypeError'],
      ['register', 'call', 'log', 'now'],
    ]);
  });

  it.each([
    ['the constructor of a host function', 'return countersign.call.constructor("return typeof process")()'],
    [
      'the constructor of an answer',
      'const a = await countersign.call("files.read", {}); return a.constructor.constructor("return typeof process")()',
    ],
    ['the constructor of the input', 'return input.constructor.constructor("return typeof process")()'],
    [
      'the constructor of an error from the host',
      'try { await countersign.call("files.read", { fail: true }) } catch (e) { return e.constructor.constructor("return typeof process")() }',
    ],
    [
      "an async function's constructor",
      'return Object.getPrototypeOf(async () => {}).constructor("return typeof process")()',
    ],
    ['indirect eval', 'return (0, eval)("typeof process")'],
    ['the caller of a function', 'try { return typeof countersign.call.caller } catch (e) { return "undefined" }'],
    ['this of a function', 'return (function () { return typeof this.process })()'],
    ['import', 'try { await import("node:fs"); return "imported" } catch { return "undefined" }'],
  ])('nothing is reached by %s', async (_name, body) => {
    const handlers = {
      'files.read': async (args: unknown) => {
        if ((args as { fail?: boolean }).fail) throw new AppError('unavailable', 'no');
        return { a: 1 };
      },
    };
    expect(await result(body, { handlers })).toBe('undefined');
  });

  it('shows no Reference or other handle of isolated-vm, and no frame of the sandbox to prepareStackTrace', async () => {
    const body = `
      let frames = [];
      Error.prepareStackTrace = (error, calls) => { frames = calls.filter((call) => call.getFileName() !== "plugin:bundle").map((call) => [typeof call.getThis(), typeof call.getFunction()]); return ""; };
      try { countersign.log({ toString() { throw new Error("x") } }, { toString() { void new Error("y").stack; return "z" } }) } catch (e) { void e.stack }
      const seen = [countersign.call, countersign.log, countersign.register].map((f) => Object.getOwnPropertyNames(f).concat(f.constructor.name).join());
      return { seen, frames, handles: frames.filter(([self, fn]) => self === "object" || fn === "function").length };`;
    const { seen, handles, frames } = (await result(body)) as { seen: string[]; handles: number; frames: unknown[] };
    expect(frames.length).toBeGreaterThan(0);
    expect(seen.every((one) => one.endsWith('Function'))).toBe(true);
    expect(handles).toBe(0);
  });

  it('a plugin that changes its own prototypes changes nothing in the host', async () => {
    const body = `
      Object.prototype.polluted = 1; Array.prototype.toJSON = () => "mine"; Object.prototype.then = undefined;
      JSON.stringify = () => "stolen"; JSON.parse = () => "stolen"; Promise.prototype.then = () => "stolen"; Map.prototype.get = () => null;
      String.prototype.slice = () => "stolen";
      const answer = await countersign.call("files.read", { a: 1 });
      return JSON.stringify === undefined ? 0 : { answer, own: Object.keys(answer), __proto__: { x: 1 }, ["__proto__"]: { evil: 1 } };`;
    const { result: got } = await run(body, { handlers: { 'files.read': async (args) => ({ got: args }) } });
    expect(got).toMatchObject({ answer: { got: { a: 1 } } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined();
    expect(Object.hasOwn(got as object, '__proto__')).toBe(false);
  });

  it('an argument named __proto__ does not reach the host', async () => {
    let seen: unknown;
    await run('await countersign.call("files.read", JSON.parse(\'{"__proto__":{"admin":true},"a":1}\'))', {
      handlers: {
        'files.read': async (args) => {
          seen = args;
          return null;
        },
      },
    });
    expect(seen).toEqual({ a: 1 });
    expect((seen as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('time and chance', () => {
  it("every way to ask for now gives the execution's own", async () => {
    const body =
      'return [new Date().toISOString(), new Date(Date.now()).toISOString(), countersign.now, new (class extends Date {})().toISOString(), new (new Date(0).constructor)().toISOString(), Reflect.construct(Date, []).toISOString(), new Date(Date()).toISOString().slice(0, 19)]';
    expect(await result(body)).toEqual([...Array(6).fill(CLOCK.now), CLOCK.now.slice(0, 19)]);
  });

  it('Date is otherwise as usual', async () => {
    const body =
      'return [new Date(0).toISOString(), new Date(2020, 1, 2).toISOString(), Date.UTC(2020, 0), new Date("2020-01-01") instanceof Date, Date.parse("2020-01-01"), Date.length, Date.name, new Date(0).getTimezoneOffset()]';
    expect(await result(body)).toEqual([
      '1970-01-01T00:00:00.000Z',
      '2020-02-02T00:00:00.000Z',
      1577836800000,
      true,
      1577836800000,
      7,
      'Date',
      0,
    ]);
  });

  it('time stands still, so nothing can be measured', async () => {
    expect(
      await result('const a = Date.now(); let n = 0; for (let i = 0; i < 1e7; i++) n += i; return Date.now() - a'),
    ).toBe(0);
  });

  it('the same seed gives the same numbers, another seed others, all in [0, 1) and spread', async () => {
    const draw = 'return Array.from({ length: 1000 }, Math.random)';
    const first = (await result(draw)) as number[];
    expect(await result(draw)).toEqual(first);
    expect(await result(draw, { clock: { ...CLOCK, seed: 'seed-2' } })).not.toEqual(first);
    expect(first.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(first).size).toBe(1000);
    const mean = first.reduce((sum, number) => sum + number, 0) / 1000;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  });

  it('two runs give the same, byte for byte', async () => {
    const body =
      'const o = {}; for (let i = 0; i < 100; i++) o["k" + Math.floor(Math.random() * 1e6)] = new Date(Date.now() + i).toLocaleString("de-DE"); return { o, sorted: ["ä", "z", "a"].sort(new Intl.Collator("sv").compare), n: (1234.5).toLocaleString() }';
    expect(JSON.stringify(await result(body))).toBe(JSON.stringify(await result(body)));
  });
});

describe('the child', () => {
  it('that dies is a sandbox_crash, which may be tried again; other runs do not notice', async () => {
    const handlers = {
      'files.read': async () => {
        for (const pid of pids()) process.kill(Number(pid), 'SIGSEGV');
        return new Promise(() => undefined);
      },
    };
    const error = await failure(run('return countersign.call("files.read", {})', { handlers }));
    expect(error).toMatchObject({ code: 'sandbox_crash', retryable: true });
    expect(await result('return "well"')).toBe('well');
  });

  it('is gone after its run, whatever its end', async () => {
    await run('return 1');
    await failure(run('for (;;) {}', { limits: { cpuMs: 100 } }));
    warmSandbox();
    await closeSandbox();
    await expect.poll(pids).toEqual([]);
  });

  it('gets no environment and few rights', async () => {
    let seen = '';
    const handlers = {
      'files.read': async () => {
        seen = execFileSync(
          'sh',
          ['-c', `tr '\\0' '\\n' < /proc/${pids()[0]}/environ; tr '\\0' ' ' < /proc/${pids()[0]}/cmdline`],
          { encoding: 'utf8' },
        );
        return null;
      },
    };
    process.env['PRETENDED_SECRET'] = 'do-not-leak';
    await run('await countersign.call("files.read", {})', { handlers });
    delete process.env['PRETENDED_SECRET'];
    const [environment, ...rest] = seen.split('\n');
    expect(environment).toBe('TZ=UTC');
    expect(rest.join(' ')).toMatch(/--no-node-snapshot .*--permission --allow-addons --allow-fs-read=/);
    expect(rest.join(' ')).not.toMatch(/allow-fs-write|allow-child-process|allow-worker/);
  });

  it('many runs at once keep apart', async () => {
    const runs = await Promise.all(Array.from({ length: 6 }, (_, index) => result('return input', { input: index })));
    expect(runs).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
