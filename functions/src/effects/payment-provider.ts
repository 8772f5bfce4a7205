import type { StripePayoutData } from '@countersign/domain/schemas/effect';

export interface AccountSnapshot {
  readonly id: string;
  readonly businessName: string;
  readonly payoutsEnabled: boolean;
  readonly destinations:
    | 'hidden'
    | readonly {
        readonly id: string;
        readonly bankName: string;
        readonly last4: string;
        readonly currency: string;
        readonly country: string;
        readonly isDefault: boolean;
      }[];
  readonly available: readonly { readonly currency: string; readonly amountMinor: string }[];
}
export interface MissingAccount {
  readonly missing: true;
  readonly code: string;
  readonly message: string;
}

export type Performed =
  | { readonly status: 'succeeded'; readonly providerId: string }
  | {
      readonly status: 'failed' | 'unknown' | 'not_done';
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
    };

/** What the engine asks of the outside payment system. Amounts are ISO 4217 minor units. */
export interface PaymentProvider {
  /** The platform's own account and mode; part of every digest. */
  identity(): Promise<{ readonly connector: 'stripe'; readonly account: string; readonly mode: 'test' | 'live' }>;
  readAccounts(accounts: readonly string[]): Promise<ReadonlyMap<string, AccountSnapshot | MissingAccount>>;
  pay(request: {
    readonly data: StripePayoutData;
    readonly effectId: string;
    readonly executionId: string;
    readonly idempotencyKey: string;
  }): Promise<Performed>;
  /** What became of an effect, by its id in the payment's metadata; null when the provider has none. */
  find(request: {
    readonly account: string;
    readonly effectId: string;
    readonly createdAfter: Date;
  }): Promise<Performed | null>;
}
