import type { Form } from './form.ts';
import type { Reply } from './reply.ts';
import type { Account, Change, State } from './state.ts';

/** One API request after parsing: who asks (`account`), what, and when. */
export interface ApiRequest {
  readonly state: State;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Form;
  readonly form: Form;
  /** The account acted on: that of the `Stripe-Account` header, else the platform. */
  readonly account: Account;
  readonly keyHint: string;
  readonly nowMs: number;
}

/**
 * What a route decided. Nothing is changed yet: the server commits `change` together with the answer saved under
 * the idempotency key. `began` is false when the parameters were refused before the endpoint began to execute:
 * such an answer is not saved (https://docs.stripe.com/api/idempotent_requests).
 */
export interface Decision {
  readonly reply: Reply;
  readonly change?: Change;
  readonly began: boolean;
}

export type Route = (request: ApiRequest, ...ids: string[]) => Decision;

export function answer(reply: Reply): Decision {
  return { reply, began: true };
}

export function invalid(reply: Reply): Decision {
  return { reply, began: false };
}
