import { cellsOfJournal, Months } from '@countersign/domain/ledger/months';
import { paths } from '@countersign/domain/paths';
import { balanceMonthSchema, type BalanceMonth, type MonthCell } from '@countersign/domain/schemas/balance-month';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { monthsPosition } from '../../streams/months.ts';
import type { Turn } from '../turn.ts';
import { accountIn } from './ledger-passes.ts';
import type { Pass } from './pass.ts';

const PAGE = 500;
const MAX_READINGS = 5;
const DAY_END = '\uf8ff';

/** Every roll-up lies where it says. */
export const monthNamesPass: Pass = {
  name: 'month names',
  reads: (_, { rows }) => rows.keys().length,
  step: async (turn, _, cursor) => {
    // Before the first roll there is nothing to say.
    if ((await monthsPosition(turn.db, turn.orgId)).token === null) return null;
    return turn.walk(paths.balanceMonths(turn.orgId), cursor, async (docs) => {
      const months = turn.parse(docs, balanceMonthSchema);
      const accounts = await turn.accounts(months.map(({ data }) => data.accountId));
      for (const { path, data } of months) {
        const isThere = accounts.get(data.accountId)?.postable === true;
        const lies = path === paths.balanceMonth(turn.orgId, data.month, data.accountId, data.currency);
        const within = data.cells.every(([day]) => day.startsWith(data.month));
        if (!isThere || !lies || !within) turn.findings.add('month', path, 'is not the sum of its journals');
      }
    });
  },
};

/**
 * The roll-ups of one account after the other against its journals, in the order of their days. Nothing is carried from one
 * turn to the next but the place: a turn reads the roll-ups, then the journals of some days, and compares these days.
 */
export const monthsPass: Pass = {
  name: 'months',
  reads: (_, { sizes }) => 2 * sizes.ledger,
  step: async (turn, { rows }, cursor) => {
    const keys = rows.keys();
    const all = [...new Set(keys.map(accountIn))];
    const [accountId, day] = JSON.parse(cursor ?? '["",""]') as [string, string];
    const accounts = await turn.accounts(all);
    for (const id of all.filter((one) => one >= accountId)) {
      if (accounts.get(id)?.postable !== true) continue;
      let from: string | null = id === accountId ? day : '';
      while (from !== null) {
        if (turn.spent() && `${id} ${from}` !== `${accountId} ${day}`) return JSON.stringify([id, from]);
        from = await compareDays(turn, id, from);
      }
    }
    return null;
  },
};

/** @returns the day to go on with; null at the end */
async function compareDays(turn: Turn, accountId: string, from: string): Promise<string | null> {
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const before = await monthsPosition(turn.db, turn.orgId);
    if (before.token === null) return null;
    const stored = await readMonths(turn, accountId, from.slice(0, 7));
    if (before.cells > 0 || (await monthsPosition(turn.db, turn.orgId)).token !== before.token) continue;
    return compareWith(turn, accountId, from, stored, before.nextSeq);
  }
  // They moved under every reading; the next cycle finds them.
  return null;
}

async function readMonths(turn: Turn, accountId: string, from: string): Promise<BalanceMonth[]> {
  const found: BalanceMonth[] = [];
  for (;;) {
    const last = found.at(-1);
    const docs = await turn.db.query({
      collection: paths.balanceMonths(turn.orgId),
      where: [
        ['accountId', '==', accountId],
        ['month', '>=', from],
      ],
      orderBy: [
        ['month', 'asc'],
        ['__name__', 'asc'],
      ],
      limit: PAGE,
      ...(last === undefined ? {} : { startAfter: [last.month, `${last.month}~${accountId}_${last.currency}`] }),
    });
    for (const { path, data } of docs) {
      const month = balanceMonthSchema.safeParse(data).data;
      // What lies elsewhere than it says, or can't be read, is found by its name.
      if (month !== undefined && path === paths.balanceMonth(turn.orgId, month.month, accountId, month.currency))
        found.push(month);
    }
    if (docs.length < PAGE || found.at(-1) === last) return found;
  }
}

