import { AppError } from '@countersign/domain/errors';
import { canonicalJson } from '@countersign/domain/hash';
import type {
  AccountSnapshot,
  FindRequest,
  MissingAccount,
  PaymentNow,
  PaymentProvider,
  PayRequest,
  Performed,
  RetrieveRequest,
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
  readonly kind: 'payout' | 'transfer';
  /** On its way, arrived, or come back; a transfer arrives at once. */
  state: 'in_transit' | 'settled' | 'returned';
  code: string | null;
  readonly account: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string;
  readonly effectId: string;
  readonly executionId: string;
  readonly page: string;
  readonly orgId: string;
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
  /** The platform's own balance: what transfers are made from. */
  readonly platformBalance = new Map<string, bigint>([
    ['USD', 100_000n],
    ['EUR', 50_000n],
  ]);
  /** Runs before each request is looked at: a test can let something happen meanwhile. */
  beforePay: (request: PayRequest) => Promise<void> = async () => undefined;
  /** How often it was asked what a payment is now. */
  asked = 0;
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

  /** As Stripe may after a day. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  changeBank(account: string): void {
    const found = this.#account(account);
    if (found.destinations !== 'hidden')
      found.destinations = found.destinations.map((one) => ({ ...one, id: `${one.id}_new`, last4: '9999' }));
  }

  balance(account: string, currency: string): bigint {
    return this.#account(account).balances.get(currency) ?? 0n;
  }

  /** The payout arrives, or the transfer stands: nothing changes but what is said of it. */
  settleLater(id: string): MadePayout {
    const made = this.#made(id);
    if (made.state === 'in_transit') made.state = 'settled';
    return made;
  }

  /** The bank sends a payout back, or a transfer is reversed, also after it had arrived: the money is where it was. */
  failLater(id: string, code = 'account_closed'): MadePayout {
    const made = this.#made(id);
    if (made.state === 'returned') return made;
    made.state = 'returned';
    made.code = code;
    this.#move(made.kind, made.account, made.currency, made.amountMinor);
    return made;
  }

  async identity(): ReturnType<PaymentProvider['identity']> {
    await turn();
    return { connector: 'stripe', account: this.platform, mode: 'test' };
  }

  async readAccounts(accounts: readonly string[]): Promise<ReadonlyMap<string, AccountSnapshot | MissingAccount>> {
    await this.#reading();
    return new Map(accounts.map((id) => [id, this.#snapshot(id)]));
  }

  async readPlatformBalance(): Promise<AccountSnapshot['available']> {
    await this.#reading();
    return [...this.platformBalance].map(([currency, amount]) => ({ currency, amountMinor: amount.toString() }));
  }

  async retrieve({ account, providerId, kind }: RetrieveRequest): Promise<PaymentNow | null> {
    this.asked += 1;
    await this.#reading();
    const made = this.payouts.find((one) => one.id === providerId && one.account === account && one.kind === kind);
    if (made === undefined) return null;
    const { currency, amountMinor, effectId, key, state, code } = made;
    return {
      providerId,
      account,
      currency,
      amountMinor: amountMinor.toString(),
      effectId,
      idempotencyKey: key,
      state,
      code,
      message: code === null ? null : `It came back: ${code}`,
    };
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

  async find({ kind, account, effectId, idempotencyKey }: FindRequest): Promise<Performed | null> {
    await this.#reading();
    const found = this.payouts.find(
      (made) =>
        made.kind === kind && made.account === account && (made.effectId === effectId || made.key === idempotencyKey),
    );
    return found === undefined ? null : answerOf(found);
  }

  #carryOut({ kind, data, ids }: PayRequest): Performed {
    const { account, currency } = data;
    const amountMinor = BigInt(data.amountMinor);
    const from = kind === 'payout' ? this.#account(account).balances : this.platformBalance;
    if ((from.get(currency) ?? 0n) < amountMinor)
      return { status: 'failed', code: 'balance_insufficient', message: 'The balance is too low', retryable: false };
    this.#move(kind, account, currency, -amountMinor);
    const made: MadePayout = {
      id: `${kind === 'payout' ? 'po' : 'tr'}_${this.payouts.length + 1}`,
      kind,
      state: kind === 'payout' ? 'in_transit' : 'settled',
      code: null,
      account,
      currency,
      amountMinor,
      reference: data.reference,
      effectId: ids.effectId,
      executionId: ids.executionId,
      page: ids.page,
      orgId: ids.orgId,
      key: ids.idempotencyKey,
    };
    this.payouts.push(made);
    return answerOf(made);
  }

  /** Into the balance that the money leaves (negative: out of it), and out of the one that it reaches, if it is here. */
  #move(kind: MadePayout['kind'], account: string, currency: string, amountMinor: bigint): void {
    const { balances } = this.#account(account);
    const add = (to: Map<string, bigint>, amount: bigint): void =>
      void to.set(currency, (to.get(currency) ?? 0n) + amount);
    if (kind === 'payout') return add(balances, amountMinor);
    add(this.platformBalance, amountMinor);
    add(balances, -amountMinor);
  }

  #made(id: string): MadePayout {
    const made = this.payouts.find((one) => one.id === id);
    if (made === undefined) throw new Error(`the script has made no ${id}`);
    return made;
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

function answerOf({ id, kind, state, code }: MadePayout): Performed {
  if (state === 'returned')
    return {
      status: 'failed',
      code: code ?? 'failed',
      message: `It came back: ${code}`,
      retryable: false,
      returnedId: id,
    };
  return { status: 'succeeded', providerId: id, ...(kind === 'payout' ? { settlement: state } : {}) };
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
