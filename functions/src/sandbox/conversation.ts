import { AppError, toAppError } from '@countersign/domain/errors';
import type { Capability } from '@countersign/domain/schemas/plugin';
import { answerCall, type Handlers } from './call.ts';
import type { SandboxChild } from './child-process.ts';
import { parseForeign, tooLarge } from './foreign-json.ts';
import { parseFromChild, parseThrown } from './from-child.ts';
import type { SandboxLimits } from './limits.ts';
import { Meter, overConsumed, violations, type Consumption, type Violation } from './meter.ts';
import { readProcessUsage, type ProcessUsage } from './process-usage.ts';
import {
  callBytes,
  encodeFrame,
  FrameReader,
  type Entry,
  type FromChild,
  type LogLevel,
  type ToChild,
  type Usage,
} from './protocol.ts';
import { explainDeath, thrownError } from './verdict.ts';

export interface PluginRun {
  readonly code: string;
  /** SHA-256 of `code`; what was signed is what runs. */
  readonly codeHash: string;
  readonly entry: Entry;
  /** A JSON value. */
  readonly input: unknown;
  /** The execution's own clock, which stands still, and the start of its random numbers. */
  readonly clock: { readonly now: string; readonly seed: string };
  readonly capabilities: readonly Capability[];
  /** Answers to calls, by method. A call for which the manifest names no capability ends the run. */
  readonly handlers: Handlers;
  readonly onLog: (line: { readonly level: LogLevel; readonly message: string }) => void;
  readonly limits?: Partial<SandboxLimits>;
}

export interface PluginResult {
  readonly result: unknown;
  readonly usage: Usage;
}

/** A process that takes longer than this until its isolate stands is taken for broken. */
const START_LIMIT_MS = 20_000;
const WATCH_MS = 50;
/** The child watches its limits and says so; the parent watches too, and ends a child that went this far beyond. */
const PARENT_SLACK = 1.05;
/** A message's JSON around the counted output. */
const FRAME_MARGIN_BYTES = 1024 * 1024;

/**
 * A run from the host's side: sends it to the child, answers its calls, and settles on the first last word. Nothing
 * that the child says about its limits is taken on trust: messages are counted here too, and the system is asked what
 * the process uses.
 */
