import { InputError, ownText, type CsvRows } from '@countersign/plugin-sdk';
import { shown } from './json-object.ts';
import type { Join } from './recipe.ts';
import { assertNew, indexOf, type Column, type CompiledStep, type Job, type Stage } from './stage.ts';

/** The second file is in memory while the first one passes. */
const MAX_ROWS = 200_000;
const MAX_LENGTH = 10_000_000;

/** The second file's taken cells, by the columns that must be equal. */
export type JoinTable = ReadonlyMap<string, readonly string[]>;

const keyOf = (cells: readonly string[], indexes: readonly number[]): string =>
  indexes.length === 1 ? (cells[indexes[0] ?? 0] ?? '') : indexes.map((index) => cells[index]).join('\0');

const columnsOf = (file: CsvRows): Column[] => file.columns.map((name) => ({ name, id: null }));

/**
 * Read the second file. Each of its keys stands once, so that no row of the first file becomes two.
 * @throws InputError, RecipeError
 */
export async function readJoinTable(step: Join, where: string, file: CsvRows): Promise<JoinTable> {
  const there = columnsOf(file);
  const keys = Object.values(step.on).map((name) => indexOf(there, name, `${where}, second file,`));
  const taken = step.take.map((name) => indexOf(there, name, `${where}, second file,`));
  const table = new Map<string, readonly string[]>();
  let length = 0;
  for await (const records of file.batches()) {
    for (const { cells, line } of records) {
      const key = keyOf(cells, keys);
      const named = Object.values(step.on).join(', ');
      if (table.has(key))
        throw refused(
          file,
          line,
          named,
          'duplicate_key',
          `${where}: ${shown(key)} is there twice`,
          'Keep one of the rows',
        );
      const row = taken.map((index) => ownText(cells[index] ?? ''));
      length += row.reduce((sum, cell) => sum + cell.length, key.length);
      if (table.size >= MAX_ROWS || length > MAX_LENGTH)
        throw refused(
          file,
          line,
          named,
          'join_too_large',
          `${where}: the second file is held in memory, and has more than ${MAX_ROWS.toLocaleString('en-US')} rows or ${MAX_LENGTH / 1_000_000} million characters in the columns that are used`,
          'Give the larger file as the first one, or take fewer columns',
        );
      table.set(ownText(key), row);
    }
  }
  return table;
}

function refused(
  file: CsvRows,
  line: number,
  column: string,
  code: string,
  message: string,
  remedy: string,
): InputError {
  const issue = { line, column: column.slice(0, 60), code, message, remedy };
  return new InputError(`${file.name}, line ${line}: ${message}. ${remedy}.`, [issue]);
}

/** Adds columns of the second file to the rows that have their key there. */
export function compileJoin(
  step: Join,
  where: string,
  columns: readonly Column[],
  newId: () => number,
  table: JoinTable,
): CompiledStep {
  const keys = Object.keys(step.on).map((name) => indexOf(columns, name, where));
  for (const name of step.take) assertNew(columns, name, where);
  const added = step.take.map((name) => ({ name, id: newId() }));
  const nothing = step.take.map(() => '');
  const make = (job: Job, next: Stage): Stage => {
    const seeAdded = job.control.watch(added, 'born');
    const seeRemoved = job.control.watch(columns, 'removed');
    const count = job.control.step(where);
    return {
      row(cells, line) {
        count.rowsIn += 1;
        const key = keyOf(cells, keys);
        const match = table.get(key) ?? (step.unmatched === 'keep' ? nothing : undefined);
        if (match !== undefined) {
          seeAdded(match);
          count.rowsOut += 1;
          return next.row([...cells, ...match], line);
        }
        if (step.unmatched === 'drop') return seeRemoved(cells);
        job.faults.add(
          line,
          Object.keys(step.on).join(', '),
          'no_match',
          `${where}: the second file has no row for ${shown(key)}`,
          'Add it there, or set "unmatched" to "keep" or "drop"',
        );
      },
      end: () => next.end(),
    };
  };
  return { columns: [...columns, ...added], make };
}
