import * as z from 'zod';
import { EFFECT_KEY, EXECUTION_KEY, KEY_KEY, ORG_KEY, PAGE_KEY } from '../connectors/stripe/metadata.ts';

/** Events that say what became of a payment. All others are taken and forgotten. */
export const HEARD_EVENTS = ['payout.paid', 'payout.failed', 'payout.canceled', 'transfer.reversed'] as const;

/** Ids go into paths of documents: nothing else may be in them, and no name that the database keeps for itself. */
const pathSafe = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,128}$/)
  .refine((text) => !/^\.{1,2}$|^__.*__$/.test(text));

const eventSchema = z.object({
  id: pathSafe,
  type: z.string(),
  livemode: z.boolean(),
  account: z.string().nullish(),
  data: z.object({ object: z.unknown() }),
});

const paymentSchema = z.object({
  id: z.string().min(1).max(100),
  destination: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  metadata: z.object({
    [ORG_KEY]: pathSafe,
    [EXECUTION_KEY]: pathSafe,
    [EFFECT_KEY]: pathSafe,
    [PAGE_KEY]: z.string().regex(/^\d{1,9}-\d{1,9}$/),
    [KEY_KEY]: z.string().min(1).max(300),
  }),
});

/** What an event says, as far as it leads to an effect. It proves nothing yet. */
export interface StripeNotice {
  readonly eventId: string;
  readonly type: string;
  readonly livemode: boolean;
  readonly kind: 'payout' | 'transfer';
  /** The connected account that was paid. */
  readonly account: string;
  readonly providerId: string;
  readonly orgId: string;
  readonly executionId: string;
  readonly page: string;
  readonly effectId: string;
  readonly idempotencyKey: string;
}

/** The notice in an event of Stripe's; null for events of other types, and for payments that are none of ours. */
export function noticeOf(raw: unknown): StripeNotice | null {
  const { data: event } = eventSchema.safeParse(raw);
  if (event === undefined || !HEARD_EVENTS.some((type) => type === event.type)) return null;
  const { data: payment } = paymentSchema.safeParse(event.data.object);
  if (payment === undefined) return null;
  const kind = event.type.startsWith('payout.') ? 'payout' : 'transfer';
  const { destination } = payment;
  // A payout belongs to the account that the event came from; a transfer went to its destination.
  const account = kind === 'payout' ? event.account : typeof destination === 'string' ? destination : destination?.id;
  if (typeof account !== 'string' || account === '') return null;
  return {
    eventId: event.id,
    type: event.type,
    livemode: event.livemode,
    kind,
    account,
    providerId: payment.id,
    orgId: payment.metadata[ORG_KEY],
    executionId: payment.metadata[EXECUTION_KEY],
    page: payment.metadata[PAGE_KEY],
    effectId: payment.metadata[EFFECT_KEY],
    idempotencyKey: payment.metadata[KEY_KEY],
  };
}
