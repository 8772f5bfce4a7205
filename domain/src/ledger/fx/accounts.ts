import type { LedgerIntent } from '../../schemas/ledger-intent.ts';

/**
 * The accounts of foreign exchange. Each foreign currency has two below the position account:
 * `fx-position.EUR` holds the position in EUR (as a credit: the rest of the books hold the euros) and what it cost, in
 * the base currency; `fx-revaluation.EUR` what the last revaluation has added to the cost. So quantity, cost and
 * carrying value of a position are three balances, now and at any past day.
 */
export const FX_POSITION = 'fx-position';
export const FX_REALIZED = 'fx-realized';
export const FX_UNREALIZED = 'fx-unrealized';
/** Every difference between an amount and what a stated rate makes of it. */
export const FX_ROUNDING = 'fx-rounding';

export const positionAccount = (currency: string): string => `${FX_POSITION}.${currency}`;
export const revaluationAccount = (currency: string): string => `fx-revaluation.${currency}`;

const POSITION_PREFIX = `${FX_POSITION}.`;

/** The foreign currencies that have a position account among these, by code. */
export function currenciesOf(accountIds: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const id of accountIds) if (id.startsWith(POSITION_PREFIX)) found.add(id.slice(POSITION_PREFIX.length));
  return [...found].sort();
}

type Opened = Extract<LedgerIntent, { type: 'open_account' }>['account'];

const open = (
  id: string,
  name: string,
  type: Opened['type'],
  parentId: string | null,
  postable: boolean,
  currency: string | null,
): Opened => ({ id, name, type, parentId, postable, currency, closed: false, mirrors: null });

/** The two accounts of each of these currencies, to be opened below the position account; none of the base currency. */
export function currencyAccounts(currencies: readonly string[], baseCurrency: string): Opened[] {
  const foreign = [...new Set(currencies)].filter((currency) => currency !== baseCurrency).sort();
  return foreign.flatMap((currency) => [
    open(positionAccount(currency), `Position in ${currency}, at cost`, 'equity', FX_POSITION, true, null),
    open(revaluationAccount(currency), `Revaluation of ${currency}`, 'equity', FX_POSITION, true, baseCurrency),
  ]);
}

/**
 * All accounts of foreign exchange, parents first, for a chart that has none; the chart's templates have all but those of
 * each currency.
 * @param under sums of the chart that they lie below, of the type that their name says; null for none
 */
export function fxAccounts(
  currencies: readonly string[],
  baseCurrency: string,
  under: { readonly equity: string | null; readonly income: string | null } = { equity: null, income: null },
): Opened[] {
  return [
    open(FX_POSITION, 'Currency positions', 'equity', under.equity, false, null),
    open(FX_REALIZED, 'Realized exchange gains', 'income', under.income, true, baseCurrency),
    open(FX_UNREALIZED, 'Unrealized exchange gains', 'income', under.income, true, baseCurrency),
    open(FX_ROUNDING, 'Rounding differences', 'income', under.income, true, baseCurrency),
    ...currencyAccounts(currencies, baseCurrency),
  ];
}
