import { AppError } from '@countersign/domain/errors';
import { canonicalJson } from '@countersign/domain/hash';
import type {
  AccountSnapshot,
  FindRequest,
  MissingAccount,
  PaymentProvider,
  PayRequest,
  Performed,
} from '../../effects/payment-provider.ts';

/**
 * What befalls the next call that pays a reference:
 * - `timeout_before`: cut off, nothing was done;
 * - `timeout_after`: paid, and the answer is lost;
 * - `server_error`: nothing was done, and the error is saved under the key;
 * - `throttle`: nothing was done, the same call may be made again;
 * - `refuse`: a definite refusal, saved under the key;
 * - `throw`: the connector itself breaks down before it sends anything.
 */
export type PayFault = 'timeout_before' | 'timeout_after' | 'server_error' | 'throttle' | 'refuse' | 'throw';

export interface MadePayout {
  readonly id: string;
  readonly account: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string;
  readonly effectId: string;
  readonly executionId: string;
  readonly key: string;
}

interface ScriptedAccount {
  readonly businessName: string;
  payoutsEnabled: boolean;
  destinations: AccountSnapshot['destinations'];
  readonly balances: Map<string, bigint>;
}

/** A provider in memory that keeps balances and idempotency keys as Stripe does, and breaks where it is told to. */
export class ScriptedProvider implements PaymentProvider {
  readonly accounts = new Map<string, ScriptedAccount>();
  readonly payouts: MadePayout[] = [];
  /** Every request to pay that got here, the repeated ones too. */
  readonly requests: PayRequest[] = [];
  readonly #keys = new Map<string, { readonly request: string; readonly answer: Performed }>();
  readonly #faults = new Map<string, PayFault[]>();
  platform = 'acct_platform';
  /** Runs before each request is looked at: a test can let something happen meanwhile. */
  beforePay: (request: PayRequest) => Promise<void> = async () => undefined;
  /** Calls to `readAccounts` and `find` that fail before one works again. */
  brokenReads = 0;

  open(account: string, balances: Readonly<Record<string, bigint>>): this {
    const destinations = Object.keys(balances).map((currency) => bank(account, currency));
    this.accounts.set(account, {
      businessName: `Seller ${account}`,
      payoutsEnabled: true,
      destinations,
      balances: new Map(Object.entries(balances)),
    });
    return this;
  }

  /** The next faults of a reference, in order. */
  break(reference: string, ...faults: PayFault[]): this {
    this.#faults.set(reference, [...(this.#faults.get(reference) ?? []), ...faults]);
    return this;
  }

  changeBank(account: string): void {
    const found = this.#account(account);
    if (found.destinations !== 'hidden')
      found.destinations = found.destinations.map((one) => ({ ...one, id: `${one.id}_new`, last4: '9999' }));
  }

  balance(account: string, currency: string): bigint {
    return this.#account(account).balances.get(currency) ?? 0n;
  }

  async identity(): ReturnType<PaymentProvider['identity']> {
    await turn();
    return { connector: 'stripe', account: this.platform, mode: 'test' };
  }

  async readAccounts(accounts: readonly string[]): Promise<ReadonlyMap<string, AccountSnapshot | MissingAccount>> {
    await this.#reading();
    return new Map(accounts.map((id) => [id, this.#snapshot(id)]));
  }

  async pay(request: PayRequest): Promise<Performed> {
    await this.beforePay(request);
    await turn();
    this.requests.push(request);
    const text = canonicalJson({ ...request });
    const known = this.#keys.get(request.ids.idempotencyKey);
    if (known !== undefined)
      return known.request === text ? known.answer : doubt('idempotency_error', 'The key was used for another request');
    const faults = this.#faults.get(request.data.reference) ?? [];
    const fault = faults.shift();
    const save = (answer: Performed): Performed => (
      this.#keys.set(request.ids.idempotencyKey, { request: text, answer }),
      answer
    );
    switch (fault) {
      case 'throw':
        throw new Error('The connector broke down');
      case 'timeout_before':
        return doubt('provider_timeout', 'No answer');
      case 'throttle':
        return { status: 'not_done', code: 'rate_limit', message: 'Too many requests', retryable: true };
      case 'server_error':
        return save(doubt('api_error', 'An error at the provider'));
      case 'refuse':
        return save({
          status: 'failed',
          code: 'account_closed',
          message: 'The bank account is closed',
          retryable: false,
        });
      case 'timeout_after':
      case undefined: {
        const answer = save(this.#carryOut(request));
        return fault === undefined ? answer : doubt('provider_timeout', 'No answer');
      }
    }
  }

  async find({ account, effectId, idempotencyKey }: FindRequest): Promise<Performed | null> {
    await this.#reading();
    const found = this.payouts.find(
      (payout) => payout.account === account && (payout.effectId === effectId || payout.key === idempotencyKey),
    );
    return found === undefined ? null : { status: 'succeeded', providerId: found.id };
  }

  #carryOut({ data, ids: { effectId, executionId, idempotencyKey } }: PayRequest): Performed {
    const account = this.#account(data.account);
    const amountMinor = BigInt(data.amountMinor);
    const left = (account.balances.get(data.currency) ?? 0n) - amountMinor;
    if (left < 0n)
      return { status: 'failed', code: 'balance_insufficient', message: 'The balance is too low', retryable: false };
    const id = `po_${this.payouts.length + 1}`;
    account.balances.set(data.currency, left);
    this.payouts.push({
      id,
      account: data.account,
      currency: data.currency,
      amountMinor,
      reference: data.reference,
      effectId,
      executionId,
      key: idempotencyKey,
    });
    return { status: 'succeeded', providerId: id };
  }

  #snapshot(id: string): AccountSnapshot | MissingAccount {
    const account = this.accounts.get(id);
    if (account === undefined) return { missing: true, code: 'account_unknown', message: `No such account: ${id}` };
    const available = [...account.balances].map(([currency, amount]) => ({ currency, amountMinor: amount.toString() }));
    return {
      id,
      businessName: account.businessName,
      payoutsEnabled: account.payoutsEnabled,
      destinations: account.destinations,
      available,
    };
  }

  #account(id: string): ScriptedAccount {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`the script has no account ${id}`);
    return account;
  }

  async #reading(): Promise<void> {
    await turn();
    if (this.brokenReads <= 0) return;
    this.brokenReads -= 1;
    throw new AppError('unavailable', 'The provider does not answer', { retryable: true });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function bank(account: string, currency: string): Exclude<AccountSnapshot['destinations'], 'hidden'>[number] {
  return {
    id: `ba_${account.slice(5)}_${currency}`,
    bankName: 'TEST BANK',
    last4: '6789',
    currency,
    country: 'US',
    isDefault: true,
  };
}

function doubt(code: string, message: string): Performed {
  return { status: 'unknown', code, message, retryable: true };
}
