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
        // The entries of a posting stand on its line.
        const ofLine = Map.groupBy(entries, ({ line }) => line);
        for (const { line, assertion } of transaction.postings) {
          for (const entry of ofLine.get(line) ?? []) sums.add(entry);
          check(assertion);
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
  /** With all accounts below; kept as they grow, since a file may assert thousands of accounts. */
  readonly #rolledUp = new Map<string, Map<string, bigint>>();

  add({ account, side, amountMinor, currency }: TextEntry): void {
    const minor = side === 'debit' ? amountMinor : -amountMinor;
    const into = (sums: Map<string, Map<string, bigint>>, name: string): void => {
      const sum = sums.get(name) ?? new Map<string, bigint>();
      sum.set(currency, (sum.get(currency) ?? 0n) + minor);
      sums.set(name, sum);
    };
    into(this.#own, account);
    for (let end = account.length; end > 0; end = account.lastIndexOf(':', end - 1))
      into(this.#rolledUp, account.slice(0, end));
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
    return (below ? this.#rolledUp : this.#own).get(account) ?? new Map<string, bigint>();
  }
}
