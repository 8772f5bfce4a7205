/**
 * `npm run chart-import -- (--file CHART.csv | --template ID) [--apply] [--org ORG]`: what a chart of accounts would
 * change in the platform that runs, row by row; with `--apply`, open what is missing and propose the changes. It signs in
 * as a demo account that may, or as CHART_EMAIL with CHART_PASSWORD. Ends with 1 when something is wrong in the file.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { decodeText } from '@countersign/domain/csv/decode';
import { AppError } from '@countersign/domain/errors';
import { readChart } from '@countersign/domain/ledger/chart/read-chart';
import { CHART_TEMPLATES } from '@countersign/domain/ledger/chart/templates';
import { importChart, inWords, type ChartImport } from './chart/import-chart.ts';
import { runCommandLine, runningPlatform, UsageError } from './command-line.ts';

const USAGE = `npm run chart-import -- (--file CHART.csv | --template ${CHART_TEMPLATES.map(({ id }) => id).join('|')}) [--apply] [--org ORG]`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      file: { type: 'string' },
      template: { type: 'string' },
      apply: { type: 'boolean' },
      org: { type: 'string' },
    },
  });
  const template = CHART_TEMPLATES.find(({ id }) => id === values.template);
  if (values.template !== undefined && template === undefined)
    throw new UsageError(`There is no template "${values.template}"`);
  if ((values.file === undefined) === (template === undefined)) throw new UsageError('Name a file, or a template');
  const rows = values.file === undefined ? (template?.rows ?? []) : await rowsOfFile(values.file);
  if (rows === null) return 1;
  const platform = await runningPlatform();
  const plan = await importChart(platform, process.env, {
    rows,
    apply: values.apply ?? false,
    say: console.log,
    ...(values.org === undefined ? {} : { org: values.org }),
  });
  return plan.issues.length === 0 ? 0 : 1;
}

/** Null when the file is not right; what is wrong has been said. */
async function rowsOfFile(path: string): Promise<ChartImport['rows'] | null> {
  const decoded = decodeText(await readFile(path));
  if ('issue' in decoded) throw new AppError('input_error', `${path}: ${decoded.issue.message}`);
  const { rows, issues } = readChart(decoded.text);
  for (const issue of issues) console.log(inWords(issue));
  return issues.length === 0 ? rows : null;
}

await runCommandLine(USAGE, main);
