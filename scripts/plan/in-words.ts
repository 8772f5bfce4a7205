import { formatMoney, toMinor } from '@countersign/domain/money/money';
import { plural } from '@countersign/domain/plan/sentence';
import type { Total } from '@countersign/domain/schemas/common';
import type { Plan, Problem } from '@countersign/domain/schemas/execution';
import type { OfflinePlan } from './plan-offline.ts';

/** So many lines of one kind of problem are printed; all of them are in the JSON. */
const LINES_A_CODE = 5;

/** The plan, or why there is none, for a person at a terminal. */
export function inWords(offline: OfflinePlan): string {
  const { plan, error, problems, plugin, log } = offline;
  const parts = [
    [`${plugin.name} ${plugin.version}`],
    error === null ? [] : [`FAILED  ${error.code}: ${error.message}`],
    plan === null ? [] : planLines(plan),
    problemLines(problems),
    section(
      'Log',
      log.map(({ level, message }) => `${level}: ${message}`),
    ),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function planLines(plan: Plan): string[] {
  return [
    plan.sentence,
    ...(plan.message === '' ? [] : [plan.message]),
    ...section(
      'Effects',
      plan.effectsByKind.map(({ kind, count }) => `${kind}: ${count.toLocaleString('en-US')}`),
    ),
    ...section('Totals', plan.totals.map(totalLine)),
    ...section('Left out', plan.refusedTotals.map(totalLine)),
    ...section(
      'Ledger impact',
      plan.ledgerImpact.map(
        ({ accountId, currency, debitMinor, creditMinor }) =>
          `${accountId}: debit ${formatMoney(toMinor(debitMinor), currency)}, credit ${formatMoney(toMinor(creditMinor), currency)}`,
      ),
    ),
    ...section('Warnings', plan.warnings),
    ...section(
      'Metrics',
      Object.entries(plan.metrics).map(([name, value]) => `${name}: ${value}`),
    ),
    ...plan.tables.flatMap(({ title, columns, rows }) =>
      section(
        title,
        [columns, ...rows.map((row) => row.cells)].map((cells) => cells.join(' | ')),
      ),
    ),
  ];
}

const totalLine = ({ currency, count, amountMinor }: Total): string =>
  `${formatMoney(toMinor(amountMinor), currency)} in ${count.toLocaleString('en-US')}`;

/** By code, in the order of their first line: what is wrong, where, and what to do about it. */
function problemLines(problems: readonly Problem[]): string[] {
  const byCode = Map.groupBy(problems, ({ severity, code }) => `${code} (${severity})`);
  const lines = [...byCode].flatMap(([title, same]) => [
    `${title}: ${plural(same.length, 'problem')}`,
    ...same.slice(0, LINES_A_CODE).map((problem) => `  ${placeOf(problem)}${problem.message}. ${problem.remedy}.`),
    ...(same.length > LINES_A_CODE ? [`  and ${same.length - LINES_A_CODE} more`] : []),
  ]);
  return section('Problems', lines);
}

function placeOf({ line, column, reference }: Problem): string {
  const places = [line === null ? null : `line ${line}`, column, reference].filter((place) => place !== null);
  return places.length === 0 ? '' : `${places.join(', ')}: `;
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}`, ...lines.map((line) => `  ${line}`)];
