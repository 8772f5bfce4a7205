import type { StatementLine } from '@countersign/domain/schemas/statement';

export interface LineGroup<L> {
  readonly key: string;
  readonly currency: string;
  /** All currencies, converted into this one. */
  readonly converted: boolean;
  readonly lines: readonly L[];
}

/** Lines in their order, by section: a currency each, and the converted one last. */
export function lineGroups<L extends Pick<StatementLine, 'currency' | 'converted'>>(
  lines: readonly L[],
): readonly LineGroup<L>[] {
  const groups: { key: string; currency: string; converted: boolean; lines: L[] }[] = [];
  for (const line of lines) {
    const key = `${line.converted ? 'in ' : ''}${line.currency}`;
    let group = groups.at(-1);
    if (group?.key !== key) {
      group = { key, currency: line.currency, converted: line.converted, lines: [] };
      groups.push(group);
    }
    group.lines.push(line);
  }
  return groups;
}
