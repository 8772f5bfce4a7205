import { fromMinor } from '@countersign/domain/money/money';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Destination } from '@countersign/domain/schemas/execution';

export interface StripePayout {
  /** The business key; an organization can pay it once. */
  readonly reference: string;
  /** Line of the input file. */
  readonly line: number | null;
  /** Connected account, `acct_…`. */
  readonly account: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly destination: Destination;
  readonly description: string;
  /** The account's available balance in this currency when it was read. */
  readonly balanceBeforeMinor: bigint;
}

const MEMO_LENGTH = 300;

/** A payout from a connected account's Stripe balance to its bank, with its claim and its journal. */
export function stripePayout(payout: StripePayout): Effect {
  const { account, currency, reference } = payout;
  const amountMinor = fromMinor(payout.amountMinor);
  return {
    kind: 'stripe.payout',
    key: normalizeReference(reference),
    line: payout.line,
    data: {
      account,
      amountMinor,
      currency,
      reference,
      destination: payout.destination,
      description: payout.description.slice(0, MEMO_LENGTH),
      balanceBeforeMinor: fromMinor(payout.balanceBeforeMinor),
    },
    claim: { kind: 'payout', reference },
    journal: {
      memo: `Payout ${reference}`.slice(0, MEMO_LENGTH),
      effectiveDay: null,
      entries: [
        { accountId: `seller-payable.${account}`, side: 'debit', amountMinor, currency },
        { accountId: `stripe-balance.${account}`, side: 'credit', amountMinor, currency },
      ],
    },
  };
}
