import { AppError } from '@countersign/domain/errors';
import { isDay } from '@countersign/domain/ledger/days';
import { currencySchema, idSchema } from '@countersign/domain/schemas/common';
import type { RateQuote } from '@countersign/domain/schemas/fx';
import * as z from 'zod';
import type { Deps } from '../../engine/deps.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { balancesOn, MAX_BALANCE_ACCOUNTS, type BalancesOn } from './balances-on.ts';
import { MAX_RATE_CURRENCIES, MAX_RATE_DAYS, ratesAround } from './rates-around.ts';

const daySchema = z.string().refine(isDay, 'is no day');
const balancesArgs = z.strictObject({
  accounts: z.array(idSchema).max(MAX_BALANCE_ACCOUNTS),
  day: daySchema.nullable(),
});
const ratesArgs = z.strictObject({
  currencies: z.array(currencySchema).max(MAX_RATE_CURRENCIES),
  day: daySchema,
  maxAgeDays: z.int().min(0).max(MAX_RATE_DAYS),
});

/** `ledger.balances` of the sandbox. */
export async function readBalances(deps: Pick<Deps, 'streams'>, orgId: string, args: unknown): Promise<BalancesOn> {
  const { accounts, day } = balancesArgs.parse(args);
  return balancesOn(deps.streams, orgId, accounts, day);
}

/** `fx.rates` of the sandbox: a rate table, and the organization's base currency. */
export async function readRateTable(
  deps: Pick<Deps, 'db'>,
  orgId: string,
  args: unknown,
): Promise<{ baseCurrency: string; quotes: RateQuote[] }> {
  const { currencies, day, maxAgeDays } = ratesArgs.parse(args);
  const organization = await read(deps.db, refs.organization(orgId));
  if (organization === null) throw new AppError('not_found', 'There is no such organization');
  const { baseCurrency } = organization;
  return { baseCurrency, quotes: await ratesAround(deps.db, orgId, currencies, baseCurrency, day, maxAgeDays) };
}
