import { toMajorText, toMinor } from '@countersign/domain/money/money';
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import { totalsOf } from '@countersign/domain/plan/totals';
import { readTable } from '@countersign/domain/csv/read-table';
import type { Outcome } from '@countersign/domain/schemas/effect';
import type { Destination, Problem } from '@countersign/domain/schemas/execution';
import { toCsv, type Context, type Report, type ReportInput, type StripePayoutEffect } from '@countersign/plugin-sdk';
import { readRows, type Mode, type PayoutRow } from './read-rows.ts';

const COLUMNS = [
  'line',
  'reference',
  'account',
  'amount',
  'currency',
  'status',
  'payout id',
  'bank',
  'reason',
] as const;
type ResultRow = Readonly<Record<(typeof COLUMNS)[number], string>>;
interface Results extends Omit<ReportInput<unknown>, 'parameters' | 'effects'> {
  readonly effects: readonly StripePayoutEffect[];
}

const STATUS: Readonly<Record<Outcome['status'], string>> = {
  succeeded: 'paid',
  failed: 'failed',
  unknown: 'unknown',
  not_done: 'not sent',
};

/** The results file, with every row of the input in it, and what became of the run in a sentence or two. */
export async function makeReport(
  input: Omit<ReportInput<unknown>, 'parameters'>,
  mode: Mode,
  context: Context,
): Promise<Report> {
  const results: Results = { ...input, effects: input.effects.filter((effect) => effect.kind === 'stripe.payout') };
  const outcomes = new Map(results.outcomes.map((outcome) => [outcome.key, outcome]));
  const rows = [
    ...results.effects.map((effect) => paidRow(effect, outcomes.get(effect.key))),
    ...refusedRows(results.problems, await originalRows(mode, context)),
  ].sort((a, b) => Number(a.line) - Number(b.line));
  return {
    success: results.effects.every((effect) => outcomes.get(effect.key)?.status === 'succeeded'),
    message: messageOf(results, outcomes),
    files: [{ name: 'results.csv', contentType: 'text/csv', text: toCsv(COLUMNS, rows) }],
    notifications: [],
  };
}

function paidRow(effect: StripePayoutEffect, outcome: Outcome | undefined): ResultRow {
  const { account, amountMinor, currency, destination, reference } = effect.data;
  return {
    line: String(effect.line ?? ''),
    reference,
    account,
    amount: toMajorText(toMinor(amountMinor), currency),
    currency,
    status: STATUS[outcome?.status ?? 'not_done'],
    'payout id': outcome?.providerId ?? '',
    bank: bankOf(destination),
    reason: outcome?.message ?? '',
  };
}

function bankOf(destination: Destination): string {
  return destination.kind === 'hidden' ? 'hidden by Stripe' : `${destination.bankName} ****${destination.last4}`.trim();
}

/** One line for each refused row, with all that is wrong with it. */
function refusedRows(problems: readonly Problem[], originals: ReadonlyMap<number, PayoutRow>): ResultRow[] {
  const byLine = new Map<number, Problem[]>();
  for (const problem of problems) {
    if (problem.severity === 'refused' && problem.line !== null)
      byLine.set(problem.line, [...(byLine.get(problem.line) ?? []), problem]);
  }
  return [...byLine].map(([line, faults]) => {
    const row = originals.get(line);
    return {
      line: String(line),
      reference: row?.reference ?? faults[0]?.reference ?? '',
      account: row?.account ?? '',
      amount: row === undefined || row.amountMinor === null ? '' : toMajorText(row.amountMinor, row.currency),
      currency: row?.currency ?? '',
      status: 'left out',
      'payout id': '',
      bank: '',
      reason: faults.map((fault) => `${fault.message}. ${fault.remedy}`).join(' | '),
    };
  });
}

/** The refused rows' own cells, from the file that was planned with; without it they are listed by line and reference. */
async function originalRows(mode: Mode, context: Context): Promise<ReadonlyMap<number, PayoutRow>> {
  try {
    const file = await context.files.text('file');
    const columns = ['reference', 'account', 'amount', 'currency', 'description'].map((name) => ({
      name,
      required: false,
    }));
    const table = readTable(file.text, { columns, maxRows: 50_000 });
    return new Map(readRows(table, mode, '').map((row) => [row.line, row]));
  } catch (error) {
    context.log.warn(
      `The input file can not be read for the results: ${error instanceof Error ? error.message : String(error)}`,
    );
    return new Map();
  }
}

function messageOf({ effects, problems }: Results, outcomes: ReadonlyMap<string, Outcome>): string {
  const having = (status: Outcome['status']): StripePayoutEffect[] =>
    effects.filter((effect) => (outcomes.get(effect.key)?.status ?? 'not_done') === status);
  const said = (some: readonly StripePayoutEffect[], one: string, many: string): string | null =>
    some.length === 0
      ? null
      : `${plural(some.length, 'payout')} (${amountsInWords(totalsOf(some))}) ${some.length === 1 ? one : many}.`;
  const paid = having('succeeded');
  const left = new Set(problems.filter((problem) => problem.severity === 'refused').map((problem) => problem.line))
    .size;
  return [
    paid.length === effects.length && paid.length > 1
      ? `All ${plural(paid.length, 'payout')} (${amountsInWords(totalsOf(paid))}) went out.`
      : said(paid, 'went out', 'went out'),
    said(
      having('failed'),
      'failed: its money is still on its account',
      'failed: their money is still on their accounts',
    ),
    said(
      having('unknown'),
      'has no certain outcome yet: it is settled when Stripe answers, and not sent again before',
      'have no certain outcome yet: they are settled when Stripe answers, and not sent again before',
    ),
    said(having('not_done'), 'was not sent', 'were not sent'),
    left === 0 ? null : `${plural(left, 'row')} of the file ${left === 1 ? 'was' : 'were'} left out.`,
  ]
    .filter((sentence) => sentence !== null)
    .join(' ');
}
