import { ownText } from '@countersign/plugin-sdk';
import { remedyFor } from './compute-step.ts';
import { format } from './decimal.ts';
import { ExactSum } from './exact-sum.ts';
import type { Group } from './recipe.ts';
import { indexOf, type Cells, type Column, type CompiledStep, type Job, type Stage } from './stage.ts';

/** All groups are in memory until the last row has come. */
const MAX_GROUPS = 50_000;
/** Cells of all groups together. */
const MAX_VALUES = 200_000;

interface OneGroup {
  readonly by: readonly string[];
  readonly sums: readonly ExactSum[];
  rows: number;
}

/** One row for each combination of the columns in `by`, in the order in which they first come. Empty cells add nothing. */
export function compileGroup(
  step: Group,
  where: string,
  columns: readonly Column[],
  newId: () => number,
): CompiledStep {
  const by = step.by.map((name) => indexOf(columns, name, where));
  const sums = step.sum.map((name) => ({ name, index: indexOf(columns, name, where) }));
  const counted: Column[] = step.count === null ? [] : [{ name: step.count, id: newId() }];
  // A sum goes on under its column's control total: what is added up is neither more nor less.
  const made: Column[] = [
    ...step.by.map((name) => ({ name, id: null })),
    ...sums.map(({ name, index }) => ({ name, id: columns[index]?.id ?? null })),
    ...counted,
  ];
  const make = (job: Job, next: Stage): Stage => {
    const { reader, faults, mark } = job;
    const groups = new Map<string, OneGroup>();
    const most = Math.min(MAX_GROUPS, Math.floor(MAX_VALUES / made.length));
    const seeCount = job.control.watch(counted, 'born');
    const count = job.control.step(where);
    const groupOf = (cells: Cells, line: number): OneGroup | null => {
      const key = by.length === 1 ? (cells[by[0] ?? 0] ?? '') : by.map((index) => cells[index]).join('\0');
      const known = groups.get(key);
      if (known !== undefined) return known;
      if (groups.size >= most) {
        const message = `${where}: the rows make more than ${most.toLocaleString('en-US')} groups`;
        faults.add(line, step.by.join(', '), 'too_many_groups', message, 'Group by columns with fewer values');
        return null;
      }
      const group = { by: by.map((at) => ownText(cells[at] ?? '')), sums: sums.map(() => new ExactSum()), rows: 0 };
      groups.set(ownText(key), group);
      return group;
    };
    return {
      row(cells, line) {
        count.rowsIn += 1;
        const group = groupOf(cells, line);
        if (group === null) return;
        group.rows += 1;
        seeCount(['1']);
        for (let at = 0; at < sums.length; at += 1) {
          const { index, name } = sums[at] as (typeof sums)[number];
          const cell = cells[index] ?? '';
          if (reader.read(cell)) group.sums[at]?.add(reader);
          else if (cell.trim() !== '')
            faults.add(line, name, 'no_number', `"${cell.slice(0, 40)}" is no number`, remedyFor(mark));
        }
      },
      end() {
        for (const { by: cells, sums: totals, rows } of groups.values()) {
          count.rowsOut += 1;
          const last = step.count === null ? [] : [String(rows)];
          next.row([...cells, ...totals.map((sum) => format(sum.total(), mark)), ...last], 0);
        }
        groups.clear();
        next.end();
      },
    };
  };
  return { columns: made, make };
}
