import { add, compare, format, type DecimalReader, type Mark } from './decimal.ts';
import { ExactSum } from './exact-sum.ts';
import type { Cells, Column } from './stage.ts';

/** A column with more cells than this that are no numbers is text: it has no total. */
const MAX_STRAY_TEXTS = 100;

/** Where cells are seen: where they come into being, where a step takes rows away, and where they are written. */
export type Side = 'born' | 'removed' | 'out';

class ControlledColumn {
  readonly name: string;
  isNumeric = true;
  readonly sums: Readonly<Record<Side, ExactSum>> = {
    born: new ExactSum(),
    removed: new ExactSum(),
    out: new ExactSum(),
  };
  readonly numbers: Record<Side, number> = { born: 0, removed: 0, out: 0 };
  readonly texts: Record<Side, number> = { born: 0, removed: 0, out: 0 };

  constructor(name: string) {
    this.name = name;
  }

  see(side: Side, cell: string, reader: DecimalReader): void {
    if (reader.read(cell)) {
      this.sums[side].add(reader);
      this.numbers[side] += 1;
    } else if (cell.trim() !== '') {
      this.texts[side] += 1;
      if (this.texts[side] > MAX_STRAY_TEXTS) this.isNumeric = false;
    }
  }
}

/** How many rows a step took in and gave on. */
interface StepCount {
  readonly label: string;
  rowsIn: number;
  rowsOut: number;
}

export interface ColumnTotals {
  readonly name: string;
  readonly born: string;
  readonly removed: string;
  readonly out: string;
}

/**
 * Control totals of one run. Cells are added up where they come into being (read, computed, joined), where a row is
 * taken away, and where they are written, each by itself; rows are counted before and behind each step. At the end
 * what came in must be what was taken away and what went out.
 */
export class ControlAccount {
  rowsRead = 0;
  rowsWritten = 0;
  readonly steps: StepCount[] = [];
  readonly #reader: DecimalReader;
  readonly #columns = new Map<number, ControlledColumn>();

  /** @param columns of the files that are written: only what gets there has a total */
  constructor(reader: DecimalReader, columns: readonly Column[]) {
    this.#reader = reader;
    for (const { id, name } of columns) if (id !== null) this.#columns.set(id, new ControlledColumn(name));
  }

  step(label: string): StepCount {
    const step = { label, rowsIn: 0, rowsOut: 0 };
    this.steps.push(step);
    return step;
  }

  /** What adds up the cells of rows with these columns. */
  watch(columns: readonly Column[], side: Side): (cells: Cells) => void {
    const watched = columns.flatMap(({ id }, index) => {
      const column = id === null ? undefined : this.#columns.get(id);
      return column === undefined ? [] : [{ column, index }];
    });
    const reader = this.#reader;
    return (cells) => {
      for (const { column, index } of watched) {
        const cell = cells[index];
        if (column.isNumeric && cell !== undefined && cell !== '') column.see(side, cell, reader);
      }
    };
  }

  /** What does not agree, in words; empty when all does. */
  differences(): string[] {
    const differences: string[] = [];
    let expected = this.rowsRead;
    for (const { label, rowsIn, rowsOut } of this.steps) {
      if (rowsIn !== expected) differences.push(`${label} took in ${rowsIn} rows of ${expected}`);
      expected = rowsOut;
    }
    if (this.rowsWritten !== expected) differences.push(`${this.rowsWritten} rows of ${expected} were written`);
    for (const { name, isNumeric, sums, texts } of this.#columns.values()) {
      if (!isNumeric) continue;
      const gone = add(sums.removed.total(), sums.out.total());
      if (compare(gone, sums.born.total()) !== 0 || texts.born !== texts.removed + texts.out)
        differences.push(`the total of "${name}" is not what came in less what was left out`);
    }
    return differences;
  }

  /** Of the columns with numbers in them. */
  totals(mark: Mark): ColumnTotals[] {
    return [...this.#columns.values()]
      .filter(({ isNumeric, numbers }) => isNumeric && numbers.born > 0)
      .map(({ name, sums }) => ({
        name,
        born: format(sums.born.total(), mark),
        removed: format(sums.removed.total(), mark),
        out: format(sums.out.total(), mark),
      }));
  }
}
