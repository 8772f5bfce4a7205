import { formatMoney, toMinor } from '../money/money.ts';
import { KIND_NOUN } from './effect-facts.ts';
import type { EffectKind } from '../schemas/effect.ts';
import type { Total } from '../schemas/common.ts';

export interface PlanFacts {
  readonly effectsByKind: readonly { readonly kind: string; readonly count: number }[];
  readonly totals: readonly Total[];
  readonly payeeCount: number;
  readonly newPayeeCount: number;
  readonly hiddenDestinationCount: number;
  readonly refusedCount: number;
  readonly providerAccount: string;
}

/** Amounts of several currencies in words: `USD 1,200.00 and JPY 5,000`. */
export function amountsInWords(totals: readonly Total[]): string {
  return inWords(totals.map((total) => formatMoney(toMinor(total.amountMinor), total.currency)));
}

/** What leaves, from where, to whom: one sentence, computed from the very effects. */
export function planSentence(facts: PlanFacts): string {
  const count = facts.totals.reduce((sum, total) => sum + total.count, 0);
  const others = otherKinds(facts);
  if (count === 0 && others !== '') {
    const left = facts.refusedCount > 0 ? `; ${plural(facts.refusedCount, 'row')} left out` : '';
    return `Makes ${others}, and moves no money${left}.`;
  }
  if (count === 0 && facts.refusedCount === 0) return 'Changes nothing: there is nothing to sign.';
  if (count === 0) return `Sends nothing: ${plural(facts.refusedCount, 'row')} can not be paid.`;
  const remarks = [
    facts.newPayeeCount > 0 ? `${facts.newPayeeCount} new` : null,
    facts.hiddenDestinationCount > 0 ? `${facts.hiddenDestinationCount} to a bank account that Stripe hides` : null,
    facts.refusedCount > 0 ? `${plural(facts.refusedCount, 'row')} left out` : null,
  ].filter((remark) => remark !== null);
  const main = `${movements(facts, count)}${others === '' ? '' : `; makes ${others}`}`;
  return `${main}${remarks.length > 0 ? `; ${remarks.join('; ')}` : ''}.`;
}

function movements(facts: PlanFacts, count: number): string {
  const amounts = amountsInWords(facts.totals);
  const accounts = plural(facts.payeeCount, 'connected account');
  const transfers = facts.effectsByKind.find(({ kind }) => kind === 'stripe.transfer')?.count ?? 0;
  if (transfers === 0)
    return `Sends ${plural(count, 'payout')}, ${amounts}, from the Stripe balances of ${accounts} to their banks`;
  if (transfers === count)
    return `Sends ${plural(count, 'transfer')}, ${amounts}, from the platform's Stripe balance to ${accounts}`;
  return `Sends ${plural(transfers, 'transfer')} to ${accounts} and ${plural(count - transfers, 'payout')} to their banks, ${amounts}`;
}

/** What is done beside moving money: `2 files and 1 message`. */
function otherKinds({ effectsByKind }: PlanFacts): string {
  const parts = effectsByKind.flatMap(({ kind, count }) => {
    if (kind === 'stripe.payout' || kind === 'stripe.transfer') return [];
    const [one, many] = KIND_NOUN[kind as EffectKind] ?? ['effect', 'effects'];
    return [`${count.toLocaleString('en-US')} ${count === 1 ? one : many}`];
  });
  return inWords(parts);
}

/** What the approve button says: the effect, not the click. */
export function approveLabel(totals: readonly Total[], payeeCount: number): string {
  return `Approve ${amountsInWords(totals)} to ${plural(payeeCount, 'payee')}`;
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

export function inWords(parts: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (parts.length <= 1) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1) ?? ''}`;
}
