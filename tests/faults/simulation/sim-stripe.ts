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
} from '../../../functions/src/effects/payment-provider.ts';
import type { FaultInjector } from './faults.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface Payment {
  readonly id: string;
  readonly kind: 'payout' | 'transfer';
  readonly account: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string;
  readonly effectId: string;
  readonly executionId: string;
  readonly key: string;
  readonly page: string;
  /** The bank that it went to, as it was then. */
  readonly last4: string | null;
  readonly atMs: number;
  /** Of a payout, as Stripe sees it: a bank can send it back even after it had arrived. */
  state: 'in_transit' | 'settled' | 'returned';
  /** Arrived when its sender had long gone: nobody may have asked since. */
  readonly late: boolean;
}

export interface SimAccount {
  readonly id: string;
  readonly balances: Map<string, bigint>;
  readonly hidden: boolean;
  enabled: boolean;
  last4: string;
  /** When the bank was changed last. */
  changedAtMs: number;
}

export const PLATFORM = 'acct_platform';
const KEYS_LAST_MS = 24 * 3_600_000;
const TIMEOUT_MS = 30_000;
const PAY_FAULTS = [
  'pay_timeout_before',
  'pay_timeout_after',
  'pay_arrives_late',
  'pay_error_before',
  'pay_error_after',
  'pay_throttled',
  'pay_conflict',
  'pay_refused',
  'pay_connector_breaks',
] as const;

/** Stripe as it is on a bad day: balances, idempotency keys that are forgotten after a day, and answers that mislead. */
export class SimStripe implements PaymentProvider {
  readonly accounts = new Map<string, SimAccount>();
  readonly platform = new Map<string, bigint>();
  readonly payments: Payment[] = [];
  readonly #keys = new Map<string, { readonly request: string; readonly answer: Performed; readonly atMs: number }>();
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #faults: FaultInjector;
  /** Asked about every payment, just before it is made. */
  beforePayment: (request: PayRequest) => void = () => undefined;
  /** Hears of every payment that was made. */
  afterPayment: (payment: Payment) => void = () => undefined;
  identityAccount = PLATFORM;

