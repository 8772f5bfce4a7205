import { plural } from '@countersign/domain/plan/sentence';
import { InputError, ownText, type Context, type CsvRows, type PlanProposal } from '@countersign/plugin-sdk';
import { RowWriter } from './cells.ts';
import { compile, whereOf, type Pipeline } from './compile.ts';
import { ControlAccount } from './control.ts';
import { DecimalReader } from './decimal.ts';
import { readJoinTable, type JoinTable } from './join-step.ts';
import { RecipeError } from './json-object.ts';
import { Outputs, publish, type Written } from './outputs.ts';
import type { Recipe } from './recipe.ts';
import { Faults, type Cells, type Job } from './stage.ts';
import { controlTable, sampleTable, stepTable } from './tables.ts';

const SAMPLE_ROWS = 10;

export interface Sources {
  readonly file: CsvRows;
  /** Opened only when the recipe joins. */
  readonly second: CsvRows | null;
}

/** Take the file through the recipe, piece by piece, into drafts; and propose to publish them if all totals agree. */
export async function plan(recipe: Recipe, { file, second }: Sources, context: Context): Promise<PlanProposal> {
  const pipeline = compile(recipe, file.columns, await tableOf(recipe, file, second));
  const reader = new DecimalReader(file.decimal);
  const control = new ControlAccount(reader, pipeline.written);
  const job: Job = { mark: file.decimal, reader, faults: new Faults(file.name), control };
  const writer = new RowWriter(file.delimiter, file.decimal, recipe.output.formulas);
  const { splitAt } = pipeline;
  const outputs = new Outputs(context, job, writer, pipeline.written, { name: recipe.output.name, splitAt });
  const sampleIn = await pass(file, pipeline, job, outputs);
  const written = await outputs.finish();
  assertAgreement(control, written);
  context.log.info(
    `Read ${plural(control.rowsRead, 'row')}, wrote ${control.rowsWritten} into ${written.length} files`,
  );
  return {
    effects: written.map(publish),
    problems: [],
    rowCount: control.rowsRead,
    refusedTotals: [],
    message: messageOf(control, written),
    metrics: {
      'Rows in': control.rowsRead.toLocaleString('en-US'),
      'Rows out': control.rowsWritten.toLocaleString('en-US'),
      Files: String(written.length),
      'Control totals': 'agree',
    },
    warnings: warningsOf(writer),
    tables: [
      controlTable(control, file.decimal),
      ...(control.steps.length === 0 ? [] : [stepTable(control)]),
      sampleTable(
        'First rows out',
        pipeline.written.map((column) => column.name),
        outputs.sample,
      ),
      sampleTable('First rows in', file.columns, sampleIn),
    ],
  };
}

async function tableOf(recipe: Recipe, file: CsvRows, second: CsvRows | null): Promise<JoinTable> {
  const index = recipe.steps.findIndex((step) => step.do === 'join');
  const join = recipe.steps[index];
  if (join?.do !== 'join') return new Map();
  const where = whereOf(join, index);
  if (second === null) throw new RecipeError(where, 'needs a second file', 'Choose one as "Second file"');
  if (second.decimal !== file.decimal)
    throw new RecipeError(
      where,
      `joins ${file.name}, with decimals as 1${file.decimal}5, and ${second.name}, with 1${second.decimal}5`,
      'Save both files with the same delimiter',
    );
  return readJoinTable(join, where, second);
}

/** @returns the first rows */
async function pass(file: CsvRows, pipeline: Pipeline, job: Job, outputs: Outputs): Promise<Cells[]> {
  const { control, faults } = job;
  const first = pipeline.make(job, outputs);
  const see = control.watch(pipeline.read, 'born');
  const sample: Cells[] = [];
  for await (const records of file.batches()) {
    for (const { cells, line } of records) {
      control.rowsRead += 1;
      see(cells);
      if (sample.length < SAMPLE_ROWS) sample.push(cells.map(ownText));
      first.row(cells, line);
    }
    faults.check(false);
    await outputs.flush();
  }
  first.end();
  faults.check(true);
  return sample;
}

/** The last gate: nobody is asked to sign files whose totals do not add up. */
function assertAgreement(control: ControlAccount, written: readonly Written[]): void {
  const differences = [
    ...control.differences(),
    ...written
      .filter(({ rows, draft }) => draft.rowCount !== rows)
      .map(({ name, rows, draft }) => `${name} was written with ${rows} rows and stored with ${draft.rowCount}`),
  ];
  if (differences.length > 0) throw new Error(`The control totals do not agree: ${differences.slice(0, 5).join('; ')}`);
}

function messageOf({ rowsRead, rowsWritten }: ControlAccount, written: readonly Written[]): string {
  const files = written.length === 1 ? (written[0]?.name ?? '') : plural(written.length, 'file');
  return `${plural(rowsRead, 'row')} read, ${plural(rowsWritten, 'row')} written into ${files}. The control totals in and out agree.`;
}

function warningsOf({ defused }: RowWriter): string[] {
  if (defused === 0) return [];
  return [
    `${plural(defused, 'cell')} would be run as a formula by a spreadsheet, and got an apostrophe before it. For files that machines read, set "formulas": "keep" in the recipe's output.`,
  ];
}

/** A recipe that does not fit, as the person sees it. */
export function asInputError(error: unknown): unknown {
  if (!(error instanceof RecipeError)) return error;
  const issue = {
    line: null,
    column: 'recipe',
    code: 'recipe',
    message: `${error.where} ${error.what}`,
    remedy: error.remedy,
  };
  return new InputError(error.message, [issue]);
}
