import { describe, expect, it } from 'vitest';
import { fromStripeAmount } from '@countersign/domain/money/stripe-exponents';
import { profileCsv } from '@countersign/domain/csv/profile';
import { InputError, type PlanProposal, type StripeAccount } from '@countersign/plugin-sdk';
import { testPlugin } from '@countersign/plugin-sdk/test-kit';
import stripePayout from '../plugins/stripe-payout/src/index.ts';
import { connectedAccounts } from './local/stripe-accounts.ts';
import { sampleCsv, samples } from './samples.ts';

const accounts = connectedAccounts();
/** The accounts as the platform reads them from Stripe. */
const stripe: readonly StripeAccount[] = accounts.map((account) => ({
  id: account.id,
  businessName: account.businessName ?? account.id,
  payoutsEnabled: account.payoutsEnabled ?? true,
  destinations: (account.externalAccounts ?? []).map((bank) => ({
    id: bank.id ?? '',
    bankName: bank.bankName ?? '',
    last4: bank.last4 ?? '',
    currency: bank.currency.toUpperCase(),
    country: '',
    isDefault: true,
  })),
  available: Object.entries(account.available ?? {}).map(([code, amount]) => ({
    currency: code.toUpperCase(),
    amountMinor: String(fromStripeAmount(amount, code)),
  })),
}));
const plan = (file: string | Uint8Array, mode: string): Promise<PlanProposal> =>
  testPlugin(stripePayout, { files: { file }, params: { file: 'f', mode }, stripe }).execute();
const all = samples(accounts);
const ofKind = (kind: string) =>
  all.filter((sample) => sample.kind === kind).map((sample) => [sample.name, sample] as const);

describe('samples', () => {
  it('are the same from the same seed, and share nothing with another seed', () => {
    expect(samples(accounts)).toEqual(all);
    const references = (seed: number): string[] =>
      sampleCsv(seed, 50, accounts)
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0] as string);
    expect(references(1).some((reference) => references(2).includes(reference))).toBe(false);
  });

  it.each(ofKind('good'))('%s: every row can be paid', async (name, { content }) => {
    const proposal = await plan(content, name.startsWith('sweep') ? 'sweep' : 'amounts');
    expect(proposal.problems.filter((problem) => problem.severity === 'refused')).toEqual([]);
    expect(proposal.effects.length).toBe(proposal.rowCount);
    expect(proposal.rowCount).toBeGreaterThan(3);
  });

  it('payouts-with-problems.csv has a row for every way in which a row can not be paid', async () => {
    const proposal = await plan(all.find((sample) => sample.kind === 'rows')?.content ?? '', 'amounts');
    expect(proposal.effects).toHaveLength(10);
    expect(new Set(proposal.problems.map((problem) => problem.code))).toEqual(
      new Set([
        'duplicate_reference',
        'amount_grouped',
        'amount_exponent',
        'amount_negative',
        'amount_decimals',
        'amount_zero',
        'amount_not_a_number',
        'amount_missing',
        'balance_too_low',
        'currency_unknown',
        'account_unknown',
        'account_malformed',
        'formula',
        'no_bank_account',
        'payouts_disabled',
      ]),
    );
  });

  it.each(ofKind('refused'))('%s is refused, at upload or before anything is planned', async (_name, { content }) => {
    const atUpload = profileCsv(typeof content === 'string' ? new TextEncoder().encode(content) : content).issues;
    const atPlan = await plan(content, 'amounts').then(
      () => [],
      (error: unknown) => (error instanceof InputError ? error.issues : []),
    );
    expect([...atUpload, ...atPlan].length).toBeGreaterThan(0);
    for (const issue of [...atUpload, ...atPlan]) expect(issue.remedy).not.toBe('');
  });

  it('give as many rows as are asked for, as long as the balances last', async () => {
    const proposal = await plan(sampleCsv(3, 10_000, accounts), 'amounts');
    expect(proposal.effects).toHaveLength(10_000);
    expect(() => sampleCsv(3, 100_000, accounts.slice(0, 3))).toThrow(/do for/);
  });
});
