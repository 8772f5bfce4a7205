import type { Rounding } from './decimal.ts';

/** What is done to a file, step by step. */
export interface Recipe {
  readonly steps: readonly Step[];
  readonly output: Output;
}

export interface Output {
  /** Of the files, without an ending. */
  readonly name: string;
  /** Cells that a spreadsheet would run: with an apostrophe before them, or as they are. */
  readonly formulas: 'defuse' | 'keep';
}

export type Step = Select | Rename | Compute | Filter | Join | Group | Split;

export interface Select {
  readonly do: 'select';
  readonly columns: readonly string[];
}

export interface Rename {
  readonly do: 'rename';
  /** New names by old ones. */
  readonly columns: Readonly<Record<string, string>>;
}

/** A column's cell, or a fixed value. */
export type Operand = { readonly column: string } | { readonly value: string };

export const OPERATIONS = ['add', 'subtract', 'multiply', 'divide', 'concat'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Compute {
  readonly do: 'compute';
  readonly column: string;
  readonly operation: Operation;
  readonly of: readonly Operand[];
  /** Null: as many as the exact result has. */
  readonly decimals: number | null;
  readonly rounding: Rounding;
}

export const COMPARISONS = [
  ...(['=', '!=', '<', '<=', '>', '>='] as const),
  ...(['in', 'not in', 'contains', 'starts with', 'empty', 'not empty'] as const),
] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Condition {
  readonly column: string;
  readonly is: Comparison;
  readonly to: readonly string[];
}

export interface Filter {
  readonly do: 'filter';
  readonly combine: 'all' | 'any';
  readonly conditions: readonly Condition[];
}

export interface Join {
  readonly do: 'join';
  /** Columns of the first file, and those of the second that must be equal, as text. */
  readonly on: Readonly<Record<string, string>>;
  /** Columns of the second file that are added. */
  readonly take: readonly string[];
  readonly unmatched: 'keep' | 'drop' | 'refuse';
}

export interface Group {
  readonly do: 'group';
  readonly by: readonly string[];
  readonly sum: readonly string[];
  /** Name of a column with the number of rows. */
  readonly count: string | null;
}

export interface Split {
  readonly do: 'split';
  readonly by: string;
}
