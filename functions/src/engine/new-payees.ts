import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Write } from '../store/database.ts';
import type { Deps } from './deps.ts';

/** A payee is an account with the bank behind it: the same account with another bank is new again. */
function payeeId(effect: Effect): string {
  const { account, destination } = effect.data;
  return derivedId('payee', account, destination.kind === 'bank' ? destination.id : 'hidden');
}

/** Accounts among these effects that the organization has never paid at the bank that is planned. */
export async function findNewPayees(
  deps: Deps,
  orgId: string,
  effects: readonly Effect[],
): Promise<ReadonlySet<string>> {
  const accountOf = new Map(effects.map((effect) => [payeeId(effect), effect.data.account]));
  const ids = [...accountOf.keys()];
  const known = await deps.db.getAll(ids.map((id) => paths.payee(orgId, id)));
  return new Set(ids.filter((_, index) => known[index] === null).map((id) => accountOf.get(id) ?? id));
}

/** Remember whom this execution has paid; the same payee twice is once. */
export function payeeWrites(orgId: string, executionId: string, paid: readonly Effect[], at: string): Write[] {
  const byId = new Map(paid.map((effect) => [payeeId(effect), effect]));
  return [...byId].map(([id, effect]) => ({
    op: 'set',
    path: paths.payee(orgId, id),
    data: {
      account: effect.data.account,
      destination: effect.data.destination.kind === 'bank' ? effect.data.destination.id : null,
      executionId,
      lastPaidAt: at,
    },
  }));
}
