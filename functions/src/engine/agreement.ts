import { fromMinor, toMinor } from '@countersign/domain/money/money';
import { moneyOf, payeeOf, PLATFORM_BALANCE } from '@countersign/domain/plan/effect-facts';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { AccountSnapshot, MissingAccount } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { readAll } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import type { Deps } from './deps.ts';

const MAX_SHOWN = 50;

/** A balance that is kept twice: by the ledger, and by the provider. `account` is null for the platform's own. */
interface Kept {
  readonly account: string | null;
  readonly currency: string;
}

/** For every balance that money left or reached: the ledger's against what the provider says is available. */
export async function compareWithProvider(
  deps: Deps,
  orgId: string,
  effects: readonly Effect[],
  outcomes: readonly Outcome[],
): Promise<Execution['agreement']> {
  const kept = touchedBy(effects, outcomes);
  if (kept.length === 0) return null;
  await drainStream(deps.streams, orgId, 'ledger');
  const [balances, accounts, platform] = await Promise.all([
    readAll(
      deps.db,
      kept.map(({ account, currency }) => refs.balance(orgId, ledgerAccount(account), currency)),
    ),
    deps.provider.readAccounts([...new Set(kept.flatMap(({ account }) => account ?? []))]),
    kept.some(({ account }) => account === null) ? deps.provider.readPlatformBalance() : [],
  ]);
  const differences = kept.flatMap(({ account, currency }, index) => {
    const balance = balances[index] ?? null;
    const ledgerMinor = balance === null ? 0n : toMinor(balance.postedDebitMinor) - toMinor(balance.postedCreditMinor);
    const available = account === null ? platform : availableOf(accounts.get(account));
    const providerMinor = toMinor(available.find((amount) => amount.currency === currency)?.amountMinor ?? '0');
    const both = { ledgerMinor: fromMinor(ledgerMinor), providerMinor: fromMinor(providerMinor) };
    return ledgerMinor === providerMinor ? [] : [{ accountId: ledgerAccount(account), currency, ...both }];
  });
  return {
    checkedAt: deps.now().toISOString(),
    accounts: kept.length,
    differences: differences.slice(0, MAX_SHOWN),
    differenceCount: differences.length,
  };
}

function touchedBy(effects: readonly Effect[], outcomes: readonly Outcome[]): Kept[] {
  // What came back has moved money, too: there and back again.
  const moved = new Set(
    outcomes.filter(({ status, settlement }) => status === 'succeeded' || settlement !== null).map(({ key }) => key),
  );
  const kept = new Map<string, Kept>();
  for (const effect of effects) {
    const [payee, money] = [payeeOf(effect), moneyOf(effect)];
    if (payee === null || money === null || !moved.has(effect.key)) continue;
    const { currency } = money;
    kept.set(`${payee.account} ${currency}`, { account: payee.account, currency });
    if (effect.kind === 'stripe.transfer') kept.set(`platform ${currency}`, { account: null, currency });
  }
  return [...kept.values()];
}

function ledgerAccount(account: string | null): string {
  return account === null ? PLATFORM_BALANCE : `stripe-balance.${account}`;
}

function availableOf(snapshot: AccountSnapshot | MissingAccount | undefined): AccountSnapshot['available'] {
  return snapshot === undefined || 'missing' in snapshot ? [] : snapshot.available;
}
