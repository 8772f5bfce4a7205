import { assert } from '../../errors.ts';
import { divideRounded } from '../fx/fraction.ts';
import { MissingRates, type BaseRates } from './base-rates.ts';
import { isEarning, isOfDays } from './day-rated.ts';
import { netDebit, type Chart, type LeafSum } from './leaf-sums.ts';
import { GUARD, type ExactAmount, type Stand } from './stand.ts';

export interface InBase {
  readonly stand: Stand;
  /** When there are some, the stand is not whole, and not to be shown. */
  readonly missing: MissingRates;
}

export const wholeUnits = (guarded: bigint): bigint => divideRounded(guarded, GUARD, 'HALF_EVEN');

/** Sums while they are converted. Each account's amount is rounded once, at the end. */
class Exacts {
  readonly #exact = new Map<string, ExactAmount>();

  put(accountId: string, atRates: bigint, atClosing: bigint): void {
    const before = this.#exact.get(accountId);
    this.#exact.set(accountId, {
      atRates: (before?.atRates ?? 0n) + atRates,
      atClosing: (before?.atClosing ?? 0n) + atClosing,
    });
  }

  stand(): Stand {
    const nets = new Map([...this.#exact].map(([id, { atRates }]) => [id, wholeUnits(atRates)]));
    return { nets, exact: this.#exact };
  }
}

/**
 * Balances on a day: at the closing rate, but for accounts whose amounts are of their days.
 * @param sums of all accounts up to the day, in any currency
 * @param ofDays `DayRated.between(null, day)`
 */
export function balancesInBase(
  chart: Chart,
  sums: readonly LeafSum[],
  ofDays: InBaseOfDays,
  rates: BaseRates,
  day: string,
): InBase {
  const exacts = new Exacts();
  const missing = new MissingRates();
  missing.addAll(ofDays.missing);
  for (const sum of sums) {
    const account = chart.get(sum.accountId);
    assert(account !== undefined, `account ${sum.accountId} is in the chart`);
    const net = netDebit(sum);
    if (net === 0n) continue;
    const closing = rates.value(net, sum.currency, day, 'closing');
    if (closing === null) missing.add(sum.currency, day);
    else if (sum.currency === rates.currency || !isOfDays(account)) exacts.put(sum.accountId, closing, closing);
    else exacts.put(sum.accountId, 0n, closing);
  }
  for (const [accountId, value] of ofDays.sums) exacts.put(accountId, value, 0n);
  return { stand: exacts.stand(), missing };
}

export interface InBaseOfDays {
  readonly sums: ReadonlyMap<string, bigint>;
  readonly missing: MissingRates;
}

/** Income and expenses of some days, at the rates of these days. @param moved what was posted on them, all accounts */
export function earningsInBase(
  chart: Chart,
  moved: readonly LeafSum[],
  { sums, missing }: InBaseOfDays,
  { currency }: BaseRates,
): InBase {
  const exacts = new Exacts();
  const earns = (accountId: string): boolean => {
    const account = chart.get(accountId);
    return account !== undefined && isEarning(account);
  };
  for (const sum of moved)
    if (sum.currency === currency && earns(sum.accountId)) exacts.put(sum.accountId, netDebit(sum) * GUARD, 0n);
  for (const [accountId, value] of sums) if (earns(accountId)) exacts.put(accountId, value, 0n);
  return { stand: exacts.stand(), missing };
}

/**
 * Cash at the beginning: at the rate of that day, and beside it at the closing rate of the period.
 * @param sums up to the day before the period
 */
export function openingInBase(
  sums: readonly LeafSum[],
  isCash: (accountId: string) => boolean,
  rates: BaseRates,
  openingDay: string,
  closingDay: string,
): InBase {
  const exacts = new Exacts();
  const missing = new MissingRates();
  for (const sum of sums) {
    const net = netDebit(sum);
    if (net === 0n || !isCash(sum.accountId)) continue;
    const [opening, closing] = [openingDay, closingDay].map((day) => {
      const value = rates.value(net, sum.currency, day, 'closing');
      if (value === null) missing.add(sum.currency, day);
      return value ?? 0n;
    }) as [bigint, bigint];
    exacts.put(sum.accountId, opening, closing);
  }
  return { stand: exacts.stand(), missing };
}

/** Flows at the rates of their days, and beside it at the closing rate. @param ofDays by counter account, all currencies */
export function flowsInBase(
  flows: readonly LeafSum[],
  ofDays: InBaseOfDays,
  rates: BaseRates,
  closingDay: string,
): InBase {
  const exacts = new Exacts();
  const missing = new MissingRates();
  missing.addAll(ofDays.missing);
  for (const flow of flows) {
    const net = netDebit(flow);
    if (net === 0n) continue;
    const closing = rates.value(net, flow.currency, closingDay, 'closing');
    if (closing === null) missing.add(flow.currency, closingDay);
    else exacts.put(flow.accountId, 0n, closing);
  }
  for (const [accountId, value] of ofDays.sums) exacts.put(accountId, value, 0n);
  return { stand: exacts.stand(), missing };
}

/**
 * What the change of rates has made of amounts that are of their days: at the closing rate less at their own, in whole
 * minor units, as a debit. Worked out from the amounts, and not what is left between two sides.
 */
export function rateEffect(...stands: readonly Stand[]): bigint {
  let effect = 0n;
  for (const { exact } of stands)
    for (const { atRates, atClosing } of exact?.values() ?? []) effect += atClosing - atRates;
  return wholeUnits(effect);
}

/** All amounts at the closing rate, in whole minor units: zero of a whole ledger; of a branch what it has with others. */
export function atClosing({ exact }: Stand): bigint {
  let sum = 0n;
  for (const amount of exact?.values() ?? []) sum += amount.atClosing;
  return wholeUnits(sum);
}

/** How many amounts were rounded: each by half a minor unit at most. */
export function roundedIn({ exact }: Stand, counts: (accountId: string) => boolean = () => true): number {
  let rounded = 0;
  for (const [id, { atRates }] of exact ?? []) if (atRates % GUARD !== 0n && counts(id)) rounded += 1;
  return rounded;
}
