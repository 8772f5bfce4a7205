/**
 * The child process: one isolate, one run, then its end. It has no secret, no environment, may read only its own files,
 * and speaks with its parent over one pipe (descriptor 3). The isolate is made and shaped before there is a run, so a
 * child that was started ahead begins at once. Plugin code runs on a thread of the isolate: this one stays free to watch
 * the limits.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type * as IsolatedVm from 'isolated-vm';
import { bootstrap, type HostFunctions, type RunConfig, type WallConfig } from './bootstrap.ts';
import { MESSAGE_LENGTH, THROWN_LENGTH } from './limits.ts';
import { Meter, overConsumed, VIOLATION_CODES, violations, type Violation, type ViolationCode } from './meter.ts';
import { ALLOWED_GLOBALS, ALLOWED_INTL, DRAFT_METHOD, FORBIDDEN } from './policy.ts';
import {
  callBytes,
  encodeFrame,
  FrameReader,
  type FromChild,
  type LogLevel,
  type ThrownByPlugin,
  type ToChild,
  type Usage,
} from './protocol.ts';

const WATCH_MS = 10;
/** With no call under way and nothing running for this long, a plugin that has not answered never will. */
const STUCK_MS = 250;
/** What the parent sends: code, input and answers; the isolate's own memory limit is far below. */
const MAX_INCOMING_BYTES = 512 * 1024 * 1024;
/** After its last word, a process that is not yet gone gets this much of its limits more. */
const LAST_WORD_SLACK = 1.05;

type Entries = ReturnType<typeof bootstrap>;
type RunMessage = Extract<ToChild, { type: 'run' }>;

const [, , nativeAddon = '', memoryMiB = ''] = process.argv;
const ivm = (createRequire(import.meta.url)(nativeAddon) as { ivm: typeof IsolatedVm }).ivm;
const channel = new Socket({ fd: 3, readable: true, writable: true });
const endSelf = (): void => {
  process.kill(process.pid, 'SIGKILL');
};
channel.on('error', endSelf);
channel.on('close', endSelf);

/** An isolate with its wall up and nobody in it yet. What it says goes to the run, once there is one. */
class Room {
  readonly isolate: IsolatedVm.Isolate;
  readonly context: IsolatedVm.Context;
  readonly #entries: IsolatedVm.Reference<Entries>;
  #run: Run | undefined;

  constructor(memoryLimitMiB: number) {
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryLimitMiB,
      onCatastrophicError: () => this.#run?.outOfMemory(),
    });
    this.context = this.isolate.createContextSync();
    const wall: WallConfig = {
      allowedGlobals: ALLOWED_GLOBALS,
      allowedIntl: ALLOWED_INTL,
      // What is not below another object, the lists leave out.
      forbidden: FORBIDDEN.map((one) => one.name).filter((path) => path.includes('.')),
      messageLength: MESSAGE_LENGTH,
      thrownLength: THROWN_LENGTH,
    };
    // Strings and numbers cross, nothing else; nothing of what the host does with them comes back, not even an error.
    const host: HostFunctions = {
      call: (id, method, args, text) => this.#run?.onCall(id, method, args, text),
      log: (level, message) => this.#run?.onLog(level as LogLevel, message),
      violate: (code, message) => this.#run?.onViolation(code, message),
      done: (json) => this.#run?.onDone(json),
      thrown: (json) => this.#run?.onThrown(json),
    };
    const names = ['call', 'log', 'violate', 'done', 'thrown'] as const;
    this.#entries = this.context.evalClosureSync(
      `'use strict'; return (${bootstrap.toString()})({${names.map((name, at) => `${name}:$${at}`).join()}}, JSON.parse($${names.length}));`,
      [...names.map((name) => new ivm.Callback(host[name], { ignored: true })), JSON.stringify(wall)],
      { result: { reference: true }, filename: 'sandbox' },
    ) as unknown as IsolatedVm.Reference<Entries>;
  }

  take<Key extends keyof Entries>(key: Key): IsolatedVm.Reference<Entries[Key]> {
    return this.#entries.getSync(key, { reference: true }) as unknown as IsolatedVm.Reference<Entries[Key]>;
  }

  enter(run: Run): void {
    this.#run = run;
  }
}

class Run {
  readonly #message: RunMessage;
  readonly #room: Room;
  readonly #meter: Meter;
  readonly #answer: IsolatedVm.Reference<Entries['answer']>;
  readonly #startedAtMs = performance.now();
  readonly #cpuAtStart = process.cpuUsage();
  #over = false;
  #pending = 0;
  #running = 0;
  #peakRssMiB = 0;
  #idleSinceMs = performance.now();

  constructor(message: RunMessage, room: Room) {
    this.#message = message;
    this.#room = room;
    this.#meter = new Meter(message.limits);
    this.#answer = room.take('answer');
    room.enter(this);
    setInterval(() => this.#watch(), WATCH_MS);
  }

  async start(): Promise<void> {
    const { code, entry, input } = this.#message;
    this.#room.take('begin').applySync(undefined, [JSON.stringify(this.#config())]);
    await this.#inIsolate(async () => {
      if (entry === 'script')
        return this.#room.take('evaluate').apply(undefined, [`${code}\n//# sourceURL=plugin:script`]);
      const script = await this.#room.isolate.compileScript(code, { filename: 'plugin:bundle' });
      await script.run(this.#room.context);
      return this.#room.take('serve').apply(undefined, [entry, input]);
    });
  }

