import { BaseRates } from '@countersign/domain/ledger/statements/base-rates';
import { daysOfColumns, type ColumnDays } from '@countersign/domain/ledger/statements/compared';
import { DayRated, ofDaysIn } from '@countersign/domain/ledger/statements/day-rated';
import { currenciesOf, type Chart, type LeafSum } from '@countersign/domain/ledger/statements/leaf-sums';
import {
  cashOfBranch,
  makeTreeStatement,
  type BaseData,
  type ColumnData,
  type Made,
  type TreeParameters,
} from '@countersign/domain/ledger/statements/make-statement';
import { dayBeforeYear } from '@countersign/domain/ledger/statements/titles';
import { RateIndex } from '@countersign/domain/ledger/fx/rate-table';
import { AppError } from '@countersign/domain/errors';
import { addDays } from '@countersign/domain/schedule/wall-time';
import type { RateQuote } from '@countersign/domain/schemas/fx';
import type { StatementSettings } from '@countersign/domain/schemas/statement';
import type { Known } from './as-known.ts';
import type { LedgerReader } from './ledger-reader.ts';
import { readFlows, type Flows } from './read-flows.ts';

export type LoadedSettings = Pick<StatementSettings, 'cashAccounts' | 'activities' | 'yearStart'>;

export interface Loaded extends Made {
  /** Leaves of the ledger that it is made of. */
  readonly size: number;
}

/** Where the rates of a section in the base currency come from. */
export interface RateSource {
  readonly baseCurrency: string;
  /** For these currencies: the quotes that can count on some days, and those of all days of a span. */
  quotes(
    currencies: readonly string[],
    days: readonly string[],
    span: { readonly currencies: readonly string[]; readonly from: string | null; readonly to: string } | null,
  ): Promise<RateQuote[]>;
}

const MAX_READINGS = 4;
const FIRST_DAY = '0001-01-01';

/** A statement over the tree of accounts, from the ledger as known at the end of a recorded day. */
export async function loadTreeStatement(
  reader: LedgerReader,
  parameters: TreeParameters,
  known: Known,
  chart: Chart,
  settings: LoadedSettings,
  source: RateSource | null,
): Promise<Loaded> {
  const spans = daysOfColumns(parameters, settings.yearStart).map((days) => spanOf(parameters, days, settings));
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const { sums, size } = await readSums(reader, spans, known);
    const at = (day: string | null): readonly LeafSum[] => (day === null ? [] : (sums.get(day) ?? []));
    const currencies = currenciesOf(...sums.values());
    const base =
      source === null ? null : await baseOf(reader, parameters, known, chart, spans, sums, currencies, source);
    // More was recorded between the sums and their days: both again.
    if (base !== null && base.size !== null && base.size !== size && known.provisional) continue;
    const columns: ColumnData[] = [];
    for (const { days, beforeDay } of spans) {
      const figures = { days, beforeDay, at: at(days.to), before: at(beforeDay) };
      const flows: Flows =
        parameters.kind === 'cash_flow'
          ? await readFlows(reader, days, cashOfBranch(chart, settings, parameters.branch), base?.rates ?? null, {
              at: figures.at,
              before: figures.before,
              size,
              knownAt: known.knownAt,
            })
          : { flows: [], flowsOfDays: null };
      columns.push({ ...figures, ...flows });
    }
    return { ...makeTreeStatement(parameters, { chart, settings, columns, base }), size };
  }
  throw tooBusy();
}

const tooBusy = (): AppError =>
  new AppError(
    'unavailable',
    'So much is being recorded that no two balances are of the same moment. Try again, or ask as known yesterday.',
    { retryable: true },
  );

interface Span {
  readonly days: ColumnDays;
  readonly beforeDay: string | null;
}

function spanOf({ kind }: TreeParameters, days: ColumnDays, { yearStart }: LoadedSettings): Span {
  if (kind === 'trial_balance') return { days, beforeDay: null };
  return { days, beforeDay: days.from === null ? dayBeforeYear(days.to, yearStart) : addDays(days.from, -1) };
}

