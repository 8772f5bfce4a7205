import { currenciesOf, FX_POSITION, positionAccount, revaluationAccount } from '@countersign/domain/ledger/fx/accounts';
import { positionsOf } from '@countersign/domain/ledger/fx/position';
import { legInWords } from '@countersign/domain/ledger/fx/rate-table';
import { revalue, type Revaluation, type RevaluationProblem } from '@countersign/domain/ledger/fx/revalue';
import { formatAmount, formatMoney, fromMinor } from '@countersign/domain/money/money';
import { plural } from '@countersign/domain/plan/sentence';
import type { EffectOf } from '@countersign/domain/schemas/effect';
import type { Problem, Recheck } from '@countersign/domain/schemas/execution';
import {
  InputError,
  type Context,
  type LedgerBalances,
  type PlanProposal,
  type PlanTable,
} from '@countersign/plugin-sdk';

const ROWS_SHOWN = 20;
const MAX_REASONS = 1_500;
/** Rates are looked for so far back; one that is older than was asked for is then seen, and said to be old. */
export const MAX_AGE_DAYS = 31;

/** Read the positions of the day and the rates, then decide; one journal for each currency whose books change. */
export async function plan(day: string, maxAgeDays: number, context: Context): Promise<PlanProposal> {
  if (day > context.now.slice(0, 10))
    throw new InputError(
      `The books of ${day} are not complete before that day has begun: choose a day that has passed.`,
      [],
    );
  const then = await context.ledger.balances([FX_POSITION], day);
  const now = await context.ledger.balances([FX_POSITION], null);
  const currencies = currenciesOf(then.balances.map(({ accountId }) => accountId));
  const { baseCurrency, quotes } = await context.fx.rates({ currencies, day, maxAgeDays: MAX_AGE_DAYS });
  const { done, problems } = revalue({
    baseCurrency,
    day,
    positions: positionsOf(then.balances, baseCurrency),
    table: quotes,
    rates: { maxAgeDays },
  });
  context.log.info(`Read ${plural(currencies.length, 'position')} and ${plural(quotes.length, 'rate')}`);
  const { bookable: changed, unbookable } = await withAccounts(done, context);
  const refused = [...problems.map((problem) => problemOf(problem, maxAgeDays)), ...unbookable];
  return {
    effects: changed.flatMap((one) => effectOf(one, day, now)),
    problems: refused,
    rowCount: currencies.length,
    refusedTotals: [],
    message: messageOf(day, changed, refused, baseCurrency, currencies.length),
    metrics: metricsOf(done, baseCurrency),
    warnings: warningsOf(day, currencies, then, now),
    tables: done.length === 0 ? [] : [positionsTable(done, baseCurrency)],
    rechecks: changed.flatMap((one) => rechecksOf(one, day, baseCurrency)),
  };
}

/** The journals that change the books, and a problem instead where an account is not open. */
async function withAccounts(
  done: readonly Revaluation[],
  context: Context,
): Promise<{ bookable: Revaluation[]; unbookable: Problem[] }> {
  const accountsOf = ({ journal }: Revaluation): string[] => [
    ...new Set(journal?.entries.map(({ accountId }) => accountId)),
  ];
  const there = await context.ledger.accounts([...new Set(done.flatMap(accountsOf))]);
  const bookable: Revaluation[] = [];
  const unbookable: Problem[] = [];
  for (const one of done) {
    const lacking = accountsOf(one).filter((id) => there.get(id)?.postable !== true || there.get(id)?.closed === true);
    if (one.journal !== null && lacking.length === 0) bookable.push(one);
    const fields = { line: null, column: null, reference: one.currency, severity: 'refused' } as const;
    for (const id of lacking)
      unbookable.push({
        ...fields,
        code: 'account_missing',
        message: `The ledger has no open account ${id}`,
        remedy: 'Open it, and run it again',
      });
  }
  return { bookable, unbookable };
}

/**
 * The claim names the state that is taken back: all that the revaluation account has ever been debited and credited,
 * which only grows. So of two runs that were planned on the same books, one is carried out.
 */
function effectOf({ currency, journal }: Revaluation, day: string, now: LedgerBalances): EffectOf<'ledger.journal'>[] {
  if (journal === null) return [];
  const [debit, credit] = [
    sumOf(now, revaluationAccount(currency), 'postedDebitMinor'),
    sumOf(now, revaluationAccount(currency), 'postedCreditMinor'),
  ];
  return [
    {
      kind: 'ledger.journal',
      key: `revalue ${currency} ${day}`,
      line: null,
      needs: [],
      data: { description: journal.memo },
      claim: { kind: 'journal', reference: `fx-revaluation ${currency} after ${debit}/${credit}` },
      journal,
    },
  ];
}

type Side = 'postedDebitMinor' | 'postedCreditMinor' | 'pendingDebitMinor' | 'pendingCreditMinor';

const sumOf = ({ balances }: LedgerBalances, account: string, side: Side): bigint =>
  balances.reduce((sum, one) => (one.accountId === account ? sum + BigInt(one[side]) : sum), 0n);

