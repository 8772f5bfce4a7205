import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { noAccess, reachable } from './accounts.ts';
import { faultReply, Faults } from './faults.ts';
import type { Fault } from './faults.ts';
import { parseForm } from './form.ts';
import { answerOfKey, KEPT_MS, keyedCall, savedChange } from './idempotency.ts';
import type { KeyedCall } from './idempotency.ts';
import { newId } from './ids.ts';
import { Journal } from './journal.ts';
import { platformChange, serveLocal } from './local-routes.ts';
import { bodyText, refuse } from './reply.ts';
import type { Reply } from './reply.ts';
import type { ApiRequest, Decision } from './request.ts';
import { decide } from './routes.ts';
import { State } from './state.ts';
import { HEARD_EVENTS } from '../../../functions/src/webhooks/stripe-notice.ts';
import { eventsOf, Webhooks } from './webhooks.ts';

/**
 * A stateful stand-in for Stripe that the real `stripe` package talks to over HTTP: accounts, balances, payouts,
 * transfers, idempotency keys and signed webhooks, with faults on demand. No money and no network outside this machine
 * are involved.
 *
 * `node scripts/local/stripe/server.ts --port N [--state FILE]`; with STRIPE_WEBHOOK_URL and STRIPE_WEBHOOK_SECRET in
 * its environment, events go there from the start.
 */
export interface LocalStripeOptions {
  /** Where the state is kept between starts; in memory only when left out. */
  readonly stateFile?: string | undefined;
  readonly now?: () => number;
}

export interface LocalStripe {
  readonly state: State;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly listen: (port: number) => Promise<{ url: string; port: number }>;
  readonly close: () => Promise<void>;
}

const MAX_BODY_BYTES = 1 << 20;
const MAX_LOCAL_BODY_BYTES = 64 << 20;

export function createLocalStripe(options: LocalStripeOptions = {}): LocalStripe {
  const now = options.now ?? Date.now;
  const state = new State(options.stateFile === undefined ? undefined : new Journal(options.stateFile));
  if (state.accounts.size === 0) state.commit(platformChange({ state, nowMs: now() }));
  const faults = new Faults();
  const webhooks = new Webhooks();
  state.watch((change, before) => {
    for (const event of eventsOf(change, before, now())) webhooks.emit(event);
  });
  const running = new Set<string>();
  const startedAtMs = now();
  let requests = 0;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const call = await readCall(req);
    if (call === undefined) return send(res, refuse(413, { message: 'The request body is too large.' }), {});
    if (call.path.startsWith('/__local/')) {
      // A web page of another origin must not reach the controls through the user's browser.
      if (req.headers.origin !== undefined) return send(res, refuse(403, { message: 'Not for browsers.' }), {});
      return send(res, serveLocal({ state, faults, webhooks, ...call, nowMs: now(), startedAtMs, requests }), {});
    }
    requests += 1;
    const fault = faults.take({
      method: call.method,
      path: call.path,
      account: call.account,
      idempotencyKey: call.idempotencyKey,
    });
    await wait(fault, 'timeout_before');
    if (fault?.action === 'timeout_before') return void req.socket.destroy();
    const reply = await answerCall(call, fault);
    await wait(fault, 'timeout_after');
    if (fault?.action === 'timeout_after') return void req.socket.destroy();
    send(res, reply.reply, { ...call.echo, 'Request-Id': reply.requestId });
  }

  async function answerCall(call: Call, fault: Fault | undefined): Promise<{ reply: Reply; requestId: string }> {
    const requestId = newId('req', 14);
    const refused = checkKey(call.secretKey);
    if (refused !== undefined) return { reply: refused, requestId };
    const form = parseForm(call.body);
    const query = parseForm(call.query);
    if (form === undefined || query === undefined)
      return { reply: refuse(400, { message: 'Too many parameters.' }), requestId };
    const account = call.account === undefined ? state.platform() : reachable(state, call.account);
    if (account === undefined) return { reply: noAccess(hintOf(call.secretKey), call.account ?? ''), requestId };
    if (fault?.action === 'status' && (fault.status ?? 500) < 500) {
      await wait(fault, 'delay');
      return { reply: faultReply(fault), requestId };
    }

    const request: ApiRequest = {
      state,
      method: call.method,
      path: call.path,
      query,
      form,
      account,
      keyHint: hintOf(call.secretKey),
      nowMs: now(),
    };
    if (call.method !== 'POST' || call.idempotencyKey === undefined) {
      await wait(fault, 'delay');
      return { reply: execute(request, undefined, fault), requestId };
    }
    const keyed = keyedCall(account.id, call.idempotencyKey, call.method, call.path, form, requestId, request.nowMs);
    const known = answerOfKey(state, running, keyed);
    if (known !== undefined) return { reply: known, requestId };
    running.add(keyed.scopedKey);
    try {
      await wait(fault, 'delay');
      return { reply: execute(request, keyed, fault), requestId };
    } finally {
      running.delete(keyed.scopedKey);
    }
  }

  /** Decide, then commit the change and the answer at once. */
  function execute(request: ApiRequest, keyed: KeyedCall | undefined, fault: Fault | undefined): Reply {
    const decision = withFault(fault, () => decide(request));
    const change = keyed === undefined ? decision.change : savedChange(keyed, decision);
    if (change !== undefined) state.commit(change);
    return decision.reply;
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      console.error('local Stripe:', error);
      if (!res.headersSent)
        send(
          res,
          refuse(500, { type: 'api_error', message: 'The local Stripe itself failed; its output says why.' }),
          {},
        );
    });
  });
  return {
    state,
    faults,
    webhooks,
    listen: (port) => listen(server, port),
    close: () => {
      webhooks.close();
      return close(server, () => state.close(now() - KEPT_MS));
    },
  };
}

