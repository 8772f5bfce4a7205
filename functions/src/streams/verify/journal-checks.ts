import { balanced } from '@countersign/domain/ledger/balanced';
import type { Account } from '@countersign/domain/schemas/account';
import type { Journal } from '@countersign/domain/schemas/journal';

/** What is wrong in a journal by itself, or null. Its leaves are checked elsewhere. */
export function wrongInJournal(id: string, journal: Journal, accounts: ReadonlyMap<string, Account>): string | null {
  const [first, ...later] = journal.steps;
  if (journal.id !== id) return `calls itself ${journal.id}`;
  if (first === undefined || first.step === 'voided' || first.reason !== null)
    return 'begins with a step that no journal begins with';
  const legal = later.length === 0 || (later.length === 1 && first.step === 'pending' && later[0]?.step !== 'pending');
  if (!legal || later.some((step) => step.seq <= first.seq)) return 'has steps that do not follow from each other';
  if (journal.state !== journal.steps.at(-1)?.step)
    return `says ${journal.state}, but its last step was ${journal.steps.at(-1)?.step}`;
  if (journal.recordedAt !== first.at) return 'has another recorded time than its first step';
  if (journal.accounts.join() !== [...new Set(journal.entries.map((entry) => entry.accountId))].join())
    return 'lists other accounts than its entries';
  if ((journal.reverses ?? journal.revives) !== null && (first.step !== 'posted' || later.length > 0))
    return 'reverses or revives another, and was not simply posted';
  if (journal.steps.some(({ step, routedFrom }) => routedFrom !== null && step !== 'posted'))
    return 'was routed to another day, and not by being posted';
  if (!balanced(journal.entries)) return 'is not balanced';
  for (const { accountId, amountMinor } of journal.entries) {
    if (amountMinor === '0' || amountMinor.startsWith('-')) return 'has an entry that is not positive';
    if (accounts.get(accountId)?.postable !== true) return `has an entry in ${accountId}, which takes none`;
  }
  return null;
}

/** What one step of a journal adds to a balance of an account, or of one above it. */
export interface Move {
  readonly account: Account;
  readonly currency: string;
  readonly side: 'debit' | 'credit';
  /** Minor units; negative where something is taken away again. */
  readonly amount: bigint;
  /** `day`: what daily limits count, of the day of `at`. */
  readonly of: 'pending' | 'posted' | 'day';
  readonly seq: number;
  readonly at: string;
}

/** A journal's share in the balances, as the sum of its steps. */
export function* movesOf(journal: Journal, accounts: ReadonlyMap<string, Account>): Generator<Move> {
  for (const [index, { step, seq, at }] of journal.steps.entries()) {
    const moves: [Move['of'], 1n | -1n][] = index > 0 ? [['pending', -1n]] : [['day', 1n]];
    if (index > 0 && step === 'voided' && at.slice(0, 10) === journal.recordedAt.slice(0, 10)) moves.push(['day', -1n]);
    if (step !== 'voided') moves.push([step, 1n]);
    for (const { accountId, currency, side, amountMinor } of journal.entries)
      for (const id of [...(accounts.get(accountId)?.path ?? []), accountId]) {
        const account = accounts.get(id);
        if (account === undefined) continue;
        for (const [of, sign] of moves)
          yield { account, currency, side, amount: sign * BigInt(amountMinor), of, seq, at };
      }
  }
}
