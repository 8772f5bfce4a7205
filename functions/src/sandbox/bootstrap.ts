/** What the isolate gets from the child, as functions that only take and give strings and numbers. */
export interface HostFunctions {
  readonly call: (id: number, method: string, args: string) => void;
  readonly log: (level: string, message: string) => void;
  readonly violate: (code: string, message: string) => void;
  readonly done: (json: string) => void;
  readonly thrown: (json: string) => void;
}

export interface BootstrapConfig {
  readonly forbidden: readonly string[];
  readonly nowMs: number;
  /** Four 32-bit integers from the execution's seed. */
  readonly seed: readonly [number, number, number, number];
  readonly outputBytes: number;
  readonly logLines: number;
  readonly calls: number;
  readonly messageLength: number;
}

/**
 * Runs first in the isolate and shapes its world: takes away, replaces, and leaves one global, `countersign`.
 * It is sent there as text (`toString`), so it must not use anything from outside its own body. What it needs of
 * JavaScript's own functions it takes hold of before plugin code could change them; the host counts again all the same.
 */
export function bootstrap(host: HostFunctions, config: BootstrapConfig) {
  const { parse, stringify } = JSON;
  const { apply, construct } = Reflect;
  const { freeze, defineProperty } = Object;
  const evaluate = globalThis.eval;
  const TrueDate = Date;
  const TrueError = Error;
  const TrueMap = Map;
  const TrueWeakMap = WeakMap;
  const TruePromise = Promise;
  const text = String;
  const bound =
    <This, Args extends unknown[], Result>(fn: (this: This, ...args: Args) => Result) =>
    (self: This, ...args: Args): Result =>
      apply(fn, self, args);
  const slice = bound(String.prototype.slice as (this: string, start: number, end: number) => string);
  const split = bound(String.prototype.split as (this: string, separator: string) => string[]);
  const includes = bound(String.prototype.includes as (this: string, part: string) => boolean);
  const trim = bound(String.prototype.trim);
  const push = bound(Array.prototype.push as (this: unknown[], item: unknown) => number);
  const isArray = Array.isArray;

  interface Waiting {
    readonly resolve: (value: unknown) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting = new TrueMap<number, Waiting>();
  const getWaiting = bound(Map.prototype.get as (this: Map<number, Waiting>, id: number) => Waiting | undefined);
  const setWaiting = bound(Map.prototype.set as (this: Map<number, Waiting>, id: number, value: Waiting) => unknown);
  const deleteWaiting = bound(Map.prototype.delete as (this: Map<number, Waiting>, id: number) => boolean);
  const callOfError = new TrueWeakMap<object, number>();
  const getCall = bound(WeakMap.prototype.get as (this: WeakMap<object, number>, error: object) => number | undefined);
  const setCall = bound(
    WeakMap.prototype.set as (this: WeakMap<object, number>, error: object, call: number) => unknown,
  );

  const cut = (value: unknown): string => {
    const whole = typeof value === 'string' ? value : text(value);
    return whole.length > config.messageLength ? `${slice(whole, 0, config.messageLength - 1)}\u2026` : whole;
  };

  for (const path of config.forbidden) {
    const [outer, inner] = split(path, '.');
    if (inner === undefined) delete (globalThis as Record<string, unknown>)[outer as string];
    else delete ((globalThis as Record<string, unknown>)[outer as string] as Record<string, unknown>)[inner];
  }

  // Date: `new Date()`, `Date()` and `Date.now()` are the execution's now; all else is JavaScript's own.
  const OwnDate = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new TrueDate(config.nowMs).toString();
    return construct(TrueDate, args.length === 0 ? [config.nowMs] : args, new.target);
  };
  defineProperty(OwnDate, 'name', { value: 'Date' });
  defineProperty(OwnDate, 'length', { value: 7 });
  defineProperty(OwnDate, 'prototype', { value: TrueDate.prototype, writable: false });
  defineProperty(OwnDate, 'now', { value: () => config.nowMs, writable: true, configurable: true });
  defineProperty(OwnDate, 'parse', { value: TrueDate.parse, writable: true, configurable: true });
  defineProperty(OwnDate, 'UTC', { value: TrueDate.UTC, writable: true, configurable: true });
  defineProperty(TrueDate.prototype, 'constructor', { value: OwnDate, writable: true, configurable: true });
  defineProperty(globalThis, 'Date', { value: OwnDate, writable: true, configurable: true });

  // Math.random: sfc32 (Chris Doty-Humphrey, PractRand), 53 bits a draw.
  let [a, b, c, d] = config.seed;
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  defineProperty(Math, 'random', {
    value: () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992,
    writable: true,
    configurable: true,
  });

  let lines = 0;
  const log = (level: unknown, message: unknown): void => {
    lines += 1;
    if (lines === config.logLines + 1) host.violate('sandbox_logs', `More than ${config.logLines} log lines`);
    if (lines > config.logLines) throw new TrueError(`More than ${config.logLines} log lines`);
    const known = level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
    host.log(known, cut(message));
  };

  let calls = 0;
  let sent = 0;
  const count = (json: string): void => {
    sent += json.length;
    if (sent <= config.outputBytes) return;
    host.violate('sandbox_output', `More than ${config.outputBytes} bytes of output`);
    throw new TrueError(`More than ${config.outputBytes} bytes of output`);
  };
  const call = (method: string, args: unknown): Promise<unknown> => {
    calls += 1;
    if (calls === config.calls + 1) host.violate('sandbox_calls', `More than ${config.calls} calls`);
    if (calls > config.calls) throw new TrueError(`More than ${config.calls} calls`);
    const id = calls;
    const json = stringify(args) ?? 'null';
    count(json);
    const promise = new TruePromise<unknown>((resolve, reject) => setWaiting(waiting, id, { resolve, reject }));
    host.call(id, cut(method), json);
    return promise;
  };

  let registered: ((entry: string, input: unknown) => unknown) | undefined;
  const countersign = freeze({
    /** The bundle's last act: hands over the function that serves its entry points. */
    register(serve: (entry: string, input: unknown) => unknown): void {
      if (registered !== undefined) throw new TrueError('A plugin registers once');
      registered = serve;
    },
    call,
    log,
    now: new TrueDate(config.nowMs).toISOString(),
  });
  defineProperty(globalThis, 'countersign', {
    value: countersign,
    writable: false,
    configurable: false,
    enumerable: false,
  });

  /** Name, message and own lines of whatever was thrown; reading it must not throw, whatever its getters do. */
  const describe = (error: unknown): string => {
    const described: { name: string; message: string; stack: string[]; issues?: unknown[]; call?: number } = {
      name: 'Error',
      message: 'The plugin threw something that is not an error',
      stack: [],
    };
    try {
      if (typeof error === 'object' && error !== null) {
        const thrown = error as { name?: unknown; message?: unknown; stack?: unknown; issues?: unknown };
        described.name = cut(thrown.name);
        described.message = cut(thrown.message);
        for (const line of split(text(thrown.stack), '\n')) {
          if (described.stack.length < 10 && (includes(line, '(plugin:') || includes(line, 'at plugin:')))
            push(described.stack, cut(trim(line)));
        }
        if (described.name === 'InputError' && isArray(thrown.issues))
          described.issues = apply(Array.prototype.slice, thrown.issues, [0, 200]) as unknown[];
        const id = getCall(callOfError, error);
        if (id !== undefined) described.call = id;
      } else {
        described.message = cut(error);
      }
      return stringify(described);
    } catch {
      return stringify({ name: 'Error', message: 'The plugin threw something that can not be read', stack: [] });
    }
  };

  const finish = async (produce: () => unknown, lenient: boolean): Promise<void> => {
    try {
      const value = await produce();
      let json: string;
      try {
        json = stringify(value) ?? 'null';
      } catch (error) {
        if (!lenient) throw error;
        json = stringify(text(value));
      }
      count(json);
      host.done(json);
    } catch (error) {
      host.thrown(describe(error));
    }
  };

  // Plugin code never sees these: only the child holds them.
  return {
    serve(entry: string, input: string): void {
      void finish(() => {
        if (registered === undefined)
          throw new TrueError(
            'The plugin registers no entry points: its src/index.ts needs a default export made by definePlugin',
          );
        return registered(entry, parse(input));
      }, false);
    },
    evaluate(code: string): void {
      void finish(() => evaluate(code), true);
    },
    answer(id: number, ok: boolean, json: string): void {
      const one = getWaiting(waiting, id);
      if (one === undefined) return;
      deleteWaiting(waiting, id);
      if (ok) return one.resolve(parse(json));
      const { code, message } = parse(json) as { code: string; message: string };
      const error = new TrueError(message);
      defineProperty(error, 'code', { value: code });
      setCall(callOfError, error, id);
      one.reject(error);
    },
  };
}
