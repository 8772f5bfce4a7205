import { createHmac, randomBytes } from 'node:crypto';
import { newId } from './ids.ts';
import type { Change, Payout, State, Transfer } from './state.ts';
import { transferJson } from './transfers.ts';

/** Where events go. `events` are Stripe's types; all of them when left out. */
export interface Endpoint {
  readonly url: string;
  /** `whsec_…`; made when left out. */
  readonly secret?: string;
  readonly events?: readonly string[];
}

/** What befalls events on their way, until it is set anew. */
export interface Weather {
  /** Each is sent this many times more. */
  readonly duplicates?: number;
  /** Each comes this much later. */
  readonly delayMs?: number;
  /** This many of the next events are never sent. */
  readonly drop?: number;
  /** Events are kept until they are released, in their order or in reverse. */
  readonly hold?: boolean;
}

export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly account?: string;
  readonly created: number;
  readonly data: { readonly object: object };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: null; readonly idempotency_key: null };
  readonly type: string;
}

const API_VERSION = '2025-03-31.basil';
const MAX_ATTEMPTS = 8;
/** Stripe waits longer, up to hours; here a receiver that comes back within two minutes has lost nothing. */
const FIRST_RETRY_MS = 250;
const ANSWER_LIMIT_MS = 20_000;
const MAX_AT_ONCE = 8;
const MAX_WAITING = 100_000;

interface Delivery {
  readonly endpoint: Required<Pick<Endpoint, 'url' | 'secret'>>;
  readonly event: StripeEvent;
  attempt: number;
}

/** Signed events to every endpoint, repeated until they are taken, as Stripe does; and lost, doubled or late on demand. */
export class Webhooks {
  #endpoints: (Required<Pick<Endpoint, 'url' | 'secret'>> & { id: string; events: readonly string[] | null })[] = [];
  #weather: Weather = {};
  #drop = 0;
  #held: StripeEvent[] = [];
  readonly #queue: Delivery[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #running = 0;
  #closed = false;
  readonly #counts = { events: 0, delivered: 0, failed: 0, dropped: 0, abandoned: 0 };

  /** @returns the endpoint with its secret */
  add({ url, secret, events }: Endpoint): { id: string; url: string; secret: string } {
    const endpoint = {
      id: newId('we'),
      url,
      secret: secret ?? `whsec_${randomBytes(24).toString('hex')}`,
      events: events ?? null,
    };
    this.#endpoints = [...this.#endpoints.filter((one) => one.url !== url), endpoint];
    return { id: endpoint.id, url, secret: endpoint.secret };
  }

  clear(): void {
    this.#endpoints = [];
  }

  list(): object {
    const endpoints = this.#endpoints.map(({ id, url, events }) => ({ id, url, events }));
    const waiting = this.#queue.length + this.#running + this.#timers.size;
    return { endpoints, weather: this.#weather, held: this.#held.length, waiting, ...this.#counts };
  }

  setWeather(weather: Weather): void {
    this.#weather = weather;
    this.#drop = weather.drop ?? 0;
  }

  /** Send what was held back. @returns how many events */
  release(order: 'forward' | 'reverse'): number {
    const held = order === 'reverse' ? this.#held.toReversed() : this.#held;
    this.#held = [];
    for (const event of held) this.#send(event);
    return held.length;
  }

  emit(event: StripeEvent): void {
    if (this.#closed || !this.#endpoints.some((endpoint) => wants(endpoint, event))) return;
    this.#counts.events += 1;
    if (this.#drop > 0) {
      this.#drop -= 1;
      this.#counts.dropped += 1;
    } else if (this.#weather.hold === true) {
      if (this.#held.length < MAX_WAITING) this.#held.push(event);
    } else this.#send(event);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#queue.length = 0;
  }

  #send(event: StripeEvent): void {
    for (const endpoint of this.#endpoints) {
      if (!wants(endpoint, event)) continue;
      const { url, secret } = endpoint;
      for (let copy = 0; copy <= (this.#weather.duplicates ?? 0); copy += 1)
        this.#later(this.#weather.delayMs ?? 0, { endpoint: { url, secret }, event, attempt: 1 });
    }
  }

  #later(delayMs: number, delivery: Delivery): void {
    if (delayMs === 0) return this.#enqueue(delivery);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#enqueue(delivery);
    }, delayMs);
    this.#timers.add(timer);
  }

  #enqueue(delivery: Delivery): void {
    if (this.#closed) return;
    if (this.#queue.length < MAX_WAITING) this.#queue.push(delivery);
    else this.#counts.abandoned += 1;
    this.#pump();
  }

  #pump(): void {
    while (this.#running < MAX_AT_ONCE) {
      const delivery = this.#queue.shift();
      if (delivery === undefined) return;
      this.#running += 1;
      void post(delivery).then((taken) => {
        this.#running -= 1;
        this.#answered(delivery, taken);
        this.#pump();
      });
    }
  }

  #answered(delivery: Delivery, taken: boolean): void {
    if (this.#closed) return;
    if (taken) this.#counts.delivered += 1;
    else if (delivery.attempt >= MAX_ATTEMPTS) this.#counts.abandoned += 1;
    else {
      this.#counts.failed += 1;
      this.#later(FIRST_RETRY_MS * 2 ** (delivery.attempt - 1), { ...delivery, attempt: delivery.attempt + 1 });
    }
  }
}

function wants({ events }: { readonly events: readonly string[] | null }, { type }: StripeEvent): boolean {
  return events === null || events.includes(type);
}

async function post({ endpoint, event }: Delivery): Promise<boolean> {
  const body = JSON.stringify(event);
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature(body, endpoint.secret) },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      redirect: 'manual',
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** `t=…,v1=…`: HMAC-SHA256 over the time, a dot and the body. Source: https://docs.stripe.com/webhooks#verify-manually */
export function signature(body: string, secret: string, atSeconds = Math.floor(Date.now() / 1000)): string {
  const hmac = createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex');
  return `t=${atSeconds},v1=${hmac}`;
}

/** The events that a change causes, seen against the state before it. */
export function eventsOf(change: Change, before: State, nowMs: number): StripeEvent[] {
  if (change.reset === true) return [];
  const payouts = (change.payouts ?? []).flatMap(({ account, payout }) =>
    typesOfPayout(before.payouts.get(payout.id)?.payout, payout).map((type) => eventOf(type, payout, account, nowMs)),
  );
  const transfers = (change.transfers ?? []).flatMap((transfer) =>
    typesOfTransfer(before.transfers.get(transfer.id), transfer).map((type) =>
      eventOf(type, transferJson(transfer), undefined, nowMs),
    ),
  );
  return [...payouts, ...transfers];
}

function typesOfPayout(before: Payout | undefined, { status }: Payout): string[] {
  if (before === undefined) return ['payout.created'];
  if (before.status === status) return [];
  return status === 'pending' || status === 'in_transit' ? ['payout.updated'] : [`payout.${status}`, 'payout.updated'];
}

function typesOfTransfer(before: Transfer | undefined, after: Transfer): string[] {
  if (before === undefined) return ['transfer.created'];
  return before.amount_reversed === after.amount_reversed ? ['transfer.updated'] : ['transfer.reversed'];
}

/** Events of a connected account name it; the platform's own do not. */
function eventOf(type: string, object: object, account: string | undefined, nowMs: number): StripeEvent {
  return {
    id: newId('evt'),
    object: 'event',
    api_version: API_VERSION,
    ...(account === undefined ? {} : { account }),
    created: Math.floor(nowMs / 1000),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
}
