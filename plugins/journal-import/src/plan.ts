import { detectTextFormat } from '@countersign/domain/ledger/text/text-ledger';
import { formatMoney } from '@countersign/domain/money/money';
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import { Totals } from '@countersign/domain/plan/totals';
import type { Total } from '@countersign/domain/schemas/common';
import { InputError, type Context, type PlanProposal, type PlanTable } from '@countersign/plugin-sdk';
import type { ControlTotals } from './control-totals.ts';
import type { DraftJournal } from './draft.ts';
import { accountIdOf, planJournals, type JournalEffect, type PlanOptions, type World } from './plan-journals.ts';
import { readCsvJournals } from './read-csv.ts';
import { readTextFile, type TextFile } from './read-text.ts';

export interface ImportOptions extends PlanOptions {
  readonly format: 'detect' | 'csv' | 'beancount' | 'hledger';
  /** When anything can't be posted, post none. */
  readonly refuseAll: boolean;
  /** Debits by currency that the file must come to. */
  readonly control: ControlTotals;
}

/** Read the file, then the world, then decide. */
export async function plan(options: ImportOptions, context: Context): Promise<PlanProposal> {
  const file = await context.files.text('file');
  const format = options.format === 'detect' ? (detectTextFormat(file.text) ?? 'csv') : options.format;
  const read: TextFile = format === 'csv' ? { ...readCsvJournals(file), problems: [] } : readTextFile(file, format);
  context.log.info(`Read ${plural(read.journals.length, 'journal')} from ${format === 'csv' ? 'a CSV' : format}`);
  assertControlTotals(file.name, read.journals, options.control);
  const world = await readWorld(read.journals, options, context);
  const decided = planJournals(read.journals, world, options);
  const problems = [...read.problems, ...decided.problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const anyRefused = problems.some((problem) => problem.severity === 'refused');
  const effects = options.refuseAll && anyRefused ? [] : decided.effects;
  return {
    effects,
    problems,
    rowCount: read.rowCount,
    refusedTotals: debitsOf(decided.refused),
    message: messageOf(effects, decided.refused.length, anyRefused, options),
    metrics: {
      Journals: String(effects.length),
      Entries: String(effects.reduce((sum, effect) => sum + effect.journal.entries.length, 0)),
      'Journals left out': String(read.journals.length - effects.length),
    },
    warnings: [],
    tables: [controlTable(read.journals, effects)],
  };
}

async function readWorld(journals: readonly DraftJournal[], options: PlanOptions, context: Context): Promise<World> {
  const ids = new Set(
    journals.flatMap(({ entries }) => entries.flatMap((entry) => accountIdOf(entry, options.accountMap) ?? [])),
  );
  const references = journals
    .filter(({ key, reference }) => key !== '' && reference.length <= 200)
    .map(({ reference }) => reference);
  const [accounts, claims] = [
    await context.ledger.accounts([...ids]),
    await context.claims.lookup([...new Set(references)], 'journal'),
  ];
  return { accounts, claims };
}

/** The file is refused as a whole when it does not come to what the person expects of it. */
function assertControlTotals(name: string, journals: readonly DraftJournal[], control: ControlTotals): void {
  if (control.size === 0) return;
  const found = new Map(debitsOf(journals).map((total) => [total.currency, BigInt(total.amountMinor)]));
  const issues = [...new Set([...control.keys(), ...found.keys()])].sort().flatMap((currency) => {
    const [expected, there] = [control.get(currency) ?? 0n, found.get(currency) ?? 0n];
    if (expected === there) return [];
    const message = `The debits come to ${formatMoney(there, currency)}, and ${formatMoney(expected, currency)} was expected`;
    return [
      {
        line: null,
        column: null,
        code: 'control_total',
        message,
        remedy: 'Take the right file, or correct the control totals',
      },
    ];
  });
  const [first] = issues;
  if (first !== undefined) throw new InputError(`${name}: ${first.message}. ${first.remedy}.`, issues);
}

/** Money of journals: their debits, which are their credits. */
function debitsOf(journals: readonly DraftJournal[]): Total[] {
  const totals = new Totals();
  for (const { entries } of journals) {
    const sums = new Map<string, bigint>();
    for (const { side, currency, amountMinor } of entries)
      if (side === 'debit') sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
    for (const [currency, sum] of sums) totals.add(currency, sum);
  }
  return totals.toList();
}

/** What is in the file, and what of it would be posted, by currency. */
function controlTable(journals: readonly DraftJournal[], effects: readonly JournalEffect[]): PlanTable {
  const rows = new Map<string, { debit: bigint; credit: bigint; entries: number; posted: bigint }>();
  const rowOf = (currency: string) => {
    const row = rows.get(currency) ?? { debit: 0n, credit: 0n, entries: 0, posted: 0n };
    rows.set(currency, row);
    return row;
  };
  for (const { side, currency, amountMinor } of journals.flatMap((journal) => journal.entries)) {
    const row = rowOf(currency);
    row.entries += 1;
    row[side] += amountMinor;
  }
  for (const { side, currency, amountMinor } of effects.flatMap((effect) => effect.journal.entries))
    if (side === 'debit') rowOf(currency).posted += BigInt(amountMinor);
  return {
    title: 'Control totals',
    columns: ['Currency', 'Entries in the file', 'Debits', 'Credits', 'Debits to be posted'],
    rows: [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, 20)
      .map(([currency, { debit, credit, entries, posted }]) => ({
        cells: [
          currency,
          entries.toLocaleString('en-US'),
          ...[debit, credit, posted].map((minor) => formatMoney(minor, currency)),
        ],
      })),
  };
}

function messageOf(
  effects: readonly JournalEffect[],
  refused: number,
  anyRefused: boolean,
  options: ImportOptions,
): string {
  const totals = new Totals();
  for (const { side, currency, amountMinor } of effects.flatMap((effect) => effect.journal.entries))
    if (side === 'debit') totals.add(currency, BigInt(amountMinor));
  const late = options.late === 'route' ? ' Days in closed periods count for the first open day instead.' : '';
  if (options.refuseAll && anyRefused)
    return `${refused === 0 ? 'Lines of the file' : plural(refused, 'journal')} can not be posted, and this run was asked to post all or none. The problems say why.`;
  if (effects.length === 0) return 'Nothing of the file can be posted. The problems say why.';
  const left = anyRefused
    ? ` The problems say what is left out${refused === 0 ? '' : ` (${plural(refused, 'journal')})`}, and why.`
    : '';
  return `Posts ${plural(effects.length, 'journal')} with debits of ${amountsInWords(totals.toList())}.${late}${left}`;
}
