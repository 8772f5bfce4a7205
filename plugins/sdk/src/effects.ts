import { fromMinor } from '@countersign/domain/money/money';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { EffectOf } from '@countersign/domain/schemas/effect';
import type { Destination } from '@countersign/domain/schemas/execution';
import type { ClosedDraft } from './drafts.ts';

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
  /** What must stay available after it; looked at again before it is sent. */
  readonly reserveMinor?: bigint;
}

const MEMO_LENGTH = 300;

export type StripePayoutEffect = EffectOf<'stripe.payout'>;

/** A payout from a connected account's Stripe balance to its bank, with its claim and its journal. */
export function stripePayout(payout: StripePayout): StripePayoutEffect {
  const { account, currency, reference } = payout;
  const amountMinor = fromMinor(payout.amountMinor);
  return {
    kind: 'stripe.payout',
    key: normalizeReference(reference),
    line: payout.line,
    needs: [],
    data: {
      account,
      amountMinor,
      currency,
      reference,
      destination: payout.destination,
      description: payout.description.slice(0, MEMO_LENGTH),
      balanceBeforeMinor: fromMinor(payout.balanceBeforeMinor),
      reserveMinor: fromMinor(payout.reserveMinor ?? 0n),
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

export interface FilePublish {
  /** As people see it; one of a name in a plan. */
  readonly name: string;
  readonly contentType: EffectOf<'file.publish'>['data']['contentType'];
  readonly draft: ClosedDraft;
}

/** Shows a draft that this plan has made as a file of the organization: exactly the bytes that were written. */
export function filePublish({ name, contentType, draft }: FilePublish): EffectOf<'file.publish'> {
  return {
    kind: 'file.publish',
    key: name,
    line: null,
    needs: [],
    data: { name, contentType, ...draft },
    claim: null,
    journal: null,
  };
}
