import { netDebit, type LeafSum } from './leaf-sums.ts';

/**
 * Accounts' amounts in the currency of a section: debit less credit, in minor units, by account that takes entries.
 * On a day, or what was moved in a period.
 */
export interface Stand {
  readonly nets: ReadonlyMap<string, bigint>;
  /** Of a conversion: what the amounts were before each was rounded. Null of amounts that are as they were booked. */
  readonly exact: ReadonlyMap<string, ExactAmount> | null;
}

/** Minor units of the base currency, times `GUARD`. */
export interface ExactAmount {
  /** At the rates that count for the account. */
  readonly atRates: bigint;
  /** At the closing rate, as if it were a balance. */
  readonly atClosing: bigint;
}

/**
 * Twelve more digits than the currency has: what happened on many days is added up before it is rounded once, and what
 * these digits leave out never comes near a minor unit.
 */
export const GUARD = 10n ** 12n;

export const NO_STAND: Stand = { nets: new Map(), exact: null };

export function standOf(sums: readonly LeafSum[], currency: string): Stand {
  return {
    nets: new Map(sums.filter((sum) => sum.currency === currency).map((sum) => [sum.accountId, netDebit(sum)])),
    exact: null,
  };
}

export function within(stand: Stand, belongs: (accountId: string) => boolean): Stand {
  const of = <T>(map: ReadonlyMap<string, T>): Map<string, T> => new Map([...map].filter(([id]) => belongs(id)));
  return { nets: of(stand.nets), exact: stand.exact === null ? null : of(stand.exact) };
}

export function sumOf({ nets }: Stand, belongs: (accountId: string) => boolean = () => true): bigint {
  let sum = 0n;
  for (const [id, net] of nets) if (belongs(id)) sum += net;
  return sum;
}
