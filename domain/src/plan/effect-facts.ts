import { formatMoney, toMinor } from '../money/money.ts';
import type { Destination } from '../schemas/execution.ts';
import type { Effect, EffectKind, JournalDraft } from '../schemas/effect.ts';

export interface Money {
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** Whom an effect pays, and at which bank as far as it is known. */
export interface Payee {
  readonly account: string;
  readonly destination: Destination | null;
}

/** Kinds that move money out of an account of the organization's. */
export const MONEY_KINDS: readonly EffectKind[] = ['stripe.payout', 'stripe.transfer'];

/** What an effect moves; null when it moves no money. */
export function moneyOf(effect: Effect): Money | null {
  return effect.kind === 'stripe.payout' || effect.kind === 'stripe.transfer'
    ? { currency: effect.data.currency, amountMinor: toMinor(effect.data.amountMinor) }
    : null;
}

export function payeeOf(effect: Effect): Payee | null {
  if (effect.kind === 'stripe.payout') return { account: effect.data.account, destination: effect.data.destination };
  return effect.kind === 'stripe.transfer' ? { account: effect.data.account, destination: null } : null;
}

/** What an effect is called in lists: its business reference, or its key where it has none. */
export function referenceOf(effect: Effect): string {
  return effect.claim?.reference ?? effect.key;
}

/** A kind, counted, for sentences: `3 payouts`. */
export const KIND_NOUN: Readonly<Record<EffectKind, readonly [one: string, many: string]>> = {
  'stripe.payout': ['payout', 'payouts'],
  'stripe.transfer': ['transfer', 'transfers'],
  'ledger.journal': ['journal', 'journals'],
  'file.publish': ['file', 'files'],
  'record.write': ['record', 'records'],
  notify: ['message', 'messages'],
  'http.call': ['call to another system', 'calls to other systems'],
};

/** One line that says what an effect does, for a person who decides on it. */
export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'stripe.payout':
    case 'stripe.transfer':
      return `${effect.kind === 'stripe.payout' ? 'Pays out' : 'Transfers'} ${formatMoney(toMinor(effect.data.amountMinor), effect.data.currency)} to ${effect.data.account}, reference ${effect.data.reference}`;
    case 'ledger.journal':
      return `Posts ${effect.journal.memo}`;
    case 'file.publish':
      return `Publishes ${effect.data.name}`;
    case 'record.write':
      return `Writes ${effect.data.type} ${effect.data.recordId}, version ${effect.data.expectedVersion + 1}`;
    case 'notify':
      return `Tells ${effect.data.to.kind === 'role' ? `every ${effect.data.to.role}` : effect.data.to.uid}: ${effect.data.title}`;
    case 'http.call':
      return `Calls ${effect.data.method} ${effect.data.url}`;
  }
}

/** The one journal that a movement of money may have: all of its amount, between the two accounts of its kind. */
export function expectedEntries(effect: Effect): JournalDraft['entries'] | null {
  if (effect.kind !== 'stripe.payout' && effect.kind !== 'stripe.transfer') return null;
  const { account, amountMinor, currency } = effect.data;
  const [debit, credit] =
    effect.kind === 'stripe.payout'
      ? [`seller-payable.${account}`, `stripe-balance.${account}`]
      : [`stripe-balance.${account}`, PLATFORM_BALANCE];
  return [
    { accountId: debit, side: 'debit', amountMinor, currency },
    { accountId: credit, side: 'credit', amountMinor, currency },
  ];
}

/** The ledger account of the platform's own Stripe balance. */
export const PLATFORM_BALANCE = 'stripe-balance.platform';