function withFault(fault: Fault | undefined, run: () => Decision): Decision {
  if (fault?.action === 'status') return { reply: faultReply(fault), began: true };
  const decision = run();
  return fault?.action === 'status_after' && decision.began ? { ...decision, reply: faultReply(fault) } : decision;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly secretKey: string | undefined;
  readonly account: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** Headers that Stripe sends back as they came. */
  readonly echo: Record<string, string>;
}

async function readCall(req: IncomingMessage): Promise<Call | undefined> {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const body = await readBody(req, path.startsWith('/__local/') ? MAX_LOCAL_BODY_BYTES : MAX_BODY_BYTES);
  if (body === undefined) return undefined;
  const account = headerOf(req, 'stripe-account');
  const idempotencyKey = headerOf(req, 'idempotency-key');
  const version = headerOf(req, 'stripe-version');
  const echo: Record<string, string> = {};
  if (account !== undefined) echo['Stripe-Account'] = account;
  if (idempotencyKey !== undefined) echo['Idempotency-Key'] = idempotencyKey;
  if (version !== undefined) echo['Stripe-Version'] = version;
  const secretKey = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1];
  return {
    method: req.method ?? 'GET',
    path,
    query: mark === -1 ? '' : url.slice(mark + 1),
    body,
    secretKey,
    account,
    idempotencyKey,
    echo,
  };
}

async function readBody(req: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString();
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function checkKey(secretKey: string | undefined): Reply | undefined {
  if (secretKey === undefined) {
    return refuse(401, {
      message:
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    });
  }
  if (secretKey.startsWith('sk_live') || secretKey.startsWith('rk_live')) {
    return refuse(401, {
      message:
        'This is the local Stripe, and it was given a live key. Live keys belong to Stripe only: check the configured base address, and consider rolling the key.',
    });
  }
  return undefined;
}

/** A key as error messages show it: its beginning and its end. */
function hintOf(secretKey: string | undefined): string {
  return secretKey === undefined ? '' : `${secretKey.slice(0, 8)}${'*'.repeat(8)}${secretKey.slice(-4)}`;
}

function send(res: ServerResponse, reply: Reply, headers: Record<string, string>): void {
  const text = bodyText(reply);
  res.writeHead(reply.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
    ...reply.headers,
  });
  res.end(text);
}

/** Each action waits at its own moment: before the effect, after it, or while the key is in use. */
function wait(
  fault: Fault | undefined,
  moment: 'timeout_before' | 'timeout_after' | 'delay',
): Promise<void> | undefined {
  if (fault?.delayMs === undefined || fault.delayMs === 0) return undefined;
  const when = fault.action === 'timeout_before' || fault.action === 'timeout_after' ? fault.action : 'delay';
  return when === moment ? new Promise((resolve) => setTimeout(resolve, fault.delayMs)) : undefined;
}

function listen(server: Server, port: number): Promise<{ url: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${actual}`, port: actual });
    });
  });
}

async function close(server: Server, save: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  save();
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, state: { type: 'string' } } });
  const port = Number(values.port);
  if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error('Usage: node scripts/local/stripe/server.ts --port N [--state FILE]');
    process.exitCode = 2;
    return;
  }
  const stripe = createLocalStripe({ stateFile: values.state });
  const { STRIPE_WEBHOOK_URL: webhook = '', STRIPE_WEBHOOK_SECRET: secret = '' } = process.env;
  // The events that the endpoint is registered for at Stripe as well: `payout.created` for each of 10,000 payouts would
  // take the emulated functions' processes from the worker that makes them.
  if (webhook !== '' && secret !== '') stripe.webhooks.add({ url: webhook, secret, events: HEARD_EVENTS });
  const { url } = await stripe.listen(port);
  console.log(
    `local Stripe on ${url}, ${stripe.state.accounts.size - 1} connected accounts, state in ${values.state ?? 'memory'}`,
  );
  const stop = (): void => void stripe.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

if (import.meta.main) await main();
