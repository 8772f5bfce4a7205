/** What the isolate gets from the child, as functions that only take and give strings and numbers. */
export interface HostFunctions {
  /** `text` is the property of that name of the arguments, if it is a string: it goes beside their JSON. */
  readonly call: (id: number, method: string, args: string, text: string | null) => void;
  readonly log: (level: string, message: string) => void;
  readonly violate: (code: string, message: string) => void;
  readonly done: (json: string) => void;
  readonly thrown: (json: string) => void;
}

/** What is known before there is a run: the isolate is shaped ahead. */
export interface WallConfig {
  readonly allowedGlobals: readonly string[];
  readonly allowedIntl: readonly string[];
  /** Paths below the global object. */
  readonly forbidden: readonly string[];
  readonly messageLength: number;
  readonly thrownLength: number;
}

export interface RunConfig {
  readonly nowMs: number;
  /** Four 32-bit integers from the execution's seed. */
  readonly seed: readonly [number, number, number, number];
  readonly outputBytes: number;
  readonly draftBytes: number;
  /** The call whose arguments count as drafts. */
  readonly draftMethod: string;
  readonly logLines: number;
  readonly logBytes: number;
  readonly calls: number;
}

/**
 * Runs first in the isolate and shapes its world: takes away, replaces, and leaves one global, `countersign`.
 * It is sent there as text (`toString`), so it must not use anything from outside its own body. What it needs of
 * JavaScript's own functions it takes hold of before plugin code could change them. What it counts here only spares the
 * child a flood: the child counts again, and so does its parent.
 */
