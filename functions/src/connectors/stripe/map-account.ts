import * as z from 'zod';
import type { AccountSnapshot } from '../../effects/payment-provider.ts';

/** Of a bank account or a debit card, what is shown. Read leniently: Stripe adds fields and kinds over time. */
const externalAccountSchema = z.object({
  id: z.string(),
  bank_name: z.string().nullish(),
  brand: z.string().nullish(),
  last4: z.string().nullish(),
  currency: z.string().nullish(),
  country: z.string().nullish(),
  default_for_currency: z.boolean().nullish(),
});

export const accountSchema = z.object({
  id: z.string(),
  payouts_enabled: z.boolean().nullish(),
  business_profile: z.object({ name: z.string().nullish() }).nullish(),
  settings: z.object({ dashboard: z.object({ display_name: z.string().nullish() }).nullish() }).nullish(),
  external_accounts: z.object({ data: z.array(z.unknown()), has_more: z.boolean().nullish() }).nullish(),
});

export type StripeAccount = z.infer<typeof accountSchema>;
type Destinations = AccountSnapshot['destinations'];

/** Stripe's account, as far as a payout run needs it; its balance comes from another call. */
export function mapAccount(account: StripeAccount): Omit<AccountSnapshot, 'available'> {
  return {
    id: account.id,
    businessName: account.business_profile?.name || account.settings?.dashboard?.display_name || account.id,
    payoutsEnabled: account.payouts_enabled ?? false,
    destinations: mapDestinations(account.external_accounts?.data),
  };
}

/** Stripe leaves the list out where the platform may not see it: then the destination is hidden, not absent. */
export function mapDestinations(externalAccounts: readonly unknown[] | undefined): Destinations {
  if (externalAccounts === undefined) return 'hidden';
  return externalAccounts.flatMap((item) => {
    const { data: external } = externalAccountSchema.safeParse(item);
    if (external?.currency === undefined || external.currency === null) return [];
    return {
      id: external.id,
      bankName: external.bank_name ?? external.brand ?? '',
      last4: external.last4 ?? '',
      currency: external.currency.toUpperCase(),
      country: external.country ?? '',
      isDefault: external.default_for_currency ?? false,
    };
  });
}
