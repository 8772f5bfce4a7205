import { formatMoney, toMinor } from '@countersign/domain/money/money';
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import { Totals, totalsOf } from '@countersign/domain/plan/totals';
import type { Context, PlanProposal, StripePayoutEffect, Table } from '@countersign/plugin-sdk';
import { planRows, type RowPlan, type World } from './plan-rows.ts';
import { readRows, type Mode, type PayoutRow } from './read-rows.ts';
import type { Reserves } from './reserve.ts';

export interface PlanOptions {
  readonly mode: Mode;
  readonly reserves: Reserves;
  /** When any row can't be paid, pay none. */
  readonly refuseAll: boolean;
  /** For rows without a description. */
  readonly description: string;
}

/** Read the rows, then the world, then decide. */
export async function plan(table: Table, options: PlanOptions, context: Context): Promise<PlanProposal> {
  const rows = readRows(table, options.mode, options.description);
  context.log.info(`Read ${plural(rows.length, 'row')}`);
  const world = await readWorld(rows, context);
  const decided = planRows(rows, options.mode, options.reserves, world);
  const refusedTotals = totalsOfRows(decided.refused);
  if (options.refuseAll && decided.refused.length > 0) {
    const message = `${plural(decided.refused.length, 'row')} of ${rows.length.toLocaleString('en-US')} can not be paid, and this run was asked to pay all rows or none`;
    return {
      effects: [],
      problems: decided.problems,
      rowCount: rows.length,
      refusedTotals: totalsOfRows(rows),
      message,
      metrics: {},
      warnings: [],
    };
  }
  return {
    effects: decided.effects,
    problems: decided.problems,
    rowCount: rows.length,
    refusedTotals,
    message: messageOf(rows.length, decided, refusedTotals),
    metrics: metricsOf(decided.effects, decided.refused.length),
    warnings: warningsOf(decided.effects),
  };
}

/** Only rows that are sound in themselves are looked up: the others are not paid whatever Stripe says. */
async function readWorld(rows: readonly PayoutRow[], context: Context): Promise<World> {
  const sound = rows.filter((row) => row.faults.length === 0);
  const references = [...new Set(sound.map((row) => row.reference))];
  const ids = [...new Set(sound.map((row) => row.account))].sort();
  const claims = await context.claims.lookup(references);
  const accounts = await context.stripe.balances(ids);
  context.log.info(`Read the Stripe balances of ${plural(ids.length, 'account')}`);
  return { claims, accounts };
}

function messageOf(
  rowCount: number,
  { effects, refused }: RowPlan,
  refusedTotals: PlanProposal['refusedTotals'],
): string {
  const worth = refusedTotals.length > 0 ? ` (${amountsInWords(refusedTotals)})` : '';
  const them = refused.length === 1 ? 'it' : 'them';
  if (effects.length === 0)
    return `None of the ${plural(rowCount, 'row')} can be paid${worth}. Each row's problem says why, and what would help.`;
  const paid = `${plural(effects.length, 'payout')} of ${amountsInWords(totalsOf(effects))} to ${plural(payeesOf(effects).size, 'connected account')}.`;
  return refused.length === 0
    ? `${paid} All rows of the file can be paid.`
    : `${paid} ${plural(refused.length, 'row')}${worth} can not be paid; the problems say why. This run leaves ${them} out.`;
}

function metricsOf(effects: readonly StripePayoutEffect[], refused: number): Record<string, string> {
  const metrics: Record<string, string> = {
    Payouts: String(effects.length),
    Accounts: String(payeesOf(effects).size),
    'Rows left out': String(refused),
  };
  for (const { currency } of totalsOf(effects)) {
    const amounts = effects
      .filter((effect) => effect.data.currency === currency)
      .map((effect) => toMinor(effect.data.amountMinor));
    const largest = amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
    metrics[`Largest payout in ${currency}`] = formatMoney(largest, currency);
  }
  return metrics;
}

function warningsOf(effects: readonly StripePayoutEffect[]): string[] {
  const hidden = effects.filter((effect) => effect.data.destination.kind === 'hidden');
  if (hidden.length === 0) return [];
  return [
    `Stripe does not show the bank accounts of ${plural(payeesOf(hidden).size, 'account')} to the platform; ${plural(hidden.length, 'payout')} of ${amountsInWords(totalsOf(hidden))} will go where they have chosen at Stripe.`,
  ];
}

const payeesOf = (effects: readonly StripePayoutEffect[]): Set<string> =>
  new Set(effects.map((effect) => effect.data.account));

function totalsOfRows(rows: readonly PayoutRow[]): PlanProposal['refusedTotals'] {
  const totals = new Totals();
  for (const { amountMinor, currency } of rows) if (amountMinor !== null) totals.add(currency, amountMinor);
  return totals.toList();
}
