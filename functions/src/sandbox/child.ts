/**
 * The child process: one isolate, one run, then its parent ends it. It has no secret, no environment, may read only
 * its own files, and speaks with its parent over one pipe (descriptor 3). Plugin code runs on a thread of the isolate,
 * so this thread stays free to watch the limits.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type * as IsolatedVm from 'isolated-vm';
import type { ErrorCode } from '@countersign/domain/errors';
import { bootstrap, type BootstrapConfig } from './bootstrap.ts';
import { MESSAGE_LENGTH, residentLimitMiB, type SandboxLimits } from './limits.ts';
import { FORBIDDEN } from './policy.ts';
import {
  encodeFrame,
  FrameReader,
  type FromChild,
  type LogLevel,
  type ThrownByPlugin,
  type ToChild,
  type Usage,
} from './protocol.ts';

const WATCH_MS = 20;
/** With no call under way and nothing running for this long, a plugin that has not answered never will. */
const STUCK_MS = 250;
const MAX_ERROR_BYTES = 256 * 1024;
/** What the parent sends: code, input and answers; the isolate's own memory limit is far below. */
const MAX_INCOMING_BYTES = 512 * 1024 * 1024;

const nativeAddon = process.argv[2] as string;
const ivm = (createRequire(import.meta.url)(nativeAddon) as { ivm: typeof IsolatedVm }).ivm;
const channel = new Socket({ fd: 3, readable: true, writable: true });
const endSelf = (): void => {
  process.kill(process.pid, 'SIGKILL');
};
channel.on('error', endSelf);
channel.on('close', endSelf);

const send = (message: FromChild): void => {
  channel.write(encodeFrame(message));
};

class Run {
  readonly #limits: SandboxLimits;
  readonly #isolate: IsolatedVm.Isolate;
  readonly #startedAt = performance.now();
  #answer: IsolatedVm.Reference<(id: number, ok: boolean, json: string) => void> | undefined;
  #over = false;
  #calls = 0;
  #pending = 0;
  #running = 0;
  #lines = 0;
  #outputBytes = 0;
  #idleSince = performance.now();

