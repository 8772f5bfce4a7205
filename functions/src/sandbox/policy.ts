import type { Capability } from '@countersign/domain/schemas/plugin';

export interface Forbidden {
  /** Path below the global object. */
  readonly name: string;
  readonly why: string;
}

/**
 * What an isolate has by itself and plugin code must not. Nothing of Node is here, because none of it exists in an
 * isolate: no `process`, `require`, `fetch`, timers or `performance`.
 */
export const FORBIDDEN: readonly Forbidden[] = [
  { name: 'WebAssembly', why: 'compiles code that the bundle hash does not show, and brings back shared memory' },
  { name: 'SharedArrayBuffer', why: 'a counter in shared memory is a precise clock, the tool of timing attacks' },
  { name: 'Atomics', why: 'Atomics.wait blocks the thread and measures time' },
  { name: 'WeakRef', why: 'shows when the garbage collector ran: the same run would differ from time to time' },
  {
    name: 'FinalizationRegistry',
    why: 'shows when the garbage collector ran: the same run would differ from time to time',
  },
  { name: 'Intl.DateTimeFormat', why: "formats the machine's own now when it is given no date" },
  { name: 'Temporal', why: "Temporal.Now is the machine's clock" },
  {
    name: 'console',
    why: "V8's console belongs to the inspector; what a plugin has to say goes to the execution's log",
  },
];

/** What is there, but not the machine's own: a run with the same clock, seed and answers gives the same result. */
export const REPLACED: readonly Forbidden[] = [
  { name: 'Date', why: "without arguments it is the execution's own now, which stands still" },
  { name: 'Math.random', why: "a generator that starts from the execution's seed" },
];

/** A method of the one callback, and the capability that the manifest must name for it. */
export const METHOD_CAPABILITY: ReadonlyMap<string, Capability> = new Map([
  ['files.read', 'files.read'],
  ['claims.lookup', 'claims.lookup'],
  ['stripe.balances', 'stripe.balances'],
]);
