import { fxRateId, usableRate } from '@countersign/domain/approval/base-amount';
import type { UsedRate } from '@countersign/domain/schemas/plan-traits';
import type { StoredRecord } from '@countersign/domain/schemas/record';

export interface RateRow {
  readonly currency: string;
  /** The rate that rules would compare amounts by now; null when none is there, or the one that is there is too old. */
  readonly usable: UsedRate | null;
  /** The newest one that is recorded, usable or not. */
  readonly recorded: {
    readonly base: string;
    readonly quote: string;
    readonly rate: string;
    readonly asOf: string;
  } | null;
}

/** Both ways to write a rate between each currency and the base currency, as the records' ids. */
export function rateIds(currencies: readonly string[], base: string): string[] {
  return currencies.filter((one) => one !== base).flatMap((one) => [fxRateId(one, base), fxRateId(base, one)]);
}

/** A row for each currency, in their order, from the newest rate of the two ways to write it. */
export function rateRows(
  currencies: readonly string[],
  base: string,
  records: readonly StoredRecord[],
  now: string,
): RateRow[] {
  return currencies
    .filter((currency) => currency !== base)
    .map((currency) => {
      const ids = rateIds([currency], base);
      const found = records.filter(({ id }) => ids.includes(id)).flatMap(({ fields }) => textsOf(fields));
      const recorded = found.toSorted((one, other) => (one.asOf < other.asOf ? 1 : -1))[0] ?? null;
      return { currency, recorded, usable: recorded === null ? null : usableRate(recorded, now) };
    });
}

function textsOf(fields: StoredRecord['fields']): (NonNullable<RateRow['recorded']> & { readonly source: string })[] {
  const { base, quote, rate, asOf, source } = fields;
  return typeof base === 'string' && typeof quote === 'string' && typeof rate === 'string' && typeof asOf === 'string'
    ? [{ base, quote, rate, asOf, source: typeof source === 'string' ? source : '' }]
    : [];
}
