import { moneyOf, payeeOf } from '@countersign/domain/plan/effect-facts';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import { fromMinor } from '@countersign/domain/money/money';
import type { PaymentNow } from '../effects/payment-provider.ts';
import type { Intent } from './page-intents.ts';

/**
 * Why a payment is not the one of this effect, or null when it is. A seller can make payouts of his own account with
 * any metadata, so that a payment names an effect proves nothing: account, amount, key and, where it is known, the
 * provider's id must be what was signed and sent.
 */
export function mismatch(effect: Effect, intent: Intent, outcome: Outcome, payment: PaymentNow): string | null {
  const [money, payee] = [moneyOf(effect), payeeOf(effect)];
  if (money === null || payee === null) return 'The effect moves no money';
  if (payment.account !== payee.account) return 'The payment went to another account';
  if (payment.currency !== money.currency || payment.amountMinor !== fromMinor(money.amountMinor))
    return 'The payment has another amount';
  if (payment.idempotencyKey !== intent.idempotencyKey) return 'The payment was not sent under the key of the effect';
  if (outcome.providerId === payment.providerId) return null;
  if (outcome.providerId !== null) return 'The effect was paid by another payment';
  return outcome.status === 'unknown' ? null : `There is a payment of an effect that is ${outcome.status}`;
}
