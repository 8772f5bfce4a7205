import { HEARD_EVENTS } from '../../webhooks/stripe-notice.ts';
import type { MadePayout } from './scripted-provider.ts';

export const WEBHOOK_SECRET = 'whsec_of_the_tests';

export interface SentEvent {
  readonly id: string;
  readonly type: (typeof HEARD_EVENTS)[number];
  readonly livemode: boolean;
  readonly account?: string;
  readonly data: { readonly object: Record<string, unknown> & { readonly metadata: Record<string, string> } };
}

/** An event of Stripe's about a payment that the scripted provider has made. */
export function eventOf(type: SentEvent['type'], made: MadePayout, id: string): SentEvent {
  const metadata = {
    countersign_org: made.orgId,
    countersign_execution: made.executionId,
    countersign_effect: made.effectId,
    countersign_page: made.page,
    countersign_key: made.key,
    countersign_reference: made.reference,
  };
  const object = { id: made.id, object: made.kind, currency: made.currency.toLowerCase(), metadata };
  return made.kind === 'payout'
    ? { id, type, livemode: false, account: made.account, data: { object } }
    : { id, type, livemode: false, data: { object: { ...object, destination: made.account } } };
}