export class Conversation {
  readonly result: Promise<PluginResult>;
  readonly #child: SandboxChild;
  readonly #run: PluginRun;
  readonly #limits: SandboxLimits;
  readonly #meter: Meter;
  readonly #settled = Promise.withResolvers<PluginResult>();
  readonly #callErrors = new Map<number, unknown>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isOver = false;
  #startedAtMs = performance.now();
  #atStart: ProcessUsage | undefined;
  #newest: ProcessUsage | undefined;
  /** Settles when all earlier calls are answered. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(child: SandboxChild, run: PluginRun, limits: SandboxLimits) {
    this.#child = child;
    this.#run = run;
    this.#limits = limits;
    // Not the rate: what a busy parent reads late comes in a bunch. The child holds that one.
    this.#meter = new Meter({ ...limits, callsPerSecond: Number.POSITIVE_INFINITY });
    this.result = this.#settled.promise;
    this.#listen();
    this.#timers.push(setTimeout(() => this.#crash(`it did not start within ${START_LIMIT_MS} ms`), START_LIMIT_MS));
  }

  #listen(): void {
    const { channel, process } = this.#child;
    const reader = new FrameReader(
      this.#limits.outputBytes + FRAME_MARGIN_BYTES,
      (message) => this.#onMessage(parseFromChild(message)),
      () => this.#violate(violations.output(this.#limits)),
    );
    channel.on('data', (chunk: Buffer) => {
      try {
        if (!this.#isOver) reader.push(chunk);
      } catch (error) {
        this.#fail(
          new AppError('sandbox_crash', "The sandbox's process sent what can not be read", {
            cause: error,
            retryable: true,
          }),
        );
      }
    });
    process.once('error', (error) => this.#died(error.message));
    process.once('close', (code, signal) => this.#died(signal ?? `exit code ${code}`));
  }

  #onMessage(message: FromChild): void {
    if (this.#isOver) return;
    switch (message.type) {
      case 'ready':
        return this.#begin();
      case 'log':
        if (this.#within(this.#meter.log(Buffer.byteLength(message.message))))
          this.#run.onLog({ level: message.level, message: message.message });
        return;
      case 'call':
        if (this.#within(this.#meter.call(performance.now(), message.method, callBytes(message))))
          this.#answerInTurn(message);
        return;
      case 'violation':
        return this.#fail(
          new AppError(message.code, message.message, { details: { usage: this.#usage(message.usage) } }),
        );
      case 'thrown':
        return this.#onThrown(message.json, this.#usage(message.usage));
      case 'result':
        return this.#onResult(message.json, this.#usage(message.usage));
    }
  }

  #begin(): void {
    this.#stopTimers();
    this.#startedAtMs = performance.now();
    this.#atStart = this.#newest = readProcessUsage(this.#child.process.pid ?? 0);
    this.#timers.push(
      setTimeout(() => this.#violate(violations.wall(this.#limits)), this.#limits.wallMs * PARENT_SLACK),
      setInterval(() => this.#watch(), WATCH_MS),
    );
    const { code, entry, input, clock } = this.#run;
    this.#send({
      type: 'run',
      code,
      entry,
      input: JSON.stringify(input) ?? 'null',
      now: clock.now,
      seed: clock.seed,
      limits: this.#limits,
    });
  }

  /**
   * Answers go back in the order of the calls. In the order in which they are ready, they would be a clock (which was
   * first, my long loop or your slow answer?), and the same run could end differently.
   */
  #answerInTurn(call: Extract<FromChild, { type: 'call' }>): void {
    const answered = answerCall(this.#run, call, this.#callErrors);
    answered.catch((error: unknown) => {
      const { code, message, details } = toAppError(error);
      this.#fail(new AppError(code, message, { details: { ...details, usage: this.#usage() } }));
    });
    this.#turn = Promise.allSettled([answered, this.#turn]).then(([own]) => {
      if (own.status === 'fulfilled') this.#send(own.value);
    });
  }

  #onResult(json: string, usage: Usage): void {
    const bound = tooLarge(json);
    if (bound !== undefined)
      return this.#fail(
        new AppError('sandbox_output', `The plugin's result has too many ${bound}`, { details: { usage } }),
      );
    this.#settle(() => this.#settled.resolve({ result: parseForeign(json), usage }));
  }

  #onThrown(json: string, usage: Usage): void {
    const bound = tooLarge(json);
    if (bound !== undefined)
      return this.#fail(
        new AppError('plugin_error', `The plugin's error has too many ${bound}`, { details: { usage } }),
      );
    this.#fail(thrownError(parseThrown(parseForeign(json)), usage, this.#callErrors));
  }

  #watch(): void {
    this.#newest = readProcessUsage(this.#child.process.pid ?? 0) ?? this.#newest;
    this.#within(overConsumed(this.#consumption(), this.#limits, PARENT_SLACK));
  }

  #consumption(): Consumption {
    return {
      cpuMs: (this.#newest?.cpuMs ?? 0) - (this.#atStart?.cpuMs ?? 0),
      wallMs: performance.now() - this.#startedAtMs,
      rssMiB: this.#newest?.peakRssMiB ?? 0,
    };
  }

  /** What the child says it used, or more, if the system says so. */
  #usage(claimed?: Usage): Usage {
    const seen = this.#consumption();
    return {
      cpuMs: Math.round(Math.max(seen.cpuMs, claimed?.cpuMs ?? 0)),
      wallMs: Math.round(seen.wallMs),
      rssMiB: Math.round(Math.max(seen.rssMiB, claimed?.rssMiB ?? 0)),
      calls: this.#meter.calls,
      outputBytes: claimed?.outputBytes ?? this.#meter.outputBytes,
    };
  }

  #died(how: string): void {
    const broken = explainDeath(this.#child.lastWords(), this.#consumption(), this.#limits);
    if (broken !== undefined) return this.#violate(broken);
    this.#crash(how);
  }

  #crash(how: string): void {
    const details = { stderr: this.#child.lastWords().slice(-500), usage: this.#usage() };
    const message = `The sandbox's process ended unexpectedly (${how})`;
    this.#fail(new AppError('sandbox_crash', message, { details, retryable: true }));
  }

  #within(broken: Violation | undefined): boolean {
    if (broken !== undefined) this.#violate(broken);
    return !this.#isOver;
  }

  #violate({ code, message }: Violation): void {
    this.#fail(new AppError(code, message, { details: { usage: this.#usage() } }));
  }

  #fail(error: unknown): void {
    this.#settle(() => this.#settled.reject(error));
  }

  #settle(act: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimers();
    act();
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #send(message: ToChild): void {
    if (!this.#isOver) this.#child.channel.write(encodeFrame(message));
  }
}