export function bootstrap(host: HostFunctions, wall: WallConfig) {
  const { parse, stringify } = JSON;
  const { apply, construct, ownKeys } = Reflect;
  const { freeze, defineProperty } = Object;
  const evaluate = globalThis.eval;
  const TrueDate = Date;
  const TrueError = Error;
  const TrueMap = Map;
  const TrueWeakMap = WeakMap;
  const TruePromise = Promise;
  const TrueArrayBuffer = ArrayBuffer;
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
  const owns = bound(Object.prototype.hasOwnProperty as (this: object, name: string) => boolean);
  const ownsText = (value: object): boolean => owns(value, 'text');

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
    return whole.length > wall.messageLength ? `${slice(whole, 0, wall.messageLength - 1)}\u2026` : whole;
  };

  /** In strict code, deleting what can not be deleted throws: the isolate then does not start, which is right. */
  const keepOnly = (owner: object, allowed: readonly string[]): void => {
    for (const key of ownKeys(owner))
      if (typeof key === 'string' && !allowed.includes(key)) delete (owner as Record<string, unknown>)[key];
  };
  keepOnly(globalThis, wall.allowedGlobals);
  keepOnly(Intl, wall.allowedIntl);
  for (const path of wall.forbidden) {
    const names = split(path, '.');
    const last = names.pop() as string;
    let owner: unknown = globalThis;
    for (const name of names) owner = (owner as Record<string, unknown> | undefined)?.[name];
    if (owner !== undefined) delete (owner as Record<string, unknown>)[last];
  }

  let run: RunConfig = {
    nowMs: 0,
    seed: [0, 0, 0, 0],
    outputBytes: 0,
    draftBytes: 0,
    draftMethod: '',
    logLines: 0,
    logBytes: 0,
    calls: 0,
  };

  const replace = (
    own: unknown,
    original: { readonly name: string; readonly length: number; prototype: object },
  ): void => {
    defineProperty(own, 'name', { value: original.name });
    defineProperty(own, 'length', { value: original.length });
    defineProperty(own, 'prototype', { value: original.prototype, writable: false });
    defineProperty(original.prototype, 'constructor', { value: own, writable: true, configurable: true });
    defineProperty(globalThis, original.name, { value: own, writable: true, configurable: true });
  };

  // Date: `new Date()`, `Date()` and `Date.now()` are the execution's now; all else is JavaScript's own.
  const OwnDate = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new TrueDate(run.nowMs).toString();
    return construct(TrueDate, args.length === 0 ? [run.nowMs] : args, new.target);
  };
  defineProperty(OwnDate, 'now', { value: () => run.nowMs, writable: true, configurable: true });
  defineProperty(OwnDate, 'parse', { value: TrueDate.parse, writable: true, configurable: true });
  defineProperty(OwnDate, 'UTC', { value: TrueDate.UTC, writable: true, configurable: true });
  replace(OwnDate, TrueDate);

  // ArrayBuffer: never resizable, because V8 takes the memory of those past the allocator that counts.
  const OwnArrayBuffer = function (this: unknown, length: unknown): unknown {
    if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
    return construct(TrueArrayBuffer, [length], new.target);
  };
  defineProperty(OwnArrayBuffer, 'isView', { value: TrueArrayBuffer.isView, writable: true, configurable: true });
  defineProperty(OwnArrayBuffer, Symbol.species, {
    get(this: unknown) {
      return this;
    },
    configurable: true,
  });
  replace(OwnArrayBuffer, TrueArrayBuffer);

  // Math.random: sfc32 (Chris Doty-Humphrey, PractRand), 53 bits a draw.
  let [a, b, c, d] = run.seed;
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  defineProperty(Math, 'random', {
    value: () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992,
    writable: true,
    configurable: true,
  });

  /** The isolate goes on until its process is ended, so each is reported once. */
  let violated = false;
  const violate = (code: string, message: string): never => {
    if (!violated) host.violate(code, message);
    violated = true;
    throw new TrueError(message);
  };

  let lines = 0;
  let logged = 0;
  const log = (level: unknown, message: unknown): void => {
    const known = level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
    const line = cut(message);
    lines += 1;
    logged += line.length;
    if (lines > run.logLines) violate('sandbox_logs', `The plugin wrote more than ${run.logLines} log lines`);
    if (logged > run.logBytes) violate('sandbox_logs', `The plugin wrote more than ${run.logBytes} bytes of log lines`);
    host.log(known, line);
  };

  let calls = 0;
  let sent = 0;
  const count = (length: number): void => {
    sent += length;
    if (sent > run.outputBytes) violate('sandbox_output', `The plugin sent out more than ${run.outputBytes} bytes`);
  };
  let drafted = 0;
  const countDraft = (length: number): void => {
    drafted += length;
    if (drafted > run.draftBytes)
      violate('sandbox_output', `The plugin wrote more than ${run.draftBytes} bytes into drafts`);
  };
  /** Only of a plain object that JSON would take as it is. */
  const longTextOf = (args: unknown): string | null => {
    if (typeof args !== 'object' || args === null || isArray(args) || 'toJSON' in args || !('text' in args))
      return null;
    const { text } = args as { text: unknown };
    return typeof text === 'string' && ownsText(args) ? text : null;
  };
  const call = (method: unknown, args: unknown): Promise<unknown> => {
    const name = cut(method);
    const long = longTextOf(args);
    const json = stringify(long === null ? args : { ...(args as object), text: undefined }) ?? 'null';
    const length = json.length + (long === null ? 0 : long.length);
    calls += 1;
    const id = calls;
    if (id > run.calls) violate('sandbox_calls', `The plugin made more than ${run.calls} calls`);
    if (name === run.draftMethod) countDraft(length);
    else count(length);
    const promise = new TruePromise<unknown>((resolve, reject) => setWaiting(waiting, id, { resolve, reject }));
    host.call(id, name, json, long);
    return promise;
  };

  let registered: ((entry: string, input: unknown) => unknown) | undefined;
  const makeGlobal = (): object =>
    freeze({
      /** The bundle's last act: hands over the function that serves its entry points. */
      register(serve: (entry: string, input: unknown) => unknown): void {
        if (registered !== undefined) throw new TrueError('A plugin registers once');
        registered = serve;
      },
      call,
      log,
      now: new TrueDate(run.nowMs).toISOString(),
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
        const stack = split(text(thrown.stack), '\n');
        for (let at = 0; at < stack.length && described.stack.length < 10; at += 1) {
          const line = stack[at] as string;
          if (includes(line, '(plugin:') || includes(line, 'at plugin:')) push(described.stack, cut(trim(line)));
        }
        if (described.name === 'InputError' && isArray(thrown.issues))
          described.issues = apply(Array.prototype.slice, thrown.issues, [0, 200]) as unknown[];
        const id = getCall(callOfError, error);
        if (id !== undefined) described.call = id;
      } else {
        described.message = cut(error);
      }
      const json = stringify(described);
      if (json.length <= wall.thrownLength) return json;
      return stringify({ name: 'Error', message: described.message, stack: described.stack });
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
      count(json.length);
      host.done(json);
    } catch (error) {
      host.thrown(describe(error));
    }
  };

  // Plugin code never sees these: only the child holds them.
  return {
    /** Once, before any plugin code. */
    begin(config: string): void {
      run = parse(config) as RunConfig;
      [a, b, c, d] = run.seed;
      for (let round = 0; round < 12; round += 1) next();
      defineProperty(globalThis, 'countersign', {
        value: makeGlobal(),
        writable: false,
        configurable: false,
        enumerable: false,
      });
    },
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
    answer(id: number, ok: boolean, json: string, long: string | null): void {
      const one = getWaiting(waiting, id);
      if (one === undefined) return;
      deleteWaiting(waiting, id);
      if (ok) {
        const value = parse(json) as unknown;
        if (long !== null) (value as { text: string }).text = long;
        return one.resolve(value);
      }
      const { code, message } = parse(json) as { code: string; message: string };
      const error = new TrueError(message);
      defineProperty(error, 'code', { value: code });
      setCall(callOfError, error, id);
      one.reject(error);
    },
  };
}
