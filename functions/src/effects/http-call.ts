import { isAllowedHost } from '@countersign/domain/plan/allowed-host';
import type { OutsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';

/**
 * A call to another system of the organization's. With a header for a key, the receiver dedupes; without one it is made
 * at most once, and a crash in between leaves it unknown.
 */
export const httpCall: OutsideKind<'http.call'> = {
  kind: 'http.call',
  once: 'at_most_once',
  onceFor: (effect) => (effect.data.idempotencyHeader === null ? 'at_most_once' : 'by_key'),
  where: 'outside',
  canBeAsked: false,
  connector: 'http',
  predict: async ({ organization }, effect) =>
    predictFacts(
      effect,
      isAllowedHost(effect.data.url, organization.allowedHosts)
        ? null
        : `${effect.data.url} is not at a host that the organization allows`,
    ),
  async perform({ http, organization }, effect, ids) {
    const { method, url, headers, body, idempotencyHeader } = effect.data;
    // Taken off the list since it was signed: refused here, whatever the plan says.
    if (!isAllowedHost(url, organization.allowedHosts))
      return {
        status: 'failed',
        code: 'host_not_allowed',
        message: `${new URL(url).host} is not allowed`,
        retryable: false,
      };
    return http({
      method,
      url,
      headers: { ...headers, ...(idempotencyHeader === null ? {} : { [idempotencyHeader]: ids.idempotencyKey }) },
      body: body === null ? null : JSON.stringify(body),
    });
  },
  // Nobody can be asked what became of a call.
  find: async () => null,
};
