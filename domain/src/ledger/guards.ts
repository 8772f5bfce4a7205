import type { Account, Guard } from '../schemas/account.ts';
import type { BalanceSums } from './balance-sheet.ts';
import { refuse, type Refused } from './refusal.ts';

/** The side that an account grows on. */
export function normalSide(type: Account['type']): 'debit' | 'credit' {
  return type === 'asset' || type === 'expense' ? 'debit' : 'credit';
}

type Sums = Pick<BalanceSums, 'postedDebit' | 'postedCredit' | 'pendingDebit' | 'pendingCredit'>;

/** Posted on the normal side, less posted and pending on the other: what can still leave. Pending that comes in does not count. */
export function availableMinor(type: Account['type'], sums: Sums): bigint {
  return normalSide(type) === 'debit'
    ? sums.postedDebit - sums.postedCredit - sums.pendingCredit
    : sums.postedCredit - sums.postedDebit - sums.pendingDebit;
}

/**
 * Whether an account's guards allow what its sums would be.
 * @param before the sums without the journal: what was past a guard already, by a change of the guard or because it had
 * to be booked, must not get worse, and may get better
 * @returns the refusal, which says by how much in minor units
 */
export function checkGuards(
  account: Pick<Account, 'id' | 'type' | 'guards'>,
  currency: string,
  before: Readonly<BalanceSums>,
  after: Readonly<BalanceSums>,
): Refused {
  for (const guard of account.guards) {
    const refused = checkGuard(guard, account, currency, before, after);
    if (refused !== null) return refused;
  }
  return null;
}

function checkGuard(
  guard: Guard,
  { id, type }: Pick<Account, 'id' | 'type'>,
  currency: string,
  before: Readonly<BalanceSums>,
  after: Readonly<BalanceSums>,
): Refused {
  if (guard.kind !== 'not_below_zero' && guard.currency !== currency) return null;
  if (guard.kind === 'daily_limit') {
    const limit = BigInt(guard.limitMinor);
    const sum = guard.side === 'debit' ? after.dayDebit : after.dayCredit;
    const was = before.day !== after.day ? 0n : guard.side === 'debit' ? before.dayDebit : before.dayCredit;
    if (sum <= limit || sum <= was) return null;
    return short('guard_daily_limit', id, currency, sum - limit, `is over its ${guard.side} limit of ${limit} a day`);
  }
  const floor = guard.kind === 'credit_limit' ? -BigInt(guard.limitMinor) : 0n;
  const available = availableMinor(type, after);
  if (available >= floor || available >= availableMinor(type, before)) return null;
  return guard.kind === 'credit_limit'
    ? short('guard_credit_limit', id, currency, floor - available, `is over its credit limit of ${guard.limitMinor}`)
    : short('guard_below_zero', id, currency, floor - available, 'is below zero');
}

function short(
  code: 'guard_below_zero' | 'guard_credit_limit' | 'guard_daily_limit',
  accountId: string,
  currency: string,
  by: bigint,
  how: string,
): Refused {
  return refuse(code, `Account ${accountId} would be short by ${currency} ${by} (minor units): it ${how}`, {
    accountId,
    currency,
    shortMinor: by.toString(),
  });
}
