import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Random } from './random.ts';
import type { Scheduler, Timer } from './scheduler.ts';

/** Calls to a real store run in here: its client needs the real clock and real timers. */
const reality = new AsyncLocalStorage<boolean>();

export const inReality = <T>(call: () => Promise<T>): Promise<T> => reality.run(true, call);
/** Back in the simulation, for what the store's client calls back. */
export const inSimulation = <T>(call: () => Promise<T>): Promise<T> => reality.run(false, call);

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  now: Date.now,
  random: Math.random,
  randomBytes: crypto.randomBytes,
};

/** What `setTimeout` and `setInterval` return in the simulation. */
class VirtualTimer {
  timer: Timer | null = null;
  ended = false;
  unref(): this {
    return this;
  }
  ref(): this {
    return this;
  }
}

/**
 * Time, timers and chance of this process are the simulation's while `run` lasts: what the engine does between its
 * calls to the world is then decided by the seed alone.
 */
export async function withVirtualTime<T>(scheduler: Scheduler, random: Random, run: () => Promise<T>): Promise<T> {
  const isReal = (): boolean => reality.getStore() === true;
  const setVirtual = (
    callback: (...args: unknown[]) => void,
    ms: number | undefined,
    args: unknown[],
    every: boolean,
  ) => {
    const handle = new VirtualTimer();
    const arm = (): void => {
      handle.timer = scheduler.after(ms ?? 0, every ? 'interval' : 'timer', () => {
        if (handle.ended) return;
        if (every) arm();
        callback(...args);
      });
    };
    arm();
    return handle;
  };
  const clear = (handle: unknown, otherwise: (handle: never) => void): void => {
    if (!(handle instanceof VirtualTimer)) return otherwise(handle as never);
    handle.ended = true;
    if (handle.timer !== null) handle.timer.off = true;
  };
  type Callback = (...args: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout: (callback: Callback, ms?: number, ...args: unknown[]) =>
      isReal() ? real.setTimeout(callback, ms, ...args) : setVirtual(callback, ms, args, false),
    setInterval: (callback: Callback, ms?: number, ...args: unknown[]) =>
      isReal() ? real.setInterval(callback, ms, ...args) : setVirtual(callback, ms, args, true),
    clearTimeout: (handle: unknown) => clear(handle, real.clearTimeout),
    clearInterval: (handle: unknown) => clear(handle, real.clearInterval),
    setImmediate: (callback: Callback, ...args: unknown[]) =>
      isReal() ? real.setImmediate(callback, ...args) : scheduler.soon('turn', () => callback(...args)),
  });
  Date.now = () => (isReal() ? real.now() : scheduler.now);
  Math.random = () => (isReal() ? real.random() : random.fraction());
  crypto.randomBytes = ((size: number) =>
    isReal()
      ? real.randomBytes(size)
      : Buffer.from(Array.from({ length: size }, () => random.below(256)))) as typeof crypto.randomBytes;
  syncBuiltinESMExports();
  try {
    return await run();
  } finally {
    const { now, random: realRandom, randomBytes, ...timers } = real;
    Object.assign(globalThis, timers);
    Date.now = now;
    Math.random = realRandom;
    crypto.randomBytes = randomBytes;
    syncBuiltinESMExports();
  }
}
