import type { Reply } from './reply.ts';
import { refuse } from './reply.ts';
import type { StripeErrorBody } from './reply.ts';

/**
 * Faults on demand. A request that matches loses its next `times` attempts:
 * - `timeout_before`: the connection is cut, nothing was done;
 * - `timeout_after`: everything was done, the connection is cut before the answer;
 * - `status`: the answer is `status`, nothing was done. 5xx is saved under the idempotency key and replayed, as
 *   Stripe does; anything lower (429, 409) is not;
 * - `status_after`: everything was done, and yet the answer is `status`, saved under the key;
 * - `delay`: answered `delayMs` later; meanwhile the idempotency key is in use.
 * `delayMs` applies to the other actions too, before they happen.
 */
export interface Fault {
  readonly match: FaultMatch;
  readonly action: 'timeout_before' | 'timeout_after' | 'status' | 'status_after' | 'delay';
  readonly status?: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** How often it strikes; 1 unless given. */
  readonly times?: number;
  readonly delayMs?: number;
}

export interface FaultMatch {
  readonly method?: string;
  /** The whole path, or its beginning followed by `*`. */
  readonly path?: string;
  readonly account?: string;
  readonly idempotencyKey?: string;
  /** Strike from the nth matching request on, counted from 1. */
  readonly nth?: number;
}

export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly account: string | undefined;
  readonly idempotencyKey: string | undefined;
}

const ACTIONS = new Set(['timeout_before', 'timeout_after', 'status', 'status_after', 'delay']);
const MAX_DELAY_MS = 120_000;

export class Faults {
  #entries: { fault: Fault; seen: number; struck: number }[] = [];

  /** Returns what is wrong with a fault, in words, or adds them all. */
  add(faults: readonly Fault[]): string | undefined {
    for (const fault of faults) {
      if (!ACTIONS.has(fault?.action)) return `action must be one of ${[...ACTIONS].join(', ')}`;
      if (typeof fault.match !== 'object' || fault.match === null) return 'match must be an object';
      const needsStatus = fault.action === 'status' || fault.action === 'status_after';
      if (needsStatus && !(Number.isInteger(fault.status) && fault.status! >= 400 && fault.status! <= 599))
        return 'status must be 400 to 599';
      if (!((fault.delayMs ?? 0) >= 0 && (fault.delayMs ?? 0) <= MAX_DELAY_MS))
        return `delayMs must be 0 to ${MAX_DELAY_MS}`;
    }
    for (const fault of faults) this.#entries.push({ fault, seen: 0, struck: 0 });
    return undefined;
  }

  clear(): void {
    this.#entries = [];
  }

  list(): object[] {
    return this.#entries.map(({ fault, seen, struck }) => ({ ...fault, seen, struck }));
  }

  /** The fault that strikes this request. Every matching fault counts the request. */
  take(target: FaultTarget): Fault | undefined {
    let striking: Fault | undefined;
    for (const entry of this.#entries) {
      if (!matches(entry.fault.match, target)) continue;
      entry.seen += 1;
      const due = entry.seen >= (entry.fault.match.nth ?? 1) && entry.struck < (entry.fault.times ?? 1);
      if (striking !== undefined || !due) continue;
      entry.struck += 1;
      striking = entry.fault;
    }
    return striking;
  }
}

export function faultReply(fault: Fault): Reply {
  const status = fault.status ?? 500;
  const reply =
    fault.body === undefined ? refuse(status, DEFAULT_ERRORS[status] ?? UNKNOWN) : { status, body: fault.body };
  const advice = status >= 500 ? { 'Stripe-Should-Retry': 'false' } : {};
  return { ...reply, headers: { ...advice, ...fault.headers } };
}

const UNKNOWN: StripeErrorBody = { type: 'api_error', message: 'An unknown error occurred' };

const DEFAULT_ERRORS: Readonly<Record<number, StripeErrorBody>> = {
  409: { type: 'invalid_request_error', message: 'The request conflicts with another request.' },
  429: {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message:
      'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.',
  },
};

function matches(match: FaultMatch, target: FaultTarget): boolean {
  if (match.method !== undefined && match.method !== target.method) return false;
  if (match.account !== undefined && match.account !== target.account) return false;
  if (match.idempotencyKey !== undefined && match.idempotencyKey !== target.idempotencyKey) return false;
  if (match.path === undefined) return true;
  return match.path.endsWith('*') ? target.path.startsWith(match.path.slice(0, -1)) : target.path === match.path;
}
