import { accountLeaf, journalLeaf, periodLeaf } from '@countersign/domain/ledger/leaf';
import { paths } from '@countersign/domain/paths';
import { accountSchema, balanceSchema } from '@countersign/domain/schemas/account';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { periodSchema } from '@countersign/domain/schemas/period';
import type { Stored } from '../../store/database.ts';
import { wrongInJournal } from '../../streams/verify/journal-checks.ts';
import { difference, followsItsChanges, liesUnder, wrongInPeriod } from '../../streams/verify/ledger-checks.ts';
import { ReversalBook } from '../../streams/verify/reversal-book.ts';
import type { BalanceRows } from '../balance-rows.ts';
import type { Marks } from '../marks.ts';
import type { Cycle } from '../notes.ts';
import { Places } from '../places.ts';
import type { Turn } from '../turn.ts';
import type { Pass } from './pass.ts';

/** Before the journals: what each balance says, and which steps it says it includes. */
export const balancesRead: Pass = {
  name: 'balances',
  reads: (_, { rows }) => rows.keys().length,
  step: (turn, { rows, sizes }, cursor) =>
    turn.walk(paths.balances(turn.orgId), cursor, async (docs) => {
      for (const { id, data } of turn.parse(docs, balanceSchema)) rows.expect(id, data, sizes.ledger);
    }),
};

export const accountsPass: Pass = {
  name: 'accounts',
  reads: () => 0,
  step: (turn, { marks }, cursor) =>
    turn.walk(paths.accounts(turn.orgId), cursor, (docs) => lookAtAccounts(turn, marks.ledger, docs)),
};

export async function lookAtAccounts(turn: Turn, marks: Marks | null, docs: readonly Stored[]): Promise<void> {
  const places = new Places(turn, 'ledger', marks);
  const accounts = turn.parse(docs, accountSchema);
  const around = await turn.accounts(accounts.flatMap(({ data }) => data.parentId ?? []));
  for (const { id, path, data } of accounts) {
    if (data.id !== id) turn.findings.add('account', path, `calls itself ${data.id}`);
    places.add(data.seq, accountLeaf(data, 0), path);
    for (const [index, { seq }] of data.changes.entries())
      places.add(seq, accountLeaf(data, index + 1), `${path} (change ${index + 1})`);
    if (!followsItsChanges(data))
      turn.findings.add('account', path, 'is not what its changes made of it: it was changed beside the writer');
    if (!liesUnder(data, data.parentId === null ? null : around.get(data.parentId)))
      turn.findings.add('account', path, 'does not lie where its parent says');
  }
  await places.flush();
}

export const periodsPass: Pass = {
  name: 'periods',
  reads: () => 0,
  step: (turn, { marks }, cursor) =>
    turn.walk(paths.periods(turn.orgId), cursor, (docs) => lookAtPeriods(turn, marks.ledger, docs)),
};

export async function lookAtPeriods(turn: Turn, marks: Marks | null, docs: readonly Stored[]): Promise<void> {
  const places = new Places(turn, 'ledger', marks);
  for (const { id, path, data } of turn.parse(docs, periodSchema)) {
    if (data.id !== id) turn.findings.add('period', path, `calls itself ${data.id}`);
    for (const [index, { seq, step }] of data.steps.entries())
      places.add(seq, periodLeaf(data, index), index === 0 ? path : `${path} (${step})`);
    for (const wrong of wrongInPeriod(data)) turn.findings.add('period', path, wrong);
  }
  await places.flush();
}

/** Each journal in itself, in its places, in the balances, and with those that it points at. */
export const journalsPass: Pass = {
  name: 'journals',
  reads: (_, { sizes }) => sizes.ledger,
  step: (turn, cycle, cursor) =>
    turn.walk(paths.journals(turn.orgId), cursor, (docs) => lookAtJournals(turn, cycle, docs)),
};

