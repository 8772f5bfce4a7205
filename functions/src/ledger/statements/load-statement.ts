import { CashFlows } from '@countersign/domain/ledger/statements/cash-flow';
import type { BaseConverter } from '@countersign/domain/ledger/statements/convert';
import { currenciesOf, type Chart, type LeafSum } from '@countersign/domain/ledger/statements/leaf-sums';
import {
  cashOfBranch,
  makeTreeStatement,
  type Made,
  type TreeParameters,
} from '@countersign/domain/ledger/statements/make-statement';
import { dayBeforeYear, lastDay } from '@countersign/domain/ledger/statements/titles';
import { AppError } from '@countersign/domain/errors';
import { addDays } from '@countersign/domain/schedule/wall-time';
import type { StatementSettings } from '@countersign/domain/schemas/statement';
import { wasPosted, type Known } from './as-known.ts';
import { placeOf, type JournalPlace, type LedgerReader } from './ledger-reader.ts';

export type LoadedSettings = Pick<StatementSettings, 'cashAccounts' | 'activities' | 'yearStart'>;

export interface Loaded extends Made {
  /** Leaves of the ledger that it is made of. */
  readonly size: number;
}

const MAX_READINGS = 4;
const JOURNALS_PER_READ = 500;
/** Of the cash accounts, in one statement: some ten seconds of reading. */
const MAX_CASH_JOURNALS = 50_000;

/**
 * A statement over the tree of accounts, from the ledger as known at the end of a recorded day.
 * @param converterFor rates of the currencies that occur; null without the base currency
 */
export async function loadTreeStatement(
  reader: LedgerReader,
  parameters: TreeParameters,
  known: Known,
  chart: Chart,
  settings: LoadedSettings,
  converterFor: ((currencies: readonly string[]) => Promise<BaseConverter>) | null,
): Promise<Loaded> {
  const { at, before, size } = await readSums(reader, parameters, known, settings);
  const flows =
    parameters.kind === 'cash_flow'
      ? await readFlows(reader, parameters, cashOfBranch(chart, settings, parameters.branch), {
          at,
          before,
          size,
          knownAt: known.knownAt,
        })
      : [];
  const converter = converterFor === null ? null : await converterFor(currenciesOf(at, before));
  return { ...makeTreeStatement(parameters, { chart, settings, at, before, flows, converter }), size };
}

interface Sums {
  readonly at: readonly LeafSum[];
  readonly before: readonly LeafSum[];
  readonly size: number;
}

/** Both sums of one moment. A day that is over brings nothing more; while it lasts, what comes in between would be in one only. */
async function readSums(
  reader: LedgerReader,
  parameters: TreeParameters,
  { knownAt, provisional }: Known,
  { yearStart }: LoadedSettings,
): Promise<Sums> {
  const first =
    parameters.kind === 'trial_balance'
      ? null
      : parameters.kind === 'balance_sheet'
        ? dayBeforeYear(parameters.day, yearStart)
        : addDays(parameters.from, -1);
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const at = await reader.sums(lastDay(parameters), knownAt);
    if (first === null) return { at: at.sums, before: [], size: at.size };
    const before = await reader.sums(first, knownAt);
    if (before.size === at.size || !provisional) return { at: at.sums, before: before.sums, size: at.size };
  }
  throw new AppError(
    'unavailable',
    'So much is being recorded that no two balances are of the same moment. Try again, or ask as known yesterday.',
    { retryable: true },
  );
}

async function readFlows(
  reader: LedgerReader,
  { from, to }: Extract<TreeParameters, { kind: 'cash_flow' }>,
  cash: ReadonlySet<string>,
  { at, before, size, knownAt }: Sums & { readonly knownAt: string },
): Promise<LeafSum[]> {
  const flows = new CashFlows(cash);
  let read = 0;
  for (const accountId of movedAccounts(at, before).filter((id) => cash.has(id))) {
    let after: JournalPlace | null = null;
    for (;;) {
      const journals = await reader.journals({ accountId, from, to, after, limit: JOURNALS_PER_READ });
      for (const journal of journals) {
        // It may touch several cash accounts, and is read with each.
        if (journal.accounts.find((id) => cash.has(id)) !== accountId) continue;
        if (wasPosted(journal, knownAt, size)) flows.add(journal.entries);
      }
      read += journals.length;
      if (read > MAX_CASH_JOURNALS)
        throw new AppError(
          'limit_exceeded',
          `A cash flow statement takes at most ${MAX_CASH_JOURNALS} journals of the cash accounts. Choose a shorter period.`,
        );
      const last = journals.at(-1);
      if (last === undefined || journals.length < JOURNALS_PER_READ) break;
      after = placeOf(last);
    }
  }
  return flows.flows();
}

/** Accounts with entries in the period: sums of posted entries only grow. */
function movedAccounts(at: readonly LeafSum[], before: readonly LeafSum[]): string[] {
  const key = ({ accountId, currency }: LeafSum): string => `${accountId} ${currency}`;
  const earlier = new Map(before.map((sum) => [key(sum), sum]));
  const moved = at.filter((sum) => {
    const was = earlier.get(key(sum));
    return sum.debitMinor !== (was?.debitMinor ?? 0n) || sum.creditMinor !== (was?.creditMinor ?? 0n);
  });
  return [...new Set(moved.map(({ accountId }) => accountId))].sort();
}
