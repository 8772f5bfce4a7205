import { FX_RATE_TYPE, fxRateId, usableRate } from '@countersign/domain/approval/base-amount';
import type { UsedRate } from '@countersign/domain/schemas/plan-traits';
import { recordSchema } from '@countersign/domain/schemas/record';
import { paths } from '@countersign/domain/paths';
import type { Database } from '../store/database.ts';

/**
 * The usable rates between these currencies and the base currency, in whichever direction they are recorded. One that
 * the requester has typed in is none for him: a low rate would spare him a signature.
 */
export async function readRates(
  db: Pick<Database, 'getAll'>,
  orgId: string,
  currencies: readonly string[],
  baseCurrency: string,
  requestedBy: string,
  now: string,
): Promise<UsedRate[]> {
  const ids = currencies
    .filter((currency) => currency !== baseCurrency)
    .flatMap((currency) => [fxRateId(currency, baseCurrency), fxRateId(baseCurrency, currency)]);
  if (ids.length === 0) return [];
  const records = await db.getAll(ids.map((id) => paths.record(orgId, FX_RATE_TYPE, id)));
  return records.flatMap((stored, index) => {
    // A record that is none is no rate: the amount is then unknown, which fails closed.
    const fields = recordSchema.safeParse(stored?.data).data?.fields;
    const rate = fields === undefined || fields['setBy'] === requestedBy ? null : usableRate(fields, now);
    return rate !== null && fxRateId(rate.base, rate.quote) === ids[index] ? [rate] : [];
  });
}
