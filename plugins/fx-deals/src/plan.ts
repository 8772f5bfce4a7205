import { isAppError } from '@countersign/domain/errors';
import { FX_POSITION, FX_REALIZED, FX_ROUNDING, positionAccount } from '@countersign/domain/ledger/fx/accounts';
import { exchange, type FxJournal, type FxWorld } from '@countersign/domain/ledger/fx/exchange';
import { positionsOf, type Position } from '@countersign/domain/ledger/fx/position';
import { bookForeign, settleForeign } from '@countersign/domain/ledger/fx/settle';
import { formatMoney, fromMinor } from '@countersign/domain/money/money';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { plural } from '@countersign/domain/plan/sentence';
import type { EffectOf } from '@countersign/domain/schemas/effect';
import type { Problem, Recheck } from '@countersign/domain/schemas/execution';
import type { RateQuote } from '@countersign/domain/schemas/fx';
import type { Context, PlanProposal, Table } from '@countersign/plugin-sdk';
import { problemOf, readDeals, type Deal } from './read-deals.ts';

const MAX_RATE_AGE_DAYS = 4;
/** Rates are looked for so far back; an older one than may be used is then seen, and said to be old. */
const SEEN_DAYS = 31;
/** All that is recorded, for whatever day: average cost is of the books as they stand. */
const EVERY_DAY = '9999-12-31';

/** Read the rows, then the books and the rates, then book row after row, each on the positions that the one before left. */
export async function plan(table: Table, context: Context): Promise<PlanProposal> {
  const { deals, problems } = readDeals(table, context.now.slice(0, 10));
  const { baseCurrency, tables } = await readRates(deals, context);
  const { balances } = await context.ledger.balances([FX_POSITION], null);
  const before = positionsOf(balances, baseCurrency);
  const open = await withoutTaken(deals, context);
  const sound = await withAccounts(open.deals, baseCurrency, context);
  problems.push(...open.problems, ...sound.problems);
  const effects: EffectOf<'ledger.journal'>[] = [];
  let positions = before;
  let [realized, rounding] = [0n, 0n];
  for (const deal of sound.deals) {
    const world = {
      baseCurrency,
      day: deal.day,
      positions,
      table: tables.get(deal.day) ?? [],
      rates: { maxAgeDays: MAX_RATE_AGE_DAYS },
    };
    const journal = bookOrProblem(world, deal);
    if ('code' in journal) {
      problems.push(journal);
      continue;
    }
    positions = journal.positions;
    realized += [...journal.realizedMinor.values()].reduce((sum, gain) => sum + gain, 0n);
    rounding += journal.roundingMinor;
    effects.push(effectOf(deal, journal));
  }
  const gain = `${realized < 0n ? 'a loss' : 'a gain'} of ${formatMoney(realized < 0n ? -realized : realized, baseCurrency)}`;
  const left = table.rows.length - effects.length - open.done;
  return {
    effects,
    problems,
    rowCount: table.rows.length,
    refusedTotals: [],
    message: `${plural(effects.length, 'deal')} to book, which ${effects.length === 1 ? 'realizes' : 'realize'} ${gain}.${left === 0 ? '' : ` ${plural(left, 'row')} can not be booked; the problems say why.`}`,
    metrics: {
      'Realized gain': formatMoney(realized, baseCurrency),
      'Rounding differences': formatMoney(rounding, baseCurrency),
    },
    warnings: [],
    rechecks: rechecksOf(before, positions, baseCurrency),
  };
}

/** The base currency, and a rate table for each day on which a row needs one. */
async function readRates(
  deals: readonly Deal[],
  context: Context,
): Promise<{ baseCurrency: string; tables: ReadonlyMap<string, readonly RateQuote[]> }> {
  const query = { maxAgeDays: SEEN_DAYS };
  const { baseCurrency } = await context.fx.rates({ ...query, currencies: [], day: context.now.slice(0, 10) });
  const tables = new Map<string, readonly RateQuote[]>();
  for (const [day, ofDay] of Map.groupBy(deals, (deal) => deal.day)) {
    const currencies = new Set<string>();
    for (const { from, to } of ofDay) {
      if (from.currency === baseCurrency || to.currency === baseCurrency) continue;
      for (const { currency } of [from, to]) if (currency !== null) currencies.add(currency);
    }
    if (currencies.size === 0) continue;
    tables.set(day, (await context.fx.rates({ ...query, currencies: [...currencies].sort(), day })).quotes);
  }
  return { baseCurrency, tables };
}

