import type { StatementCheck } from '@countersign/domain/schemas/statement';

export interface CheckLine {
  readonly holds: boolean;
  readonly text: string;
}

/**
 * Checks as lines: what does not hold first and each by itself; what holds alike in several currencies and columns is
 * said once, of all of them.
 */
export function checkLines(checks: readonly StatementCheck[]): readonly CheckLine[] {
  const broken = checks.filter(({ holds }) => !holds).map(({ text }) => ({ holds: false, text }));
  const groups = new Map<string, StatementCheck[]>();
  for (const check of checks) {
    if (!check.holds) continue;
    const said = saidBy(check);
    const group = groups.get(said);
    if (group === undefined) groups.set(said, [check]);
    else group.push(check);
  }
  return [...broken, ...[...groups].map(([said, group]) => ({ holds: true, text: `${subjectOf(group)}: ${said}` }))];
}

const colon = (text: string): number => text.indexOf(': ');
/** Without what it is said of. */
const saidBy = ({ text }: StatementCheck): string => text.slice(colon(text) + 2);

function subjectOf(group: readonly StatementCheck[]): string {
  const [only] = group;
  if (group.length === 1 && only !== undefined) return only.text.slice(0, colon(only.text));
  const currencies = [...new Set(group.map(({ currency }) => currency))];
  const columns = new Set(group.map(({ of }) => of ?? ''));
  // Of each column the same currencies; else each is named with its days.
  if (group.length === currencies.length * columns.size)
    return `${columns.size > 1 ? `All ${columns.size} columns, ` : ''}${currencies.join(', ')}`;
  return group.map(({ text }) => text.slice(0, colon(text))).join('; ');
}
