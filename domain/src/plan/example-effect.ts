import type { EffectOf } from '../schemas/effect.ts';

/** A sound payout, for tests. */
export function exampleEffect(fields: Partial<EffectOf<'stripe.payout'>['data']> = {}): EffectOf<'stripe.payout'> {
  const data: EffectOf<'stripe.payout'>['data'] = {
    account: 'acct_1',
    amountMinor: '1000',
    currency: 'USD',
    destination: { kind: 'hidden' },
    description: '',
    reference: 'R-1',
    balanceBeforeMinor: '5000',
    reserveMinor: '0',
    ...fields,
  };
  const { account, amountMinor, currency, reference } = data;
  return {
    kind: 'stripe.payout',
    key: reference.toLowerCase(),
    line: 2,
    needs: [],
    data,
    claim: { kind: 'payout', reference },
    journal: {
      memo: `Payout ${reference}`,
      effectiveDay: null,
      entries: [
        { accountId: `seller-payable.${account}`, side: 'debit', amountMinor, currency },
        { accountId: `stripe-balance.${account}`, side: 'credit', amountMinor, currency },
      ],
    },
  };
}
