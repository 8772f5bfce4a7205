import type { Capability } from '@countersign/domain/schemas/plugin';

export interface Forbidden {
  /** Path below the global object. */
  readonly name: string;
  readonly why: string;
}

/**
 * The globals that plugin code has, besides `countersign`. Whatever else V8 brings, now or after an update, is taken
 * away: a new global is a decision, not a surprise.
 */
export const ALLOWED_GLOBALS: readonly string[] = words(`
  globalThis undefined NaN Infinity eval isFinite isNaN parseFloat parseInt
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
  Object Function Boolean Symbol Number BigInt Math Date String RegExp JSON Intl
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError
  Promise Proxy Reflect Iterator DisposableStack AsyncDisposableStack
  Array Map Set WeakMap WeakSet ArrayBuffer DataView
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  BigInt64Array BigUint64Array Float16Array Float32Array Float64Array
`);

/** The same for `Intl`: what formats and compares what it is given. */
export const ALLOWED_INTL: readonly string[] = words(`
  getCanonicalLocales supportedValuesOf Locale Collator NumberFormat PluralRules ListFormat
  RelativeTimeFormat DurationFormat DisplayNames Segmenter
`);

/**
 * What an isolate has by itself and plugin code must not, with the reason. What the lists above leave out is named here
 * for the reader; what is below another object is taken away by name. Nothing of Node is here, because none of it exists in an
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
  {
    name: 'ArrayBuffer.prototype.resize',
    why: 'a resizable buffer takes its memory past the allocator that counts: a gigabyte in a small isolate',
  },
];

/** What is there, but not the machine's own: a run with the same clock, seed and answers gives the same result. */
export const REPLACED: readonly Forbidden[] = [
  { name: 'Date', why: "without arguments it is the execution's own now, which stands still" },
  { name: 'Math.random', why: "a generator that starts from the execution's seed" },
  { name: 'ArrayBuffer', why: 'ignores `maxByteLength`, for the reason that `resize` is forbidden' },
];

/** A method of the one callback, and the capability that the manifest must name for it. */
export const METHOD_CAPABILITY: ReadonlyMap<string, Capability> = new Map([
  ['files.read', 'files.read'],
  ['files.chunk', 'files.read'],
  ['drafts.open', 'files.write'],
  ['drafts.write', 'files.write'],
  ['drafts.close', 'files.write'],
  ['claims.lookup', 'claims.lookup'],
  ['stripe.balances', 'stripe.balances'],
  ['records.get', 'records.read'],
  ['ledger.balances', 'ledger.balances'],
  ['fx.rates', 'fx.rates'],
  ['ledger.accounts', 'ledger.accounts'],
]);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** The call whose arguments have a limit of their own: `draftBytes`. */
export const DRAFT_METHOD = 'drafts.write';
