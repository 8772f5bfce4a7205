import type { Amounts, Section } from './tree-lines.ts';

/** What a statement shows of some days: its own, or those that it is compared with. */
export interface Column<F> {
  /** The id of a figure's column: of `amount`, or of `debit` and `credit`. */
  readonly id: (name: string) => string;
  /** The days in words, when they are not the statement's own. */
  readonly of: string | undefined;
  readonly figures: F;
}

/** A section of one column: for what is said of it. */
export type SectionColumn = Section & { readonly of?: string | undefined };

export const sectionColumn = (section: Section, { of }: Column<unknown>): SectionColumn => ({ ...section, of });

/** One figure of each column. */
export function amountsOf<F>(columns: readonly Column<F>[], figure: (figures: F) => bigint, name = 'amount'): Amounts {
  return Object.fromEntries(columns.map(({ id, figures }) => [id(name), figure(figures)]));
}

/** Accounts with their amounts in all columns: one that has none in a column has zero in it. */
export function leavesOf<F>(
  columns: readonly Column<F>[],
  amounts: (figures: F) => Iterable<readonly [accountId: string, amounts: Amounts]>,
  names: readonly string[] = ['amount'],
): Map<string, Amounts> {
  const none: Amounts = Object.fromEntries(columns.flatMap(({ id }) => names.map((name) => [id(name), 0n])));
  const leaves = new Map<string, Record<string, bigint>>();
  for (const { id, figures } of columns)
    for (const [accountId, amount] of amounts(figures)) {
      let leaf = leaves.get(accountId);
      if (leaf === undefined) leaves.set(accountId, (leaf = { ...none }));
      for (const name of names) leaf[id(name)] = (leaf[id(name)] ?? 0n) + (amount[name] ?? 0n);
    }
  return leaves;
}