async function compareWith(
  turn: Turn,
  accountId: string,
  from: string,
  stored: readonly BalanceMonth[],
  nextSeq: number,
): Promise<string | null> {
  const months = new Months();
  const seen = new Set<string>();
  const enter = (journal: Journal): void => {
    if (seen.has(journal.id)) return;
    seen.add(journal.id);
    for (const { cell, recordedDay } of cellsOfJournal(journal, nextSeq))
      if (cell[0] === accountId) months.add(cell, recordedDay);
  };
  const next = await enterDays(turn, accountId, from, enter);
  const within = ([day]: MonthCell): boolean => day >= from && (next === null || day < next);
  const wrong = (): Difference[] => differences(accountId, stored, months, within);
  // A journal that posting had to move to another day is found by the day on which it was recorded.
  const days = new Set(wrong().flatMap((one) => one.recordedDays));
  for (const day of days) await enterRecorded(turn, accountId, day, enter);
  for (const { month, currency, missing } of wrong())
    turn.findings.add(
      'month',
      paths.balanceMonth(turn.orgId, month, accountId, currency),
      missing ? 'is missing, though journals have entries there' : 'is not the sum of its journals',
    );
  return next;
}

/** Journals of an account by day, from one day on. @returns the first day that was not read; null when all were */
async function enterDays(
  turn: Turn,
  accountId: string,
  from: string,
  enter: (journal: Journal) => void,
): Promise<string | null> {
  let last: Journal | null = null;
  for (;;) {
    const docs = await turn.db.query({
      collection: paths.journals(turn.orgId),
      where: [
        ['accounts', 'array-contains', accountId],
        ['effectiveDay', '>=', from],
      ],
      orderBy: [
        ['effectiveDay', 'asc'],
        ['recordedAt', 'asc'],
        ['__name__', 'asc'],
      ],
      limit: PAGE,
      ...(last === null ? {} : { startAfter: [last.effectiveDay, last.recordedAt, last.id] }),
    });
    const before: Journal | null = last;
    for (const { data } of docs) {
      const journal: Journal | undefined = journalSchema.safeParse(data).data;
      if (journal === undefined) continue;
      // Whole days only: the first of the next one ends the turn's share.
      if (before !== null && journal.effectiveDay !== (last ?? journal).effectiveDay && turn.spent())
        return journal.effectiveDay;
      enter(journal);
      last = journal;
    }
    if (docs.length < PAGE || last === before) return null;
  }
}

async function enterRecorded(
  turn: Turn,
  accountId: string,
  day: string,
  enter: (journal: Journal) => void,
): Promise<void> {
  let last: Journal | null = null;
  for (;;) {
    const docs = await turn.db.query({
      collection: paths.journals(turn.orgId),
      where: [
        ['accounts', 'array-contains', accountId],
        ['recordedAt', '>=', day],
        ['recordedAt', '<=', `${day}${DAY_END}`],
      ],
      orderBy: [
        ['recordedAt', 'desc'],
        ['__name__', 'desc'],
      ],
      limit: PAGE,
      ...(last === null ? {} : { startAfter: [last.recordedAt, last.id] }),
    });
    const before: Journal | null = last;
    for (const { data } of docs) {
      const journal: Journal | undefined = journalSchema.safeParse(data).data;
      if (journal === undefined) continue;
      enter(journal);
      last = journal;
    }
    if (docs.length < PAGE || last === before) return;
  }
}

interface Difference {
  readonly month: string;
  readonly currency: string;
  readonly missing: boolean;
  readonly recordedDays: readonly string[];
}

function differences(
  accountId: string,
  stored: readonly BalanceMonth[],
  months: Months,
  within: (cell: MonthCell) => boolean,
): Difference[] {
  const key = ({ month, currency }: Pick<BalanceMonth, 'month' | 'currency'>): string => `${month} ${currency}`;
  const there = new Map(stored.map((month) => [key(month), month.cells.filter(within)]));
  const right = new Map([...months.documents()].map((month) => [key(month), month.cells.filter(within)]));
  return [...new Set([...there.keys(), ...right.keys()])].flatMap((one) => {
    const [has, should] = [there.get(one) ?? [], right.get(one) ?? []];
    if (JSON.stringify(has) === JSON.stringify(should)) return [];
    const [month = '', currency = ''] = one.split(' ');
    const texts = [
      new Set(has.map((cell) => JSON.stringify(cell))),
      new Set(should.map((cell) => JSON.stringify(cell))),
    ];
    const recordedDays = [...has, ...should]
      .filter((cell) => !texts.every((set) => set.has(JSON.stringify(cell))))
      .map(([, recorded]) => recorded);
    return [{ month, currency, missing: !there.has(one), recordedDays, accountId }];
  });
}
