import type { Performed } from './payment-provider.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, or null for none. */
  readonly body: string | null;
}

/**
 * Makes one call, once, to public addresses only: no redirect is followed and nothing is repeated. Never throws for what
 * the other side answers: 2xx succeeded, other 4xx failed, 429 not done, and everything else unknown.
 */
export type HttpCaller = (request: HttpRequest) => Promise<Performed>;