  constructor(scheduler: Scheduler, random: Random, faults: FaultInjector) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#faults = faults;
  }

  open(id: string, balances: Readonly<Record<string, bigint>>, hidden = false): void {
    this.accounts.set(id, {
      id,
      balances: new Map(Object.entries(balances)),
      hidden,
      enabled: true,
      last4: '6789',
      changedAtMs: 0,
    });
  }

  changeBank(id: string, last4: string): void {
    const account = this.accounts.get(id);
    if (account === undefined) return;
    account.last4 = last4;
    account.changedAtMs = this.#scheduler.now;
  }

  async identity(): ReturnType<PaymentProvider['identity']> {
    await this.#reading('identity');
    return { connector: 'stripe', account: this.identityAccount, mode: 'test' };
  }

  async readAccounts(ids: readonly string[]): Promise<ReadonlyMap<string, AccountSnapshot | MissingAccount>> {
    await this.#reading('accounts');
    return new Map(ids.map((id) => [id, this.#snapshot(id)]));
  }

  async find(request: FindRequest): Promise<Performed | null> {
    await this.#reading(`find ${request.effectId.slice(0, 6)}`);
    const found = this.payments.find(
      (payment) =>
        payment.kind === request.kind &&
        payment.account === request.account &&
        payment.atMs >= request.createdAfter.getTime() &&
        (payment.effectId === request.effectId || payment.key === request.idempotencyKey),
    );
    return found === undefined ? null : answerOf(found);
  }

  async readPlatformBalance(): Promise<AccountSnapshot['available']> {
    await this.#reading('platform balance');
    return [...this.platform].map(([currency, amount]) => ({ currency, amountMinor: amount.toString() }));
  }

  async retrieve({ kind, account, providerId }: RetrieveRequest): Promise<PaymentNow | null> {
    await this.#reading(`retrieve ${providerId}`);
    const found = this.payments.find((one) => one.id === providerId && one.kind === kind && one.account === account);
    if (found === undefined) return null;
    const { currency, amountMinor, effectId, key, state } = found;
    const code = state === 'returned' ? RETURNED : null;
    return {
      providerId,
      account,
      currency,
      amountMinor: amountMinor.toString(),
      effectId,
      idempotencyKey: key,
      state,
      code,
      message: code,
    };
  }

  /** The bank sends a payout back: the money is where it was. */
  sendBack(payment: Payment): void {
    if (payment.kind !== 'payout' || payment.state === 'returned') return;
    payment.state = 'returned';
    const balances = this.accounts.get(payment.account)?.balances;
    balances?.set(payment.currency, (balances.get(payment.currency) ?? 0n) + payment.amountMinor);
  }

  async pay(request: PayRequest): Promise<Performed> {
    const name = `pay ${request.data.reference}`;
    await this.#scheduler.turn(name);
    const fault = this.#faults.one(PAY_FAULTS, name);
    switch (fault) {
      case null:
        return this.#arrive(request);
      case 'pay_connector_breaks':
        throw new AppError('unavailable', 'The connector broke down', { retryable: this.#random.chance(0.5) });
      case 'pay_throttled':
        return { status: 'not_done', code: 'rate_limit', message: 'Too many requests', retryable: true };
      case 'pay_conflict':
        return doubt('idempotency_conflict', 'The same key is in use');
      case 'pay_refused':
        return this.#arrive(request, () => refusal('account_closed', 'The bank account is closed'));
      case 'pay_error_before':
        return this.#arrive(request, () => doubt('api_error', 'An error at the provider'));
      case 'pay_error_after':
        return this.#arrive(request, () => (this.#carryOut(request, false), doubt('api_error', 'An error')));
      case 'pay_arrives_late':
        this.#scheduler.after(this.#random.between(1, TIMEOUT_MS), `late ${name}`, () => {
          this.#arrive(request, () => this.#carryOut(request, true));
        });
        break;
      case 'pay_timeout_after':
        this.#arrive(request);
        break;
      case 'pay_timeout_before':
        break;
    }
    await this.#scheduler.sleep(this.#random.between(10, TIMEOUT_MS), `no answer to ${name}`);
    return doubt('provider_timeout', 'No answer');
  }

  /** The request is here: answered from its key, or carried out, and the answer kept under the key. */
  #arrive(request: PayRequest, act = (): Performed => this.#carryOut(request, false)): Performed {
    const { idempotencyKey } = request.ids;
    const text = canonicalJson({ ...request });
    const known = this.#keys.get(idempotencyKey);
    if (known !== undefined && known.atMs > this.#scheduler.now - KEYS_LAST_MS)
      return known.request === text ? known.answer : doubt('idempotency_error', 'The key was used for another request');
    const answer = act();
    this.#keys.set(idempotencyKey, { request: text, answer, atMs: this.#scheduler.now });
    return answer;
  }

  #carryOut(request: PayRequest, late: boolean): Performed {
    const { data, ids, kind } = request;
    const account = this.accounts.get(data.account);
    if (account === undefined || !account.enabled) return refusal('account_invalid', 'No such account');
    const amountMinor = BigInt(data.amountMinor);
    const from = kind === 'payout' ? account.balances : this.platform;
    const left = (from.get(data.currency) ?? 0n) - amountMinor;
    if (left < 0n) return refusal('balance_insufficient', 'The balance is too low');
    this.beforePayment(request);
    from.set(data.currency, left);
    if (kind === 'transfer')
      account.balances.set(data.currency, (account.balances.get(data.currency) ?? 0n) + amountMinor);
    const payment: Payment = {
      id: `${kind === 'payout' ? 'po' : 'tr'}_${this.payments.length + 1}`,
      kind,
      account: data.account,
      currency: data.currency,
      amountMinor,
      reference: data.reference,
      effectId: ids.effectId,
      executionId: ids.executionId,
      key: ids.idempotencyKey,
      page: ids.page,
      last4: kind === 'payout' ? account.last4 : null,
      atMs: this.#scheduler.now,
      state: kind === 'payout' ? 'in_transit' : 'settled',
      late,
    };
    this.payments.push(payment);
    this.afterPayment(payment);
    return answerOf(payment);
  }

  #snapshot(id: string): AccountSnapshot | MissingAccount {
    const account = this.accounts.get(id);
    if (account === undefined) return { missing: true, code: 'account_unknown', message: `No such account: ${id}` };
    return {
      id,
      businessName: `Seller ${id}`,
      payoutsEnabled: account.enabled,
      destinations: account.hidden
        ? 'hidden'
        : [...account.balances.keys()].map((currency) => ({
            id: `ba_${id.slice(5)}_${currency}`,
            bankName: 'TEST BANK',
            last4: account.last4,
            currency,
            country: 'US',
            isDefault: true,
          })),
      available: [...account.balances].map(([currency, amount]) => ({ currency, amountMinor: amount.toString() })),
    };
  }

  async #reading(what: string): Promise<void> {
    await this.#scheduler.turn(what);
    if (this.#faults.strikes('provider_unavailable', what))
      throw new AppError('unavailable', 'The provider does not answer', { retryable: true });
  }
}

const RETURNED = 'account_closed';

function answerOf({ id, kind, state }: Payment): Performed {
  if (state === 'returned') return refusal(RETURNED, 'It came back');
  return { status: 'succeeded', providerId: id, ...(kind === 'payout' ? { settlement: state } : {}) };
}

const refusal = (code: string, message: string): Performed => ({ status: 'failed', code, message, retryable: false });
const doubt = (code: string, message: string): Performed => ({ status: 'unknown', code, message, retryable: true });
