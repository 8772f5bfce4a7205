import { convert } from '@countersign/domain/ledger/fx/convert';
import { rateOn, type CrossRate } from '@countersign/domain/ledger/fx/rate-table';
import type { BaseConverter } from '@countersign/domain/ledger/statements/convert';
import { isAppError } from '@countersign/domain/errors';
import type { RateQuote } from '@countersign/domain/schemas/fx';

/** Amounts in the base currency at the rates of a day: rounded half to even, once each. */
export function baseConverter(table: readonly RateQuote[], baseCurrency: string, day: string): BaseConverter {
  const rates = new Map<string, CrossRate | null>();
  const rateOf = (currency: string): CrossRate | null => {
    let rate = rates.get(currency);
    if (rate === undefined) rates.set(currency, (rate = usable(table, currency, baseCurrency, day)));
    return rate;
  };
  return {
    currency: baseCurrency,
    convert(amountMinor, currency) {
      const rate = rateOf(currency);
      return rate === null ? null : convert(amountMinor, currency, baseCurrency, rate.rate);
    },
    ratesOf: (currencies) => {
      const legs = currencies.flatMap((currency) => rateOf(currency)?.legs ?? []).map(({ quote }) => quote);
      const distinct = new Map(legs.map((quote) => [`${quote.base} ${quote.quote} ${quote.day}`, quote]));
      return [...distinct.values()].map(({ base, quote, rate, source, day: asOf }) => ({
        base,
        quote,
        rate,
        source,
        asOf,
      }));
    },
  };
}

function usable(table: readonly RateQuote[], from: string, to: string, day: string): CrossRate | null {
  try {
    return rateOn(table, from, to, day, { pivot: to });
  } catch (error) {
    if (isAppError(error) && error.code === 'failed_precondition') return null;
    throw error;
  }
}
