import { AppError } from '@countersign/domain/errors';
import { currenciesOf } from '@countersign/domain/ledger/fx/accounts';
import { positionsOf } from '@countersign/domain/ledger/fx/position';
import { DEFAULT_MAX_AGE_DAYS, type RateOptions } from '@countersign/domain/ledger/fx/rate-table';
import { revalue, type Revaluations } from '@countersign/domain/ledger/fx/revalue';
import type { FxBalance } from '@countersign/domain/schemas/fx';
import { refs } from '../../refs.ts';
import { read, type Database } from '../../store/database.ts';
import { ratesAround } from './rates-around.ts';

/**
 * What a revaluation of the day would book, with the rates as they are: nothing is due when no currency has a journal left
 * or a problem. Books nothing; the plugin `fx-revaluation` does, once signed.
 * @param balances as of the end of the day; those of other accounts may be among them
 */
export async function revaluationDue(
  db: Database,
  orgId: string,
  balances: readonly FxBalance[],
  day: string,
  options: Pick<RateOptions, 'maxAgeDays'> = {},
): Promise<Revaluations> {
  const organization = await read(db, refs.organization(orgId));
  if (organization === null) throw new AppError('not_found', 'There is no such organization');
  const { baseCurrency } = organization;
  const currencies = currenciesOf(balances.map(({ accountId }) => accountId));
  const maxAgeDays = options.maxAgeDays ?? DEFAULT_MAX_AGE_DAYS;
  const table = await ratesAround(db, orgId, currencies, baseCurrency, day, maxAgeDays);
  return revalue({ baseCurrency, day, positions: positionsOf(balances, baseCurrency), table, rates: { maxAgeDays } });
}