async function withoutTaken(
  deals: readonly Deal[],
  context: Context,
): Promise<{ deals: Deal[]; problems: Problem[]; done: number }> {
  const holders = await context.claims.lookup(
    deals.map(({ reference }) => reference),
    'journal',
  );
  const free = deals.filter(({ reference }) => !holders.has(reference));
  const taken = deals.filter(({ reference }) => holders.has(reference) && holders.get(reference)?.resumed !== true);
  const problems = taken.map((deal) =>
    problemOf(
      deal,
      'reference_taken',
      'This reference is booked already, or about to be',
      'Leave the row out, or give it another reference',
      'reference',
    ),
  );
  return { deals: free, problems, done: deals.length - free.length - taken.length };
}

async function withAccounts(
  deals: readonly Deal[],
  baseCurrency: string,
  context: Context,
): Promise<{ deals: Deal[]; problems: Problem[] }> {
  const accountsOf = ({ from, to }: Deal): string[] => [
    from.accountId,
    to.accountId,
    ...(from.currency === to.currency ? [] : [FX_REALIZED, FX_ROUNDING]),
    ...[from.currency, to.currency]
      .filter((currency) => currency !== null && currency !== baseCurrency && from.currency !== to.currency)
      .map((currency) => positionAccount(String(currency))),
  ];
  const there = await context.ledger.accounts([...new Set(deals.flatMap(accountsOf))]);
  const problems: Problem[] = [];
  const sound = deals.filter((deal) => {
    const lacking = accountsOf(deal).find((id) => there.get(id)?.postable !== true || there.get(id)?.closed === true);
    if (lacking !== undefined)
      problems.push(
        problemOf(deal, 'account_missing', `The ledger has no open account ${lacking}`, 'Open it, or name another'),
      );
    return lacking === undefined;
  });
  return { deals: sound, problems };
}

function bookOrProblem(world: FxWorld, row: Deal): FxJournal | Problem {
  try {
    return book(world, row);
  } catch (error) {
    if (!isAppError(error) || error.code === 'internal') throw error;
    const reason = error.details['reason'];
    return problemOf(
      row,
      typeof reason === 'string' ? reason : error.code,
      error.message,
      'Correct the row, or record the rate of its day',
    );
  }
}

function book(world: FxWorld, { reference, from, to, deal, memo: said }: Deal): FxJournal {
  const memo = said === '' ? `Currency deal ${reference}` : said;
  if (from.currency === null && to.currency !== null)
    return bookForeign(world, { memo, kind: 'income', item: to, counterAccountId: from.accountId });
  if (to.currency === null && from.currency !== null)
    return bookForeign(world, { memo, kind: 'expense', item: from, counterAccountId: to.accountId });
  if (from.currency === null || to.currency === null) throw new Error('a row has an amount');
  if (from.currency === to.currency) return settleForeign(world, { memo, kind: 'payable', item: to, payment: from });
  return exchange(world, { memo, sold: from, bought: to, ...(deal && { deal }) });
}

function effectOf({ line, reference }: Deal, { draft }: FxJournal): EffectOf<'ledger.journal'> {
  return {
    kind: 'ledger.journal',
    key: `deal ${normalizeReference(reference)}`,
    line,
    needs: [],
    data: { description: draft.memo },
    claim: { kind: 'journal', reference },
    journal: { ...draft, metadata: { ...draft.metadata, reference } },
  };
}

/** Gains are signed that rest on these positions: nothing else may have moved them when they are booked. */
function rechecksOf(
  before: ReadonlyMap<string, Position>,
  after: ReadonlyMap<string, Position>,
  baseCurrency: string,
): Recheck[] {
  const kind = 'ledger.balance' as const;
  return [...after].flatMap(([currency, position]): Recheck[] => {
    const { quantityMinor, costMinor } = before.get(currency) ?? { quantityMinor: 0n, costMinor: 0n };
    if (quantityMinor === position.quantityMinor && costMinor === position.costMinor) return [];
    const of = { kind, accountId: positionAccount(currency), day: EVERY_DAY };
    return [
      { ...of, currency, debitMinor: fromMinor(-quantityMinor) },
      { ...of, currency: baseCurrency, debitMinor: fromMinor(costMinor) },
    ];
  });
}
