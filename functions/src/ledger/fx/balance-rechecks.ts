import { isCurrency } from '@countersign/domain/money/currencies';
import { formatMoney } from '@countersign/domain/money/money';
import type { Recheck } from '@countersign/domain/schemas/execution';
import type { Drift } from '../../engine/drift.ts';
import type { StreamDeps } from '../../streams/ports.ts';
import { balancesOn } from './balances-on.ts';

type BalanceRecheck = Extract<Recheck, { kind: 'ledger.balance' }>;

/** The plan's signed balances: the first that is another one by now, or null. */
export async function balanceDrift(
  deps: StreamDeps,
  orgId: string,
  rechecks: readonly Recheck[],
): Promise<Drift | null> {
  const byDay = Map.groupBy(
    rechecks.filter((recheck): recheck is BalanceRecheck => recheck.kind === 'ledger.balance'),
    ({ day }) => day,
  );
  for (const [day, signed] of byDay) {
    const accounts = signed.map(({ accountId }) => accountId);
    const { balances } = await balancesOn(deps, orgId, accounts, day);
    for (const { accountId, currency, debitMinor } of signed) {
      const found = balances.find((one) => one.accountId === accountId && one.currency === currency);
      const minor = BigInt(found?.postedDebitMinor ?? 0) - BigInt(found?.postedCreditMinor ?? 0);
      if (minor === BigInt(debitMinor)) continue;
      const said = (amount: bigint): string =>
        isCurrency(currency) ? formatMoney(amount, currency) : `${amount} ${currency}`;
      return {
        what: 'balance',
        subject: `${accountId} on ${day}`,
        signed: said(BigInt(debitMinor)),
        found: said(minor),
      };
    }
  }
  return null;
}
