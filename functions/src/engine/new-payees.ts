import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { payeeOf, type Payee } from '@countersign/domain/plan/effect-facts';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Write } from '../store/database.ts';
import type { Deps } from './deps.ts';

/** A payee is an account with the bank behind it: the same account with another bank is new again. */
function payeeId({ account, destination }: Payee): string {
  return derivedId('payee', account, bankOf(destination) ?? (destination === null ? 'balance' : 'hidden'));
}

function bankOf(destination: Payee['destination']): string | null {
  return destination?.kind === 'bank' ? destination.id : null;
}

const payeesOf = (effects: readonly Effect[]): Map<string, Payee> =>
  new Map(
    effects.flatMap((effect) => {
      const payee = payeeOf(effect);
      return payee === null ? [] : [[payeeId(payee), payee] as const];
    }),
  );

/** Accounts among these effects that the organization has never paid at the bank that is planned. */
export async function findNewPayees(
  deps: Deps,
  orgId: string,
  effects: readonly Effect[],
): Promise<ReadonlySet<string>> {
  const payees = payeesOf(effects);
  const ids = [...payees.keys()];
  const known = await deps.db.getAll(ids.map((id) => paths.payee(orgId, id)));
  return new Set(ids.filter((_, index) => known[index] === null).map((id) => payees.get(id)?.account ?? id));
}

/** Remember whom this execution has paid; the same payee twice is once. */
export function payeeWrites(orgId: string, executionId: string, paid: readonly Effect[], at: string): Write[] {
  return [...payeesOf(paid)].map(([id, { account, destination }]) => ({
    op: 'set',
    path: paths.payee(orgId, id),
    data: {
      account,
      destination: bankOf(destination),
      executionId,
      lastPaidAt: at,
    },
  }));
}
