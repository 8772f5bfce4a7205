import Stripe from 'stripe';
import { metadataOf } from '../../../functions/src/connectors/stripe/metadata.ts';
import { receiveStripeEvent } from '../../../functions/src/webhooks/receive-stripe-event.ts';
import type { Payment } from './sim-stripe.ts';
import type { SimWorld } from './sim-world.ts';

const SECRET = 'whsec_simulated';
const HOUR_MS = 3_600_000;

interface Told {
  readonly type: 'payout.paid' | 'payout.failed';
  readonly payment: Payment;
  heard: boolean;
  /** No event of it will ever come. */
  readonly lost: boolean;
}

/** What becomes of payouts later, and what Stripe's events tell of it: doubled, out of order, late or never. */
export class SimWebhooks {
  readonly #world: SimWorld;
  readonly #told: Told[] = [];
  /** Before the calm, payouts come back and arrive; from then on, nothing new happens. */
  #over = false;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** A payment was made: one day it arrives, or comes back, or first the one and then the other. */
  made(payment: Payment): void {
    const { faults, random } = this.#world;
    if (payment.kind !== 'payout') return;
    const comesBack = faults.strikes('payout_returned', payment.reference);
    const arrives = !comesBack || random.chance(0.3);
    if (arrives && random.chance(0.5)) this.#later(() => this.#arrive(payment));
    if (comesBack) this.#later(() => this.#comeBack(payment));
  }

  #later(act: () => void): void {
    const { random, scheduler } = this.#world;
    const ms = random.chance(0.5) ? random.between(10, 90_000) : random.between(1_000, 26 * HOUR_MS);
    scheduler.after(ms, 'at the bank', () => this.#over || act());
  }

  #arrive(payment: Payment): void {
    if (payment.state !== 'in_transit') return;
    payment.state = 'settled';
    this.#tell('payout.paid', payment);
  }

  #comeBack(payment: Payment): void {
    this.#world.stripe.sendBack(payment);
    this.#tell('payout.failed', payment);
  }

  #tell(type: Told['type'], payment: Payment): void {
    const { faults, random, scheduler } = this.#world;
    const told: Told = { type, payment, heard: false, lost: faults.strikes('webhook_lost', payment.id) };
    this.#told.push(told);
    if (told.lost) return;
    const times = faults.strikes('webhook_doubled', payment.id) ? 2 : 1;
    for (let time = 0; time < times; time += 1)
      scheduler.after(random.between(0, 20_000), `event of ${payment.id}`, () => void this.#deliver(told));
  }

  /** Stripe sends an event again, later and later, until it is taken. */
  async #deliver(told: Told, attempt = 1): Promise<void> {
    const { random, scheduler } = this.#world;
    const status = await this.#world
      .within('command', async (deps) => {
        const body = this.#bodyOf(told);
        const timestamp = Math.floor(deps.now().getTime() / 1000);
        const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp });
        return (await receiveStripeEvent(deps, SECRET, Buffer.from(body), header)).status;
      })
      .catch((error: unknown) => this.#world.expectSpeakable(error, 'webhook'));
    if (status === 200) told.heard = true;
    else if (attempt < 20 && !told.heard)
      scheduler.after(
        random.between(5_000, 60_000),
        `event of ${told.payment.id} again`,
        () => void this.#deliver(told, attempt + 1),
      );
  }

  #bodyOf({ type, payment }: Told): string {
    const { account, id, effectId, executionId, key, page, reference } = payment;
    const metadata = metadataOf(
      { orgId: this.#world.orgId, effectId, executionId, page, idempotencyKey: key },
      reference,
    );
    return JSON.stringify({
      id: `evt_${type}_${id}`,
      type,
      livemode: false,
      account,
      data: { object: { id, metadata } },
    });
  }

  /** In the calm every event that is not lost comes through. @returns whether any was lost: then only asking helps */
  async calm(): Promise<boolean> {
    this.#over = true;
    for (const told of this.#told) if (!told.heard && !told.lost) await this.#deliver(told);
    return this.#told.some(({ lost }) => lost);
  }
}
