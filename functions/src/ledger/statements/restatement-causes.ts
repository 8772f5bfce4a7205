import { cashLeaves } from '@countersign/domain/ledger/statements/cash-flow';
import type { Chart } from '@countersign/domain/ledger/statements/leaf-sums';
import { daysOfColumns, type ColumnDays } from '@countersign/domain/ledger/statements/compared';
import { postedAt } from '@countersign/domain/ledger/statements/as-known-at';
import { AppError } from '@countersign/domain/errors';
import { fromMinor } from '@countersign/domain/money/money';
import { addDays } from '@countersign/domain/schedule/wall-time';
import { daySchema, idSchema, instantSchema } from '@countersign/domain/schemas/common';
import type { Journal } from '@countersign/domain/schemas/journal';
import type {
  ParsedStatementQuery,
  RestatementCause,
  RestatementCausesPage,
  Statement,
} from '@countersign/domain/schemas/statement';
import * as z from 'zod';
import { wasPosted } from './as-known.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { ledgerReader, placeOf, type LedgerReader } from './ledger-reader.ts';
import { readIssued, type RestatementDeps } from './restatement.ts';
import type { LoadedSettings } from './load-statement.ts';
import { readStatementSettings } from './statement-settings.ts';

const JOURNALS_PER_READ = 200;
const MAX_READS = 15;
const FIRST_DAY = '0001-01-01';

/**
 * Journals recorded since, newest first; then, of accounts that had something pending, those that were recorded before and
 * posted since. One leaf after the other.
 */
const placeSchema = z.strictObject({
  leaf: z.int().min(0),
  phase: z.enum(['since', 'pending']),
  after: z.strictObject({ day: daySchema, recordedAt: instantSchema, id: idSchema }).nullable(),
});
type Place = z.infer<typeof placeSchema>;

/** The journals that changed an account, or those below it, in a statement since it was issued. */
export async function readRestatementCauses(
  deps: RestatementDeps,
  { orgId, statementId, accountId, after, limit }: ParsedStatementQuery<'readRestatementCauses'>,
): Promise<RestatementCausesPage> {
  const { statement } = await readIssued(deps, orgId, statementId);
  const reader = ledgerReader(deps.streams, orgId);
  const chart = await reader.chart();
  const leaves = leavesOf(chart, accountId);
  const within = new Set(leaves);
  const settings = await readStatementSettings(deps.db, orgId, chart);
  const counts = countsFor(statement, settings, within, cashLeaves(chart, settings));
  const spans = spansOf(statement, settings);
  const causes: RestatementCause[] = [];
  let place: Place | null = after === null ? { leaf: 0, phase: 'since', after: null } : fromCursor(placeSchema, after);
  for (let reads = 0; place !== null && reads < MAX_READS && causes.length < limit; reads += 1) {
    const leaf: string | undefined = leaves[place.leaf];
    if (leaf === undefined) {
      place = null;
      break;
    }
    const found: Read = await readSome(reader, statement, spans, leaf, place, limit - causes.length);
    causes.push(
      ...found.journals
        .filter((journal) => counts(journal) && journal.accounts.find((id) => within.has(id)) === leaf)
        .map((journal) => causeOf(journal, within, statement)),
    );
    place = found.next;
  }
  return { causes, next: place === null ? null : toCursor(place) };
}

function leavesOf(chart: Chart, accountId: string): string[] {
  if (!chart.has(accountId)) throw new AppError('not_found', `There is no account ${accountId}.`);
  return [...chart.values()]
    .filter((account) => account.postable && (account.id === accountId || account.path.includes(accountId)))
    .map(({ id }) => id)
    .sort();
}

/** The days of all its columns. */
function spansOf({ parameters }: Statement, { yearStart }: LoadedSettings): readonly ColumnDays[] {
  return parameters.kind === 'account_register'
    ? [{ from: parameters.from, to: parameters.to }]
    : daysOfColumns(parameters, yearStart);
}

/** Whether a journal is in the statement now and was not when it was issued. */
function countsFor(
  statement: Statement,
  settings: LoadedSettings,
  leaves: ReadonlySet<string>,
  cash: ReadonlySet<string>,
): (journal: Journal) => boolean {
  const { parameters, knownAt, evidence } = statement;
  const spans = spansOf(statement, settings);
  return (journal) =>
    spans.some(({ from, to }) => journal.effectiveDay >= (from ?? FIRST_DAY) && journal.effectiveDay <= to) &&
    postedAt(journal) !== null &&
    !wasPosted(journal, knownAt, evidence.ledgerSize) &&
    journal.entries.some((entry) => leaves.has(entry.accountId)) &&
    (parameters.kind !== 'cash_flow' || journal.entries.some((entry) => cash.has(entry.accountId)));
}

interface Read {
  readonly journals: readonly Journal[];
  readonly next: Place | null;
}

async function readSome(
  reader: LedgerReader,
  statement: Statement,
  spans: readonly ColumnDays[],
  leaf: string,
  place: Place,
  wanted: number,
): Promise<Read> {
  const limit = Math.min(JOURNALS_PER_READ, wanted);
  const since = `${addDays(lastWholeDay(statement), 1)}T00:00:00.000Z`;
  const goOn = (journals: readonly Journal[], done: Place): Place => {
    const last = journals.at(-1);
    return last === undefined || journals.length < limit ? done : { ...place, after: placeOf(last) };
  };
  const nextLeaf: Place = { leaf: place.leaf + 1, phase: 'since', after: null };
  if (place.phase === 'since') {
    const journals = await reader.journalsSince(leaf, since, place.after, limit);
    return { journals, next: goOn(journals, { ...place, phase: 'pending', after: null }) };
  }
  if (place.after === null && !(await reader.pendingOf(leaf, lastWholeDay(statement))))
    return { journals: [], next: nextLeaf };
  const from = spans.map((days) => days.from ?? FIRST_DAY).sort()[0] ?? FIRST_DAY;
  const to =
    spans
      .map((days) => days.to)
      .sort()
      .at(-1) ?? FIRST_DAY;
  const journals = await reader.journals({ accountIds: [leaf], from, to, after: place.after, limit });
  return { journals: journals.filter(({ recordedAt }) => recordedAt < since), next: goOn(journals, nextLeaf) };
}

/** The last recorded day that the statement knew all of. */
const lastWholeDay = ({ knownAt, provisional }: Statement): string => (provisional ? addDays(knownAt, -1) : knownAt);

function causeOf(journal: Journal, leaves: ReadonlySet<string>, { knownAt, evidence }: Statement): RestatementCause {
  const [first] = journal.steps;
  const wasKnown = first !== undefined && first.seq < evidence.ledgerSize && first.at.slice(0, 10) <= knownAt;
  const nets = new Map<string, bigint>();
  for (const { accountId, currency, side, amountMinor } of journal.entries) {
    if (!leaves.has(accountId)) continue;
    const amount = BigInt(amountMinor);
    nets.set(currency, (nets.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount));
  }
  return {
    journalId: journal.id,
    why: wasKnown ? 'posted' : journal.reverses === null ? 'late' : 'reversal',
    effectiveDay: journal.effectiveDay,
    recordedAt: journal.recordedAt,
    postedAt: postedAt(journal) ?? journal.recordedAt,
    memo: journal.memo,
    reverses: journal.reverses,
    lateFor: journal.lateFor,
    effects: [...nets]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, net]) => ({ currency, netDebitMinor: fromMinor(net) })),
  };
}