/** @param cycle null when only these are looked at, and nothing is counted or summed up */
export async function lookAtJournals(turn: Turn, cycle: Cycle | null, docs: readonly Stored[]): Promise<void> {
  const places = new Places(turn, 'ledger', cycle?.marks.ledger ?? null);
  const journals = turn.parse(docs, journalSchema);
  const accounts = await turn.accounts(journals.flatMap(({ data }) => data.entries.map((entry) => entry.accountId)));
  for (const { id, path, data: journal } of journals) {
    for (const [index, { seq, step }] of journal.steps.entries())
      places.add(seq, journalLeaf(journal, index), index === 0 ? path : `${path} (${step})`);
    const wrong = wrongInJournal(id, journal, accounts);
    if (wrong !== null) turn.findings.add('journal', path, wrong);
    else cycle?.rows.enter(journal, accounts, cycle.sizes.ledger);
  }
  await places.flush();
  await lookAtPointers(turn, journals);
}

const pointersOf = ({ reverses, reversedBy, partReversals, revives, revivedBy }: Journal): string[] =>
  [reverses, reversedBy, ...partReversals, revives, revivedBy].filter((id) => id !== null);

/** Each with those that it names, as they are read after it: what they say of each other is never taken back. */
async function lookAtPointers(
  turn: Turn,
  journals: readonly { readonly path: string; readonly data: Journal }[],
): Promise<void> {
  const pointing = journals.filter(({ data }) => pointersOf(data).length > 0);
  if (pointing.length === 0) return;
  const ids = [...new Set(pointing.flatMap(({ data }) => pointersOf(data)))];
  const stored = await turn.db.getAll(ids.map((id) => paths.journal(turn.orgId, id)));
  const named = new Map(
    stored.flatMap((doc) => {
      const journal = journalSchema.safeParse(doc?.data).data;
      return journal === undefined || doc === null ? [] : [[doc.path, journal] as const];
    }),
  );
  for (const { path, data } of pointing) {
    const book = new ReversalBook();
    book.note(path, data);
    for (const id of pointersOf(data)) {
      const other = named.get(paths.journal(turn.orgId, id));
      if (other !== undefined) book.note(paths.journal(turn.orgId, id), other);
    }
    const wrong = book.wrongIn(data.id);
    if (wrong !== null) turn.findings.add('journal', path, wrong);
  }
}

const MAX_NAMED_GAPS = 20;
const COMPARED_AT_ONCE = 200;

/** After the journals: the balances that were read against their sums, and places that nothing was found for. */
export const sumsPass: Pass = {
  name: 'sums',
  reads: () => 0,
  step: async (turn, { rows, marks }) => {
    for (const [first, last] of marks.ledger.gaps(MAX_NAMED_GAPS))
      turn.findings.add(
        'leaf',
        `ledger ${first === last ? `leaf ${first}` : `leaves ${first} to ${last}`}`,
        'no document has this place: it was deleted or moved',
      );
    const keys = rows.keys();
    for (let start = 0; start < keys.length; start += COMPARED_AT_ONCE)
      await compareSums(turn, rows, keys.slice(start, start + COMPARED_AT_ONCE));
    return null;
  },
};

async function compareSums(turn: Turn, rows: BalanceRows, keys: readonly string[]): Promise<void> {
  const accounts = await turn.accounts(keys.map(accountIn));
  for (const key of keys) {
    const account = accounts.get(accountIn(key));
    const sum = account === undefined ? null : rows.sum(key, account);
    const verdict = rows.compare(key, sum);
    const path = `${paths.balances(turn.orgId)}/${key}`;
    if (verdict === 'missing') turn.findings.add('balance', path, 'is missing, though journals have entries there');
    else if (verdict === 'unfounded') turn.findings.add('balance', path, 'no journal has an entry there');
    else if (verdict === 'differs' && sum !== null) {
      const stored = balanceSchema.safeParse((await turn.db.get(path))?.data).data;
      const how = stored === undefined ? '' : difference(sum, stored);
      turn.findings.add('balance', path, `is not the sum of its journals: ${how}`);
    }
  }
}

/** A key is the account's id and the currency; neither currency nor its separator is longer than one knows. */
export const accountIn = (key: string): string => key.slice(0, key.lastIndexOf('_'));
