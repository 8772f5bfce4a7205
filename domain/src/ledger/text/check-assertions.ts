import { formatMoney } from '../../money/money.ts';
import type { TextAssertion, TextIssue, TextTransaction } from './text-ledger.ts';
import type { TextEntry } from './text-journals.ts';

interface Filled {
  readonly transaction: TextTransaction;
  readonly entries: readonly TextEntry[];
}

/**
 * Whether the transactions come to the balances that the file asserts, by date, and within a date in the order of the
 * file. Beancount's hold at the start of their day; hledger's right after their posting. Exact, but for a tolerance that
 * is written there: beancount itself would let a unit pass.
 */
export function checkAssertions(
  filled: readonly Filled[],
  assertions: readonly (TextAssertion & { readonly day: string })[],
): TextIssue[] {
  const sums = new Sums();
  const issues: TextIssue[] = [];
  const check = (assertion: TextAssertion | null): void => {
    const issue = assertion === null ? null : sums.compare(assertion);
    if (issue !== null) issues.push(issue);
  };
  const steps = [
    ...assertions.map((assertion) => ({ day: assertion.day, rank: 0, run: () => check(assertion) })),
    ...filled.map(({ transaction, entries }) => ({
      day: transaction.day,
      rank: 1,
      run: () => {
        for (const posting of transaction.postings) {
          // The entries of a posting stand on its line.
          for (const entry of entries) if (entry.line === posting.line) sums.add(entry);
          check(posting.assertion);
        }
      },
    })),
  ];
  // Sorting is stable: the order of the file decides between equals.
  for (const { run } of steps.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.rank - b.rank))) run();
  return issues;
}

class Sums {
  /** By account, then currency. */
  readonly #own = new Map<string, Map<string, bigint>>();

  add({ account, side, amountMinor, currency }: TextEntry): void {
    const own = this.#own.get(account) ?? new Map<string, bigint>();
    own.set(currency, (own.get(currency) ?? 0n) + (side === 'debit' ? amountMinor : -amountMinor));
    this.#own.set(account, own);
  }

  compare({
    line,
    column,
    account,
    amountMinor,
    currency,
    toleranceMinor,
    below,
    sole,
  }: TextAssertion): TextIssue | null {
    const found = this.#of(account, below);
    const difference = (found.get(currency) ?? 0n) - amountMinor;
    const others = [...found].filter(([other, minor]) => other !== currency && minor !== 0n);
    const isOff = difference > toleranceMinor || -difference > toleranceMinor;
    if (!isOff && !(sole && others.length > 0)) return null;
    const there = isOff
      ? formatMoney(found.get(currency) ?? 0n, currency)
      : others.map(([other, minor]) => formatMoney(minor, other)).join(', ');
    return {
      line,
      column,
      code: 'balance_differs',
      message: `${account} should stand at ${formatMoney(amountMinor, currency)}${isOff ? '' : ' alone'} here, and the transactions come to ${there}`,
      remedy: 'Find what is missing, or take the balance out',
      severity: 'refused',
    };
  }

  #of(account: string, below: boolean): ReadonlyMap<string, bigint> {
    if (!below) return this.#own.get(account) ?? new Map();
    const all = new Map<string, bigint>();
    for (const [name, own] of this.#own) {
      if (name !== account && !name.startsWith(`${account}:`)) continue;
      for (const [currency, minor] of own) all.set(currency, (all.get(currency) ?? 0n) + minor);
    }
    return all;
  }
}
