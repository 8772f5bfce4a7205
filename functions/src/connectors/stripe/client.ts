import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AppError } from '@countersign/domain/errors';
import Stripe from 'stripe';

export interface StripeClientOptions {
  readonly secretKey: string;
  /** Another Stripe-compatible server, such as the local one; Stripe itself when left out. */
  readonly apiBase?: URL | undefined;
  readonly timeoutMs?: number;
  /** Repetitions after time-outs, cut connections, 409 and 5xx. Safe for writes: they carry their idempotency key. */
  readonly maxNetworkRetries?: number;
}

const TIMEOUT_MS = 20_000;
const MAX_NETWORK_RETRIES = 2;
const MAX_SOCKETS = 64;

/** @throws AppError `invalid_argument` for a base address that Stripe's package can't use, or that a live key must not be sent to. */
export function createStripeClient(options: StripeClientOptions): Stripe {
  const { secretKey, apiBase } = options;
  if (secretKey === '') throw new AppError('invalid_argument', 'No Stripe key is configured');
  if (apiBase !== undefined) checkBase(apiBase, secretKey);
  const agent =
    apiBase?.protocol === 'http:'
      ? new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS })
      : new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  return new Stripe(secretKey, {
    httpClient: watched(Stripe.createNodeHttpClient(agent)),
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    maxNetworkRetries: options.maxNetworkRetries ?? MAX_NETWORK_RETRIES,
    telemetry: false,
    appInfo: { name: 'countersign' },
    ...(apiBase === undefined ? {} : hostOf(apiBase)),
  });
}

export function modeOf(secretKey: string): 'test' | 'live' {
  return /^[sr]k_live/.test(secretKey) ? 'live' : 'test';
}

function checkBase(apiBase: URL, secretKey: string): void {
  if (apiBase.protocol !== 'http:' && apiBase.protocol !== 'https:')
    throw new AppError('invalid_argument', `${apiBase.href} is no http or https address`);
  if (apiBase.pathname !== '/')
    throw new AppError(
      'invalid_argument',
      `Stripe's base address has no path: ${apiBase.origin} instead of ${apiBase.href}`,
    );
  if (modeOf(secretKey) === 'live' && apiBase.host !== 'api.stripe.com')
    throw new AppError('invalid_argument', `A live key is sent to Stripe only, not to ${apiBase.host}`);
}

function hostOf(apiBase: URL): { host: string; port: string; protocol: 'http' | 'https' } {
  const protocol = apiBase.protocol === 'http:' ? 'http' : 'https';
  return { host: apiBase.hostname, port: apiBase.port || (protocol === 'http' ? '80' : '443'), protocol };
}

/**
 * What became of each attempt within one call. The package repeats a cut connection by itself and reports only the
 * last attempt; but a refusal of the last proves nothing about the first, which may have paid.
 */
interface Attempts {
  doubtful: number;
  lastDoubtful: boolean;
}

const attempts = new AsyncLocalStorage<Attempts>();

export interface Watched<T> {
  readonly result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };
  /** An attempt before the last one may have been carried out. */
  readonly doubtfulBefore: boolean;
}

/** Run one call of the package and watch its attempts. */
export async function watchAttempts<T>(call: () => Promise<T>): Promise<Watched<T>> {
  const seen: Attempts = { doubtful: 0, lastDoubtful: false };
  const result = await attempts.run(seen, () =>
    call().then(
      (value) => ({ ok: true, value }) as const,
      (error: unknown) => ({ ok: false, error }) as const,
    ),
  );
  return { result, doubtfulBefore: seen.doubtful - (seen.lastDoubtful ? 1 : 0) > 0 };
}

function watched(inner: Stripe.HttpClient): Stripe.HttpClient {
  return {
    getClientName: () => inner.getClientName(),
    makeRequest: async (...request) => {
      const seen = attempts.getStore();
      // Counted before the outcome is known: until an answer says otherwise, it may have been carried out.
      if (seen !== undefined) {
        seen.doubtful += 1;
        seen.lastDoubtful = true;
      }
      const response = await inner.makeRequest(...request);
      const status = response.getStatusCode();
      if (seen !== undefined && status < 500 && status !== 409) {
        seen.doubtful -= 1;
        seen.lastDoubtful = false;
      }
      return response;
    },
  };
}