  constructor(limits: SandboxLimits) {
    this.#limits = limits;
    this.#isolate = new ivm.Isolate({
      memoryLimit: limits.memoryMiB,
      onCatastrophicError: () => this.#violate('sandbox_memory', this.#memoryMessage()),
    });
    setInterval(() => this.#watch(), WATCH_MS);
  }

  async start(message: Extract<ToChild, { type: 'run' }>): Promise<void> {
    const context = this.#isolate.createContextSync();
    const ignored = { ignored: true } as const;
    const entries = context.evalClosureSync(
      `'use strict'; return (${bootstrap.toString()})({call:$0,log:$1,violate:$2,done:$3,thrown:$4}, JSON.parse($5));`,
      [
        new ivm.Callback((id: number, method: string, args: string) => this.#onCall(id, method, args), ignored),
        new ivm.Callback((level: LogLevel, text: string) => this.#onLog(level, text), ignored),
        new ivm.Callback((code: ErrorCode, text: string) => this.#violate(code, text), ignored),
        new ivm.Callback((json: string) => this.#onDone(json), ignored),
        new ivm.Callback((json: string) => this.#onThrown(json), ignored),
        JSON.stringify(this.#config(message)),
      ],
      { result: { reference: true }, filename: 'sandbox' },
    ) as unknown as IsolatedVm.Reference<ReturnType<typeof bootstrap>>;
    const take = <Key extends keyof ReturnType<typeof bootstrap>>(key: Key) =>
      entries.getSync(key, { reference: true }) as unknown as IsolatedVm.Reference<ReturnType<typeof bootstrap>[Key]>;
    this.#answer = take('answer');
    await this.#inIsolate(async () => {
      if (message.entry === 'script')
        return take('evaluate').apply(undefined, [`${message.code}\n//# sourceURL=plugin:script`]);
      const script = await this.#isolate.compileScript(message.code, { filename: 'plugin:bundle' });
      await script.run(context);
      return take('serve').apply(undefined, [message.entry, message.input]);
    });
  }

  async answer(message: Extract<ToChild, { type: 'answer' }>): Promise<void> {
    this.#pending -= 1;
    await this.#inIsolate(async () => this.#answer?.apply(undefined, [message.id, message.ok, message.json]));
  }

  /** Whatever goes wrong around the plugin's own functions: code that does not compile, a top level that throws, memory. */
  async #inIsolate(work: () => Promise<unknown>): Promise<void> {
    this.#running += 1;
    try {
      await work();
    } catch (error) {
      if (this.#isolate.isDisposed) return this.#violate('sandbox_memory', this.#memoryMessage());
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      this.#thrown({
        name,
        message: message.slice(0, MESSAGE_LENGTH),
        stack: (stack ?? '')
          .split('\n')
          .filter((line) => line.includes('plugin:'))
          .map((line) => line.trim())
          .slice(0, 10),
      });
    } finally {
      this.#running -= 1;
      this.#idleSince = performance.now();
    }
  }

  #config(message: Extract<ToChild, { type: 'run' }>): BootstrapConfig {
    const hash = createHash('sha256').update(message.seed).digest();
    return {
      forbidden: FORBIDDEN.map((one) => one.name),
      nowMs: Date.parse(message.now),
      seed: [hash.readInt32LE(0), hash.readInt32LE(4), hash.readInt32LE(8), hash.readInt32LE(12)],
      outputBytes: this.#limits.outputBytes,
      logLines: this.#limits.logLines,
      calls: this.#limits.calls,
      messageLength: MESSAGE_LENGTH,
    };
  }

  #watch(): void {
    if (this.#over) return;
    const usage = this.#usage();
    if (usage.cpuMs > this.#limits.cpuMs)
      return this.#violate('sandbox_timeout', `The plugin used more than ${this.#limits.cpuMs} ms of processor time`);
    if (usage.wallMs > this.#limits.wallMs)
      return this.#violate('sandbox_timeout', `The plugin took longer than ${this.#limits.wallMs} ms`);
    if (process.memoryUsage.rss() / 2 ** 20 > residentLimitMiB(this.#limits))
      return this.#violate('sandbox_memory', this.#memoryMessage());
    if (this.#running === 0 && this.#pending === 0 && performance.now() - this.#idleSince > STUCK_MS) {
      this.#thrown({
        name: 'Error',
        message: 'The plugin waits for something that can not come: it has no call under way',
        stack: [],
      });
    }
  }

  #onCall(id: number, method: string, args: string): void {
    if (this.#over) return;
    this.#calls += 1;
    this.#pending += 1;
    if (this.#calls > this.#limits.calls)
      return this.#violate('sandbox_calls', `The plugin made more than ${this.#limits.calls} calls`);
    if (!this.#countOutput(args)) return;
    send({ type: 'call', id, method, args });
  }

  #onLog(level: LogLevel, message: string): void {
    if (this.#over) return;
    this.#lines += 1;
    if (this.#lines > this.#limits.logLines)
      return this.#violate('sandbox_logs', `The plugin wrote more than ${this.#limits.logLines} log lines`);
    send({ type: 'log', level, message });
  }

  #onDone(json: string): void {
    if (this.#over || !this.#countOutput(json)) return;
    this.#end({ type: 'result', json, usage: this.#usage() });
  }

  #onThrown(json: string): void {
    const error = JSON.parse(json) as ThrownByPlugin;
    const { issues: _, ...short } = error;
    if (error.name === 'RangeError' && error.message === 'Array buffer allocation failed')
      return this.#violate('sandbox_memory', this.#memoryMessage());
    this.#thrown(json.length > MAX_ERROR_BYTES ? short : error);
  }

  #thrown(error: ThrownByPlugin): void {
    if (!this.#over) this.#end({ type: 'thrown', error, usage: this.#usage() });
  }

  #violate(code: ErrorCode, message: string): void {
    if (!this.#over) this.#end({ type: 'violation', code, message, usage: this.#usage() });
  }

  #countOutput(json: string): boolean {
    this.#outputBytes += Buffer.byteLength(json);
    if (this.#outputBytes <= this.#limits.outputBytes) return true;
    this.#violate('sandbox_output', `The plugin sent out more than ${this.#limits.outputBytes} bytes`);
    return false;
  }

  /** The last message; the parent ends this process when it has it, so nothing here waits for a runaway thread. */
  #end(message: FromChild): void {
    this.#over = true;
    send(message);
  }

  #memoryMessage(): string {
    return `The plugin used more than ${this.#limits.memoryMiB} MiB of memory`;
  }

  #usage(): Usage {
    return {
      cpuMs: Math.round(Number(this.#isolate.isDisposed ? 0n : this.#isolate.cpuTime) / 1e6),
      wallMs: Math.round(performance.now() - this.#startedAt),
      rssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      calls: this.#calls,
      outputBytes: this.#outputBytes,
    };
  }
}

let run: Run | undefined;
const reader = new FrameReader(
  MAX_INCOMING_BYTES,
  (received) => {
    const message = received as ToChild;
    if (message.type === 'answer') return void run?.answer(message);
    run = new Run(message.limits);
    void run.start(message);
  },
  endSelf,
);
channel.on('data', (chunk: Buffer) => reader.push(chunk));
