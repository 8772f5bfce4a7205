import { formatMoney, toMinor } from '../money/money.ts';
import type { Total } from '../schemas/common.ts';

export interface PlanFacts {
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
  if (count === 0) return `Sends nothing: ${plural(facts.refusedCount, 'row')} can not be paid.`;
  const remarks = [
    facts.newPayeeCount > 0 ? `${facts.newPayeeCount} new` : null,
    facts.hiddenDestinationCount > 0 ? `${facts.hiddenDestinationCount} to a bank account that Stripe hides` : null,
    facts.refusedCount > 0 ? `${plural(facts.refusedCount, 'row')} left out` : null,
  ].filter((remark) => remark !== null);
  const main = `Sends ${plural(count, 'payout')}, ${amountsInWords(facts.totals)}, from the Stripe balances of ${plural(facts.payeeCount, 'connected account')} to their banks`;
  return `${main}${remarks.length > 0 ? `; ${remarks.join('; ')}` : ''}.`;
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
