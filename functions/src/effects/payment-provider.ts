import type { StripePayoutData, StripeTransferData } from '@countersign/domain/schemas/effect';

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
  | {
      readonly status: 'succeeded';
      readonly providerId: string;
      /** Money that can still come back has a settlement: on its way, or arrived. */
      readonly settlement?: 'in_transit' | 'settled';
    }
  | {
      readonly status: 'failed' | 'unknown' | 'not_done';
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
      /** Of a payment that was made, and has come back. */
      readonly returnedId?: string;
    };

/** What the engine asks of the outside payment system. Amounts are ISO 4217 minor units. */
export interface PaymentProvider {
  /** The platform's own account and mode; part of every digest. */
  identity(): Promise<{ readonly connector: 'stripe'; readonly account: string; readonly mode: 'test' | 'live' }>;
  readAccounts(accounts: readonly string[]): Promise<ReadonlyMap<string, AccountSnapshot | MissingAccount>>;
  /** What is available in the platform's own balance, from which transfers are made. */
  readPlatformBalance(): Promise<AccountSnapshot['available']>;
  pay(request: PayRequest): Promise<Performed>;
  /**
   * What became of a payment, by the effect's id or by the idempotency key in its metadata; null when the provider has
   * none. The key finds what was paid for the same claim by an execution that a restored database has forgotten.
   */
  find(request: FindRequest): Promise<Performed | null>;
  /** A payment as it stands now, by the provider's id; null when the provider has none of this id in this account. */
  retrieve(request: RetrieveRequest): Promise<PaymentNow | null>;
}

export type PayRequest = (
  | { readonly kind: 'payout'; readonly data: StripePayoutData }
  | { readonly kind: 'transfer'; readonly data: StripeTransferData }
) & { readonly ids: PayIds };

/** Goes into the payment's metadata, all but the key, which is sent as the key as well. */
export interface PayIds {
  readonly orgId: string;
  readonly executionId: string;
  readonly effectId: string;
  readonly page: string;
  readonly idempotencyKey: string;
}

export interface FindRequest {
  readonly kind: 'payout' | 'transfer';
  readonly account: string;
  readonly effectId: string;
  readonly idempotencyKey: string;
  readonly createdAfter: Date;
}

export interface RetrieveRequest {
  readonly kind: 'payout' | 'transfer';
  /** The connected account that was paid. */
  readonly account: string;
  readonly providerId: string;
}

/** What the provider says of a payment long after it was made. */
export interface PaymentNow {
  readonly providerId: string;
  readonly account: string;
  /** ISO 4217 code, and minor units; null when the provider's amount is none in ISO 4217. */
  readonly currency: string;
  readonly amountMinor: string | null;
  /** Of its metadata; null when it was not made by us. */
  readonly effectId: string | null;
  readonly idempotencyKey: string | null;
  readonly state: 'in_transit' | 'settled' | 'returned';
  /** Why it came back. */
  readonly code: string | null;
  readonly message: string | null;
}
