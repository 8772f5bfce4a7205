import type { HttpRequest } from '../../../functions/src/effects/http-caller.ts';
import type { Performed } from '../../../functions/src/effects/payment-provider.ts';
import type { FaultInjector } from './faults.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export const RECEIVER_HOST = 'hooks.example.com';
export const KEY_HEADER = 'Idempotency-Key';
const TIMEOUT_MS = 15_000;

/** Another system that effects call: it dedupes by a key where it is given one, and does what it is told where not. */
export class SimReceiver {
  /** How often each thing was done, by the body that asked for it. */
  readonly done = new Map<string, number>();
  /** Those of them that came with a key. */
  readonly keyed = new Set<string>();
  readonly #keys = new Map<string, Performed>();
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #faults: FaultInjector;

  constructor(scheduler: Scheduler, random: Random, faults: FaultInjector) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#faults = faults;
  }

  async call(request: HttpRequest): Promise<Performed> {
    const name = `call ${request.url.slice(-8)}`;
    await this.#scheduler.turn(name);
    const fault = this.#faults.one(
      ['http_timeout_before', 'http_timeout_after', 'http_error', 'http_throttled', 'http_unreachable', 'http_refused'],
      name,
    );
    switch (fault) {
      case null:
        return this.#arrive(request);
      case 'http_throttled':
        return { status: 'not_done', code: 'rate_limit', message: 'Too many', retryable: true };
      case 'http_unreachable':
        return { status: 'not_done', code: 'unreachable', message: 'Not reached', retryable: true };
      case 'http_refused':
        // Who dedupes by a key answers as before, whatever it would say to something new.
        if (this.#known(request) !== undefined) return this.#arrive(request);
        return { status: 'failed', code: 'http_422', message: 'No', retryable: false };
      case 'http_error':
        if (this.#random.chance(0.5)) this.#arrive(request);
        return { status: 'unknown', code: 'http_500', message: 'An error', retryable: true };
      case 'http_timeout_after':
        this.#arrive(request);
        break;
      case 'http_timeout_before':
        break;
    }
    await this.#scheduler.sleep(this.#random.between(10, TIMEOUT_MS), `no answer to ${name}`);
    return { status: 'unknown', code: 'no_answer', message: 'No answer', retryable: true };
  }

  #known({ headers }: HttpRequest): Performed | undefined {
    return this.#keys.get(headers[KEY_HEADER] ?? '');
  }

  #arrive(request: HttpRequest): Performed {
    const { headers, body } = request;
    const key = headers[KEY_HEADER];
    const known = this.#known(request);
    if (known !== undefined) return known;
    const what = body ?? '';
    if (key !== undefined) this.keyed.add(what);
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
    const answer: Performed = { status: 'succeeded', providerId: `call-${this.done.size}` };
    if (key !== undefined) this.#keys.set(key, answer);
    return answer;
  }
}
