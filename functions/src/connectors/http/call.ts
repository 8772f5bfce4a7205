import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overTls } from 'node:https';
import * as z from 'zod';
import type { HttpCaller, HttpRequest } from '../../effects/http-caller.ts';
import type { Performed } from '../../effects/payment-provider.ts';
import { checkedAddresses, lookupOf, systemResolver, type Address, type Resolver } from './checked-addresses.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const TOO_MANY = 429;
/** Refusals that say nothing about whether the call was carried out before. */
const DOUBTFUL: ReadonlySet<number> = new Set([408, 409, 425]);
/** Headers that are the connection's own: a plan that sets one would decide where a message ends, or whom it is for. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface HttpCallerOptions {
  /** `localhost` and its addresses, where an organization allows them. On one machine only, never in the cloud. */
  readonly allowLoopback: boolean;
  readonly resolve?: Resolver;
  readonly timeoutMs?: number;
}

/**
 * Calls to allowed hosts. The name is resolved here, once; addresses that are not public are refused, and the
 * connection goes to what was checked: a name that changes its mind in between leads nowhere else.
 */
export function httpCaller(options: HttpCallerOptions): HttpCaller {
  return async (call) => {
    const url = new URL(call.url);
    const own = Object.keys(call.headers).find((name) => OWN_HEADERS.has(name.toLowerCase()));
    if (own !== undefined) return refused('header_not_allowed', `A call can not set the header ${own}`);
    const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const checked = await Promise.race([
      checkedAddresses(url.hostname, options.resolve ?? systemResolver, options.allowLoopback),
      whenAborted(signal),
    ]);
    if (checked === null || checked.status === 'unresolved') return unreachable(url);
    if (checked.status === 'refused')
      return refused('address_not_allowed', `${url.host} leads to ${checked.address}, which is no public address`);
    return send(call, url, checked.addresses, signal);
  };
}

async function send(
  call: HttpRequest,
  url: URL,
  addresses: readonly [Address, ...Address[]],
  signal: AbortSignal,
): Promise<Performed> {
  const answer = Promise.withResolvers<IncomingMessage>();
  try {
    const open = url.protocol === 'https:' ? overTls : overHttp;
    const sent = open(url, {
      method: call.method,
      headers: { ...framing(call.body), ...call.headers },
      lookup: lookupOf(addresses),
      // A connection of its own: one that is kept could be of an earlier answer to the same name.
      agent: false,
      signal,
    });
    sent.on('response', answer.resolve).on('error', answer.reject);
    sent.end(call.body ?? undefined);
  } catch {
    // Thrown before anything was opened: a header with a line break, for instance.
    return refused('invalid_request', `The call to ${url.host} can not be written as HTTP`);
  }
  try {
    return await readAnswer(await answer.promise, url);
  } catch (error) {
    return wasNeverSent(error)
      ? unreachable(url)
      : { status: 'unknown', code: 'no_answer', message: `${url.host} has not answered`, retryable: true };
  }
}

function framing(body: string | null): Record<string, string> {
  return body === null
    ? { 'content-length': '0' }
    : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
}

function refused(code: string, message: string): Performed {
  return { status: 'failed', code, message, retryable: false };
}

function unreachable(url: URL): Performed {
  return { status: 'not_done', code: 'unreachable', message: `${url.host} can not be reached`, retryable: true };
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

/** Only what failed before a connection stood proves that nothing was sent. */
function wasNeverSent(error: unknown): boolean {
  // Of several addresses, each was tried in vain.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNeverSent);
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

/** Redirects are not followed: where one leads to was neither signed nor allowed. */
async function readAnswer(answer: IncomingMessage, { host }: URL): Promise<Performed> {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300)
    return { status: 'succeeded', providerId: (await idOf(answer)) ?? `http-${status}` };
  answer.destroy();
  const message = `${host} answered ${status}`;
  if (status === TOO_MANY) return { status: 'not_done', code: 'rate_limit', message, retryable: true };
  if (status >= 400 && status < 500 && !DOUBTFUL.has(status)) return refused(`http_${status}`, message);
  return { status: 'unknown', code: `http_${status}`, message, retryable: true };
}

const answerSchema = z.object({ id: z.string().max(200) });

/** The receiver's own id of what it did, where its answer is JSON with an `id`. */
async function idOf(answer: IncomingMessage): Promise<string | null> {
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      // Leaving the loop closes the connection.
      if (bytes > MAX_ANSWER_BYTES) return null;
      chunks.push(chunk);
    }
    return answerSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).data?.id ?? null;
  } catch {
    return null;
  }
}
