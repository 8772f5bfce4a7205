import type { FileIssue } from '@countersign/domain/schemas/file';
import { InputError } from '@countersign/plugin-sdk';
import type { ControlAccount } from './control.ts';
import type { DecimalReader, Mark } from './decimal.ts';
import { RecipeError, shown } from './json-object.ts';

/** Cells of one row as they pass; a stage that changes them makes new ones. */
export type Cells = readonly string[];

/** One step at work: takes rows, and gives on what it lets through. */
export interface Stage {
  /** @param line where the row stands in the first file; 0 for a row that was made of several */
  row(cells: Cells, line: number): void;
  end(): void;
}

export interface Column {
  readonly name: string;
  /** What its control total goes by, from where its cells are made to where they are written; null without one. */
  readonly id: number | null;
}

/** What all stages of one run share. */
export interface Job {
  readonly mark: Mark;
  readonly reader: DecimalReader;
  readonly faults: Faults;
  readonly control: ControlAccount;
}

export interface CompiledStep {
  /** Columns behind the step. */
  readonly columns: readonly Column[];
  readonly make: (job: Job, next: Stage) => Stage;
}

/** Where a step's columns are among those before it. @throws RecipeError */
export function indexOf(columns: readonly Column[], name: string, where: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index !== -1) return index;
  const there = columns.map((column) => column.name).join(', ');
  throw new RecipeError(
    where,
    `asks for the column ${shown(name)}, which is not there`,
    `Columns at this step are: ${there.length > 300 ? `${there.slice(0, 299)}…` : there}`,
  );
}

/** @throws RecipeError when a column of that name is there already */
export function assertNew(columns: readonly Column[], name: string, where: string): void {
  if (columns.some((column) => column.name === name))
    throw new RecipeError(where, `makes a column ${shown(name)}, which is there already`, 'Give it another name');
}

const MAX_FAULTS = 50;

/** Rows whose cells a step can't work with. Any at all end the plan: nothing is left out in silence. */
export class Faults {
  readonly #issues: FileIssue[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, column: string, code: string, message: string, remedy: string): void {
    if (this.#issues.length < MAX_FAULTS)
      this.#issues.push({ line: line === 0 ? null : line, column: column.slice(0, 60), code, message, remedy });
  }

  /** @throws InputError when there are any; before the end, only once there are as many as are shown. */
  check(isEnd: boolean): void {
    const [first] = this.#issues;
    if (first === undefined || (!isEnd && this.#issues.length < MAX_FAULTS)) return;
    const others = this.#issues.length > 1 ? ` (and ${this.#issues.length - 1} more)` : '';
    const where = first.line === null ? '' : `, line ${first.line}`;
    throw new InputError(`${this.#file}${where}: ${first.message}${others}. ${first.remedy}.`, this.#issues);
  }
}
