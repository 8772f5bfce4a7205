import { sha256Hex } from '@countersign/domain/hash';
import { payeeOf } from '@countersign/domain/plan/effect-facts';
import { paths } from '@countersign/domain/paths';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { QueueEntry } from '@countersign/domain/schemas/queue';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';

/** 40 bits tell accounts apart well enough: that two of them look the same makes a run wait that need not have. */
const BYTES_EACH = 5;

/**
 * Whom a plan pays, in one document of at most 670 kB beside its pages: what the queue compares, so that a run of many
 * thousand payouts takes no lock for each.
 */
export function payeesWrite(orgId: string, executionId: string, attempt: number, effects: readonly Effect[]): Write[] {
  const accounts = new Set(effects.flatMap((effect) => payeeOf(effect)?.account ?? []));
  if (accounts.size === 0) return [];
  const bytes = [...accounts].map((account) => sha256Hex(account).slice(0, BYTES_EACH * 2)).sort();
  const data = { attempt, accounts: Buffer.from(bytes.join(''), 'hex').toString('base64') };
  return [{ op: 'create', path: paths.planPayees(orgId, executionId, attempt), data }];
}

type Paying = Pick<QueueEntry, 'executionId' | 'attempt' | 'payees'>;

/** More than this many accounts in all are not compared: whoever pays then waits for each other. */
const MAX_COMPARED = 500_000;

/**
 * Tickets of the others that pay an account which this one pays. What a plan pays never changes, so it is read beside
 * the transaction that asks, and locks nothing.
 */
export async function sharesOf(
  deps: Deps,
  orgId: string,
  entry: Paying,
  others: readonly QueueEntry[],
): Promise<number[]> {
  const paying = others.filter((other) => other.payees > 0);
  if (entry.payees === 0 || paying.length === 0) return [];
  const own = await payeesOf(deps, orgId, entry);
  const shares: number[] = [];
  let compared = 0;
  for (const other of paying) {
    compared += other.payees;
    const theirs = own === null || compared > MAX_COMPARED ? null : await payeesOf(deps, orgId, other);
    if (own === null || theirs === null || !own.isDisjointFrom(theirs)) shares.push(other.ticket);
  }
  return shares;
}

/** Null when it is not known: then it may be any. */
async function payeesOf(deps: Deps, orgId: string, { executionId, attempt }: Paying): Promise<Set<string> | null> {
  const stored = await read(deps.db, refs.planPayees(orgId, executionId, attempt));
  if (stored === null) return null;
  const hex = Buffer.from(stored.accounts, 'base64').toString('hex');
  return new Set(hex.match(new RegExp(`.{${BYTES_EACH * 2}}`, 'g')) ?? []);
}
