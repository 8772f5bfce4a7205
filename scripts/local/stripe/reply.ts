/** What the local Stripe answers: a status, a JSON body (an object, or text rendered before) and extra headers. */
export interface Reply {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of Stripe's `error` object. Source: https://docs.stripe.com/api/errors */
export interface StripeErrorBody {
  readonly type?: 'invalid_request_error' | 'idempotency_error' | 'api_error' | 'rate_limit_error' | 'card_error';
  readonly code?: string;
  readonly message: string;
  readonly param?: string;
}

export function ok(body: object | string): Reply {
  return { status: 200, body };
}

export function refuse(status: number, error: StripeErrorBody): Reply {
  const docUrl =
    error.code === undefined
      ? {}
      : { doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}` };
  return { status, body: { error: { type: 'invalid_request_error', ...error, ...docUrl } } };
}

export function bodyText(reply: Reply): string {
  return typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
}