/**
 * Somebody signs the gain of this position, and what is taken back: both must still be that when they are booked. The
 * claim does not see that the revaluation before was reversed meanwhile; its balance does.
 */
function rechecksOf({ currency, position, residueMinor }: Revaluation, day: string, baseCurrency: string): Recheck[] {
  const accountId = positionAccount(currency);
  const kind = 'ledger.balance' as const;
  return [
    { kind, accountId, currency, day, debitMinor: fromMinor(-position.quantityMinor) },
    {
      kind,
      accountId: revaluationAccount(currency),
      currency: baseCurrency,
      day,
      debitMinor: fromMinor(position.revaluedMinor),
    },
    // A residue is moved out of this very balance by the plan itself.
    ...(residueMinor === 0n
      ? [{ kind, accountId, currency: baseCurrency, day, debitMinor: fromMinor(position.costMinor) }]
      : []),
  ];
}

const REMEDY: Readonly<Record<RevaluationProblem['code'], (maxAgeDays: number) => string>> = {
  rate_missing: () => 'Record the rate of that day, or one through another currency, and run it again',
  rate_stale: (days) =>
    `Record the rate of that day, or allow rates of more than ${plural(days, 'day')}, and run it again`,
  position_residue: () =>
    'Look for the journal that has moved the amount without its cost, such as a reversal at another cost, and move the rest of the cost to realized gains by an adjustment',
};

function problemOf({ currency, code, message }: RevaluationProblem, maxAgeDays: number): Problem {
  const remedy = REMEDY[code](maxAgeDays);
  return { line: null, column: null, reference: currency, code, message, remedy, severity: 'refused' };
}

const gainOf = (all: readonly Revaluation[]): bigint => all.reduce((sum, one) => sum + one.unrealizedMinor, 0n);
const formerOf = (all: readonly Revaluation[]): bigint => all.reduce((sum, one) => sum + one.formerMinor, 0n);
const gainInWords = (minor: bigint, currency: string): string =>
  `${minor < 0n ? 'a loss' : 'a gain'} of ${formatMoney(minor < 0n ? -minor : minor, currency)}`;

function messageOf(
  day: string,
  changed: readonly Revaluation[],
  refused: readonly Problem[],
  baseCurrency: string,
  positions: number,
): string {
  if (positions === 0) return `The books hold no currency positions on ${day}.`;
  const why = refused
    .map(({ message }) => message)
    .join('. ')
    .slice(0, MAX_REASONS);
  if (changed.length === 0)
    return refused.length === 0
      ? `Nothing to book on ${day}: the books say it already.`
      : `Nothing can be booked on ${day}. ${why}.`;
  const left = refused.length === 0 ? '' : ` Left out: ${why}.`;
  return `${plural(changed.length, 'position')} revalued on ${day}: ${gainInWords(gainOf(changed), baseCurrency)} not realized, where the books had ${gainInWords(formerOf(changed), baseCurrency)}.${left}`;
}

function metricsOf(done: readonly Revaluation[], baseCurrency: string): Record<string, string> {
  const residue = done.reduce((sum, one) => sum - one.residueMinor, 0n);
  return {
    'Unrealized gain': formatMoney(gainOf(done), baseCurrency),
    'Of it booked before': formatMoney(formerOf(done), baseCurrency),
    'Rounding differences': formatMoney(residue, baseCurrency),
  };
}

function warningsOf(day: string, currencies: readonly string[], then: LedgerBalances, now: LedgerBalances): string[] {
  const pending = currencies.filter((currency) =>
    (['pendingDebitMinor', 'pendingCreditMinor'] as const).some(
      (side) => sumOf(then, positionAccount(currency), side) !== 0n,
    ),
  );
  const later = currencies.filter((currency) =>
    (['postedDebitMinor', 'postedCreditMinor'] as const).some(
      (side) => sumOf(then, revaluationAccount(currency), side) !== sumOf(now, revaluationAccount(currency), side),
    ),
  );
  return [
    ...(pending.length === 0
      ? []
      : [`Journals that are still pending change the position of ${pending.join(', ')}: they are not in it.`]),
    ...(later.length === 0
      ? []
      : [
          `${later.join(', ')} was revalued for days after ${day} as well: run those days again after this one, in their order.`,
        ]),
  ];
}

function positionsTable(done: readonly Revaluation[], baseCurrency: string): PlanTable {
  const base = (minor: bigint): string => formatAmount(minor, baseCurrency);
  return {
    title: `Positions, in ${baseCurrency}`,
    columns: ['Currency', 'Position', 'Cost', 'Rate', 'Value', 'Unrealized', 'Booked before'],
    rows: done.slice(0, ROWS_SHOWN).map(({ currency, position, rate, ...one }) => ({
      cells: [
        currency,
        formatAmount(position.quantityMinor, currency),
        base(position.costMinor),
        (rate?.legs ?? []).map(legInWords).join('; ').slice(0, 100),
        base(one.valueMinor),
        base(one.unrealizedMinor),
        base(one.formerMinor),
      ],
    })),
  };
}
