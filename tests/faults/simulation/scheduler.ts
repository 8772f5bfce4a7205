import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** The event loop's own, before anybody replaces the global one. */
const realImmediate = globalThis.setImmediate;
const realTimeout = globalThis.setTimeout;

interface Step {
  readonly label: string;
  readonly run: () => void;
}
export interface Timer {
  readonly at: number;
  readonly step: Step;
  readonly order: number;
  off: boolean;
}

/** How long the next step waits for a call to the real store; a transaction may wait for another one's lock. */
const PATIENCE_MS = 300;
const MAX_WAITS = 6;
const MAX_STEP_MS = 3;

/**
 * The one that decides what happens next in a simulated world. Whoever waits for anything at all waits here: of
 * everything that could go on, one is taken by lot, and the time moves only here.
 */
export class Scheduler {
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #ready: Step[] = [];
  /** Those who have come back from outside go first, in their order. */
  readonly #backs: Step[] = [];
  readonly #timers: Timer[] = [];
  #order = 0;
  #nowMs: number;
  /** Calls to a real store that have not answered. */
  #outside = 0;
  #waits = 0;
  #wakeUp: (() => void) | null = null;
  steps = 0;
  /** Calls to a real store were under way side by side: in which order they took effect, nobody knows. */
  hasOverlaps = false;
  /** The time just after the last jump. */
  jumpedAtMs = 0;

  constructor(startsAtMs: number, random: Random, trace: Trace) {
    this.#nowMs = startsAtMs;
    this.#random = random;
    this.#trace = trace;
  }

  get now(): number {
    return this.#nowMs;
  }

  /** Everybody's clock jumps ahead. */
  jump(ms: number): void {
    this.#nowMs += ms;
    this.jumpedAtMs = this.#nowMs;
  }

  soon(label: string, run: () => void): void {
    this.#ready.push({ label, run });
  }

  turn(label: string): Promise<void> {
    return new Promise((resolve) => this.soon(label, resolve));
  }

  after(ms: number, label: string, run: () => void): Timer {
    const timer: Timer = {
      at: this.#nowMs + Math.ceil(Math.max(0, ms)),
      step: { label, run },
      order: (this.#order += 1),
      off: false,
    };
    // Few at a time: kept in order, the last one first.
    let place = this.#timers.length;
    while (place > 0 && isBefore(this.#timers[place - 1], timer)) place -= 1;
    this.#timers.splice(place, 0, timer);
    return timer;
  }

  sleep(ms: number, label: string): Promise<void> {
    return new Promise((resolve) => void this.after(ms, label, resolve));
  }

  /**
   * A call to something that is not simulated: nobody else goes on while it lasts, within patience, nor before its caller
   * has heard of it, for the model must note what happened in the order in which it did.
   */
  async outside<T>(call: () => Promise<T>): Promise<T> {
    await this.turn('out');
    this.#outside += 1;
    try {
      const result = await call();
      await this.#returned();
      return result;
    } catch (error) {
      await this.#returned();
      throw error;
    }
  }

  /** What such a call calls back is simulated again. */
  async inside<T>(callback: () => Promise<T>): Promise<T> {
    this.#outside -= 1;
    this.#wakeUp?.();
    try {
      return await callback();
    } finally {
      this.#outside += 1;
    }
  }

  async #returned(): Promise<void> {
    this.#outside -= 1;
    const back = new Promise<void>((resolve) => void this.#backs.push({ label: 'back', run: resolve }));
    this.#wakeUp?.();
    return back;
  }

  /** Go on until `done`, or until there is nothing left to do. */
  async run(done: () => boolean, maxSteps: number): Promise<'done' | 'idle' | 'endless'> {
    for (let step = 0; step < maxSteps; step += 1) {
      await new Promise((resolve) => realImmediate(resolve));
      if (done()) return 'done';
      if (this.#outside > 0) await this.#waitOutside();
      const next = this.#next();
      if (next === null) {
        if (this.#outside > 0) continue;
        return 'idle';
      }
      if (this.#outside === 0) this.#waits = 0;
      this.steps += 1;
      this.#trace.note(this.#nowMs, next.label);
      next.run();
    }
    return 'endless';
  }

  #next(): Step | null {
    const back = this.#backs.shift();
    if (back !== undefined) return back;
    this.#ripen();
    if (this.#ready.length === 0) {
      // While the real store has not answered no simulated time passes, unless it waits for one who stands still.
      if (this.#outside > 0 && this.#waits < MAX_WAITS) return null;
      const timer = this.#timers.at(-1);
      if (timer === undefined) return null;
      this.#nowMs = Math.max(this.#nowMs, timer.at);
      this.#ripen();
    }
    this.#nowMs += this.#random.below(MAX_STEP_MS + 1);
    const place = this.#random.below(this.#ready.length);
    const step = this.#ready[place];
    const last = this.#ready.pop();
    if (last !== undefined && last !== step) this.#ready[place] = last;
    return step ?? null;
  }

  /** Timers whose time has come are steps like all others. */
  #ripen(): void {
    for (let timer = this.#timers.at(-1); timer !== undefined; timer = this.#timers.at(-1)) {
      if (!timer.off && timer.at > this.#nowMs) return;
      this.#timers.pop();
      if (!timer.off) this.#ready.push(timer.step);
    }
  }

  async #waitOutside(): Promise<void> {
    await new Promise<void>((resolve) => {
      const patience = realTimeout(() => {
        this.hasOverlaps = true;
        resolve();
      }, PATIENCE_MS);
      this.#wakeUp = () => {
        if (this.#outside > 0) return;
        clearTimeout(patience);
        resolve();
      };
    });
    this.#wakeUp = null;
    this.#waits += 1;
    await new Promise((resolve) => realImmediate(resolve));
  }
}

function isBefore(one: Timer | undefined, other: Timer): boolean {
  return one !== undefined && (one.at < other.at || (one.at === other.at && one.order < other.order));
}
