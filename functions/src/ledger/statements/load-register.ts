import { netDebit, type LeafSum } from '@countersign/domain/ledger/statements/leaf-sums';
import { Register, REGISTER_COLUMNS, type RegisterSums } from '@countersign/domain/ledger/statements/register';
import { AppError } from '@countersign/domain/errors';
import { fromMinor, toMinor } from '@countersign/domain/money/money';
import { addDays } from '@countersign/domain/schedule/wall-time';
import { currencySchema, daySchema, idSchema, instantSchema, minorSchema } from '@countersign/domain/schemas/common';
import type { Account } from '@countersign/domain/schemas/account';
import type { ParametersOf, StatementHead, StatementLine } from '@countersign/domain/schemas/statement';
import * as z from 'zod';
import { wasPosted, type Known } from './as-known.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { placeOf, type LedgerReader } from './ledger-reader.ts';

const JOURNALS_PER_READ = 200;
/** Of journals that do not show: pending, voided, of another currency. */
const MAX_READS = 25;

const sumsSchema = z.record(currencySchema, minorSchema);
/** Where a page ended: the last journal, the balances after it, and the ledger that all pages look at. */
const placeSchema = z.strictObject({
  size: z.int().min(0),
  day: daySchema,
  recordedAt: instantSchema,
  id: idSchema,
  /** Debit less credit at the very beginning and then, and the entries in between. */
  opening: sumsSchema,
  balances: sumsSchema,
  debits: sumsSchema,
  credits: sumsSchema,
});

export interface RegisterPage extends Pick<
  StatementHead,
  'columns' | 'currencies' | 'checks' | 'controlTotals' | 'notes'
> {
  readonly lines: StatementLine[];
  readonly next: string | null;
  readonly size: number;
}

/** An account's entries in a period, page by page: at least `limit` lines, as a journal is not divided, or the end. */
export async function loadRegisterPage(
  reader: LedgerReader,
  account: Account,
  { accountId, currency, from, to }: ParametersOf<'account_register'>,
  known: Known,
  after: string | null,
  limit: number,
): Promise<RegisterPage> {
  if (!account.postable)
    throw new AppError(
      'invalid_argument',
      `${account.name} sums up others: only an account that takes entries has a register.`,
    );
  const place = after === null ? null : fromCursor(placeSchema, after);
  const first = place === null ? await reader.sums(addDays(from, -1), known.knownAt, { accountId }) : null;
  const size = place?.size ?? first?.size ?? 0;
  const opening = place === null ? ownSums(first?.sums ?? [], accountId, currency) : toBalances(place.opening);
  const register = new Register(account, place === null ? { balances: opening } : sumsOf(place));
  const lines: StatementLine[] =
    place === null ? [...opening].map(([one, net]) => register.opening({ currency: one, converted: false }, net)) : [];

  let last = place === null ? null : { day: place.day, recordedAt: place.recordedAt, id: place.id };
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const journals = await reader.journals({
      accountIds: [accountId],
      from,
      to,
      after: last,
      limit: JOURNALS_PER_READ,
    });
    for (const journal of journals) {
      last = placeOf(journal);
      if (wasPosted(journal, known.knownAt, size)) lines.push(...register.lines(journal, currency));
      if (lines.length >= limit) break;
    }
    if (lines.length >= limit) break;
    if (journals.length < JOURNALS_PER_READ) {
      const end = await closing(reader, register, { accountId, currency, from, to, opening, size }, known);
      return { ...end, lines: [...lines, ...end.lines], columns: [...REGISTER_COLUMNS], next: null, size };
    }
  }
  const next = last && toCursor({ size, ...last, opening: toStored(opening), ...storedSums(register) });
  const currencies = [...register.sums.balances.keys()].sort();
  return { columns: [...REGISTER_COLUMNS], currencies, checks: [], controlTotals: [], notes: [], lines, next, size };
}

/** The closing balances, as the roll-ups say; they must be what the lines come to. */
async function closing(
  reader: LedgerReader,
  register: Register,
  asked: {
    readonly accountId: string;
    readonly currency: string | null;
    readonly from: string;
    readonly to: string;
    readonly opening: ReadonlyMap<string, bigint>;
    readonly size: number;
  },
  known: Known,
): Promise<Pick<RegisterPage, 'lines' | 'checks' | 'controlTotals' | 'currencies' | 'notes'>> {
  const at = await reader.sums(asked.to, known.knownAt, { accountId: asked.accountId });
  const comparable = at.size === asked.size || !known.provisional;
  const balances = ownSums(at.sums, asked.accountId, asked.currency);
  const currencies = [...new Set([...register.sums.balances.keys(), ...(comparable ? balances.keys() : [])])].sort();
  const parts = currencies.map((currency) => {
    const section = { currency, converted: false };
    const ends = register.sums.balances.get(currency) ?? 0n;
    const closes = comparable ? (balances.get(currency) ?? 0n) : ends;
    const result = register.closing(section, asked.opening.get(currency) ?? 0n, closes);
    return comparable ? result : { ...result, checks: [] };
  });
  return {
    currencies,
    lines: parts.flatMap(({ lines }) => lines),
    checks: parts.flatMap(({ checks }) => checks),
    controlTotals: parts.flatMap(({ controlTotals }) => controlTotals),
    notes: comparable
      ? []
      : ['More was recorded while the pages were read: the closing balance is that of the lines shown.'],
  };
}

function ownSums(sums: readonly LeafSum[], accountId: string, currency: string | null): Map<string, bigint> {
  const own = sums.filter((sum) => sum.accountId === accountId && (currency === null || sum.currency === currency));
  return new Map(
    own.map((sum): [string, bigint] => [sum.currency, netDebit(sum)]).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const sumsOf = (place: z.infer<typeof placeSchema>): RegisterSums => ({
  balances: toBalances(place.balances),
  debits: toBalances(place.debits),
  credits: toBalances(place.credits),
});
const storedSums = ({ sums }: Register) => ({
  balances: toStored(sums.balances),
  debits: toStored(sums.debits),
  credits: toStored(sums.credits),
});
const toStored = (balances: ReadonlyMap<string, bigint>): Record<string, string> =>
  Object.fromEntries([...balances].map(([currency, net]) => [currency, fromMinor(net)]));
const toBalances = (stored: Readonly<Record<string, string>>): Map<string, bigint> =>
  new Map(Object.entries(stored).map(([currency, net]) => [currency, toMinor(net)]));