  async answer(message: Extract<ToChild, { type: 'answer' }>): Promise<void> {
    this.#pending -= 1;
    const { id, ok, json, text } = message;
    await this.#inIsolate(async () => this.#answer.apply(undefined, [id, ok, json, text]));
  }

  onCall(id: number, method: string, args: string, text: string | null): void {
    this.#pending += 1;
    if (this.#within(this.#meter.call(performance.now(), method, callBytes({ args, text }))))
      this.#send({ type: 'call', id, method, args, text });
  }

  onLog(level: LogLevel, message: string): void {
    if (this.#within(this.#meter.log(Buffer.byteLength(message)))) this.#send({ type: 'log', level, message });
  }

  onViolation(code: string, message: string): void {
    const known = VIOLATION_CODES.find((one) => one === code);
    this.#end({
      type: 'violation',
      code: known ?? ('sandbox_output' satisfies ViolationCode),
      message,
      usage: this.#usage(),
    });
  }

  onDone(json: string): void {
    if (this.#within(this.#meter.output(Buffer.byteLength(json))))
      this.#end({ type: 'result', json, usage: this.#usage() });
  }

  onThrown(json: string): void {
    // As V8 says it; a plugin that throws the same words itself has only itself to blame.
    if (json.startsWith('{"name":"RangeError","message":"Array buffer allocation failed"')) return this.outOfMemory();
    this.#end({ type: 'thrown', json, usage: this.#usage() });
  }

  outOfMemory(): void {
    this.#within(violations.memory(this.#message.limits));
  }

  /** Whatever goes wrong around the plugin's own functions: code that does not compile, a top level that throws, memory. */
  async #inIsolate(work: () => Promise<unknown>): Promise<void> {
    this.#running += 1;
    try {
      await work();
    } catch (error) {
      if (this.#room.isolate.isDisposed) return this.outOfMemory();
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      this.#thrown({
        name,
        message: message.slice(0, MESSAGE_LENGTH),
        stack: (stack ?? '')
          .split('\n')
          .filter((line) => line.includes('plugin:'))
          .map((line) => line.trim().slice(0, MESSAGE_LENGTH))
          .slice(0, 10),
      });
    } finally {
      this.#running -= 1;
      this.#idleSinceMs = performance.now();
    }
  }

  #config(): RunConfig {
    const { now, seed, limits } = this.#message;
    const hash = createHash('sha256').update(seed).digest();
    return {
      nowMs: Date.parse(now),
      seed: [hash.readInt32LE(0), hash.readInt32LE(4), hash.readInt32LE(8), hash.readInt32LE(12)],
      outputBytes: limits.outputBytes,
      draftBytes: limits.draftBytes,
      draftMethod: DRAFT_METHOD,
      logLines: limits.logLines,
      logBytes: limits.logBytes,
      calls: limits.calls,
    };
  }

  #watch(): void {
    this.#peakRssMiB = Math.max(this.#peakRssMiB, process.memoryUsage.rss() / 2 ** 20);
    const usage = this.#usage();
    const broken = overConsumed(usage, this.#message.limits, this.#over ? LAST_WORD_SLACK : 1);
    if (broken !== undefined && this.#over) return endSelf();
    this.#within(broken);
    const isIdle = this.#running === 0 && this.#pending === 0;
    if (isIdle && performance.now() - this.#idleSinceMs > STUCK_MS) {
      this.#thrown({
        name: 'Error',
        message: 'The plugin waits for something that can not come: it has no call under way',
        stack: [],
      });
    }
  }

  /** Ends the run when a limit is broken; says whether it goes on. */
  #within(broken: Violation | undefined): boolean {
    if (broken !== undefined) this.#end({ type: 'violation', ...broken, usage: this.#usage() });
    return !this.#over;
  }

  #thrown(error: ThrownByPlugin): void {
    this.#end({ type: 'thrown', json: JSON.stringify(error), usage: this.#usage() });
  }

  /** The last word. With it said, this process ends itself: a runaway thread of the isolate does not outlive it. */
  #end(message: FromChild): void {
    if (this.#over) return;
    this.#over = true;
    channel.write(encodeFrame(message), endSelf);
  }

  #send(message: FromChild): void {
    channel.write(encodeFrame(message));
  }

  /**
   * Of the whole process, so that what V8's helpers do for the plugin (collect, compile) counts too. The peak is of our
   * own looking: what the system calls the peak begins with that of the process which started this one.
   */
  #usage(): Usage {
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    return {
      cpuMs: Math.round((user + system) / 1000),
      wallMs: Math.round(performance.now() - this.#startedAtMs),
      rssMiB: Math.round(Math.max(this.#peakRssMiB, process.memoryUsage.rss() / 2 ** 20)),
      calls: this.#meter.calls,
      outputBytes: this.#meter.outputBytes,
    };
  }
}

const room = new Room(Number(memoryMiB));
let run: Run | undefined;
const reader = new FrameReader(
  MAX_INCOMING_BYTES,
  (received) => {
    const message = received as ToChild;
    if (message.type === 'answer') return void run?.answer(message);
    run = new Run(message, room);
    void run.start();
  },
  endSelf,
);
channel.on('data', (chunk: Buffer) => reader.push(chunk));
channel.write(encodeFrame({ type: 'ready' }));