/**
 * Sums up to each day, of one moment, in one way through the months: a day's are those of the one before and what came
 * since. A recorded day that is over brings nothing more; while it lasts, what comes in between would be in some only.
 */
async function readSums(
  reader: LedgerReader,
  spans: readonly Span[],
  { knownAt, provisional }: Known,
): Promise<{ sums: Map<string, LeafSum[]>; size: number }> {
  const days = [
    ...new Set(spans.flatMap(({ days, beforeDay }) => [days.to, ...(beforeDay === null ? [] : [beforeDay])])),
  ];
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const sums = new Map<string, LeafSum[]>();
    const sizes = new Set<number>();
    let from: string | null = null;
    let before: LeafSum[] = [];
    for (const day of days.sort()) {
      const read = await reader.sums(day, knownAt, { from });
      sizes.add(read.size);
      sums.set(day, (before = added(before, read.sums)));
      from = addDays(day, 1);
    }
    // The first reading has the fewest; of a day that is over all say the same.
    if (sizes.size === 1 || !provisional) return { sums, size: Math.min(...sizes) };
  }
  throw tooBusy();
}

function added(before: readonly LeafSum[], more: readonly LeafSum[]): LeafSum[] {
  const sums = new Map(before.map((sum) => [`${sum.accountId} ${sum.currency}`, sum]));
  for (const sum of more) {
    const key = `${sum.accountId} ${sum.currency}`;
    const was = sums.get(key);
    sums.set(key, {
      ...sum,
      debitMinor: sum.debitMinor + (was?.debitMinor ?? 0n),
      creditMinor: sum.creditMinor + (was?.creditMinor ?? 0n),
    });
  }
  return [...sums.values()];
}

/** Rates, and what was moved day by day where these count. @returns `size`: leaves behind the days; null when none were read */
async function baseOf(
  reader: LedgerReader,
  { kind }: TreeParameters,
  { knownAt }: Known,
  chart: Chart,
  spans: readonly Span[],
  sums: ReadonlyMap<string, readonly LeafSum[]>,
  currencies: readonly string[],
  source: RateSource,
): Promise<BaseData & { readonly size: number | null }> {
  const { baseCurrency } = source;
  const counts = ofDaysIn(kind);
  const ofDays = ({ accountId, currency }: Pick<LeafSum, 'accountId' | 'currency'>): boolean => {
    const account = chart.get(accountId);
    return currency !== baseCurrency && account !== undefined && counts(account);
  };
  const flow = kind === 'cash_flow';
  const moved = flow ? currencies : currenciesOf([...sums.values()].flat().filter(ofDays));
  // Balances are made of all days there were; flows only of those of their periods.
  const from = kind === 'profit_and_loss' || flow ? earliest(spans) : null;
  const to =
    spans
      .map(({ days }) => days.to)
      .sort()
      .at(-1) ?? FIRST_DAY;
  // Income and expenses of a period take no closing rate.
  const closing =
    kind === 'profit_and_loss'
      ? []
      : spans.flatMap(({ days, beforeDay }) => [days.to, ...(flow && beforeDay !== null ? [beforeDay] : [])]);
  const foreign = moved.filter((currency) => currency !== baseCurrency);
  const span = foreign.length === 0 ? null : { currencies: foreign, from, to };
  const rates = new BaseRates(new RateIndex(await source.quotes(currencies, closing, span)), baseCurrency);
  const ends = spans.flatMap(({ days, beforeDay }) => [days.to, ...(beforeDay === null ? [] : [beforeDay])]);
  let moves = new DayRated(rates, ends);
  if (flow || foreign.length === 0) return { rates, moves, size: null };
  const { size } = await reader.moves(from, to, knownAt, () => {
    moves = new DayRated(rates, ends);
    return (accountId, currency, day, netMinor) => {
      if (ofDays({ accountId, currency })) moves.add(accountId, currency, day, netMinor);
    };
  });
  return { rates, moves, size };
}

const earliest = (spans: readonly Span[]): string | null =>
  spans.map(({ days }) => days.from ?? FIRST_DAY).sort()[0] ?? null;
