import { compileCompute } from './compute-step.ts';
import { compileFilter } from './filter-step.ts';
import { compileGroup } from './group-step.ts';
import { compileJoin, type JoinTable } from './join-step.ts';
import { RecipeError, shown } from './json-object.ts';
import type { Recipe, Rename, Select, Step } from './recipe.ts';
import { indexOf, type Column, type CompiledStep, type Job, type Stage } from './stage.ts';

export interface Pipeline {
  /** Of the first file. */
  readonly read: readonly Column[];
  /** Of the files that are written. */
  readonly written: readonly Column[];
  /** Where the column is that decides into which file a row goes; null without a split. */
  readonly splitAt: number | null;
  readonly make: (job: Job, sink: Stage) => Stage;
}

export const whereOf = (step: Step, index: number): string => `Step ${index + 1} (${step.do})`;

/** Put a recipe's steps to the columns of a file. @throws RecipeError naming the step */
export function compile({ steps }: Recipe, header: readonly string[], table: JoinTable): Pipeline {
  let ids = 0;
  const newId = (): number => (ids += 1);
  const read: Column[] = header.map((name) => ({ name, id: newId() }));
  let columns: readonly Column[] = read;
  let splitAt: number | null = null;
  const made: CompiledStep[] = [];
  steps.forEach((step, index) => {
    const where = whereOf(step, index);
    if (step.do === 'split') {
      splitAt = indexOf(columns, step.by, where);
      return;
    }
    const compiled = compileStep(step, where, columns, newId, table);
    made.push(compiled);
    columns = compiled.columns;
  });
  return {
    read,
    written: columns,
    splitAt,
    make(job, sink) {
      // Made back to front, counted front to back.
      const stage = made.reduceRight((next, step) => step.make(job, next), sink);
      job.control.steps.reverse();
      return stage;
    },
  };
}

function compileStep(
  step: Exclude<Step, { do: 'split' }>,
  where: string,
  columns: readonly Column[],
  newId: () => number,
  table: JoinTable,
): CompiledStep {
  switch (step.do) {
    case 'select':
      return compileSelect(step, where, columns);
    case 'rename':
      return compileRename(step, where, columns);
    case 'compute':
      return compileCompute(step, where, columns, newId);
    case 'filter':
      return compileFilter(step, where, columns);
    case 'join':
      return compileJoin(step, where, columns, newId, table);
    case 'group':
      return compileGroup(step, where, columns, newId);
  }
}

function compileSelect(step: Select, where: string, columns: readonly Column[]): CompiledStep {
  const indexes = step.columns.map((name) => indexOf(columns, name, where));
  return {
    columns: indexes.map((index) => columns[index] as Column),
    make: (_, next) => ({
      row: (cells, line) =>
        next.row(
          indexes.map((index) => cells[index] ?? ''),
          line,
        ),
      end: () => next.end(),
    }),
  };
}

function compileRename(step: Rename, where: string, columns: readonly Column[]): CompiledStep {
  for (const name of Object.keys(step.columns)) indexOf(columns, name, where);
  const renamed = columns.map((column) => ({ ...column, name: step.columns[column.name] ?? column.name }));
  const twice = renamed.find(({ name }, at) => renamed.findIndex((one) => one.name === name) !== at);
  if (twice !== undefined)
    throw new RecipeError(
      where,
      `would leave two columns called ${shown(twice.name)}`,
      'Give one of them another name',
    );
  return { columns: renamed, make: (_, next) => next };
}
