import { MAX_DEPTH } from '@countersign/domain/ledger/account-intents';
import { balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { balancesOf, type Closing, type LedgerDecision, type LedgerState } from '@countersign/domain/ledger/decide';
import { PLAIN, type RecordIntent } from '@countersign/domain/ledger/journal-intents';
import { MAX_PERIODS } from '@countersign/domain/ledger/periods';
import { SUSPENSE_ACCOUNT } from '@countersign/domain/ledger/suspense';
import { assert } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Account, Balance } from '@countersign/domain/schemas/account';
import type { JournalEntryDraft } from '@countersign/domain/schemas/effect';
import type { Journal } from '@countersign/domain/schemas/journal';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Period } from '@countersign/domain/schemas/period';
import type { Database } from '../store/database.ts';
import type { BatchInput } from './stream-kind.ts';

/** What recent batches saw. Nobody but the writer changes it, and only together with the head. */
export interface LedgerCache {
  readonly accounts: Map<string, Account>;
  readonly balances: Map<string, Balance>;
  /** All of them; null before they were read. */
  periods: Map<string, Period> | null;
}

/** Beyond this the cache begins again: some ten megabytes. */
const MAX_CACHED = 20_000;
/** More accounts than this below one, or balances in one, and it can't be closed in one go. */
const MAX_BELOW = 1000;

export function freshOrKept(kept: unknown): LedgerCache {
  const cache = kept as LedgerCache | undefined;
  if (cache === undefined || cache.accounts.size + cache.balances.size > MAX_CACHED)
    return { accounts: new Map(), balances: new Map(), periods: null };
  return cache;
}

/** What a batch has come to, for the next. */
export function remember({ accounts, periods, balances }: LedgerCache, decision: LedgerDecision): void {
  for (const account of [...decision.accountsOpened, ...decision.accountsChanged]) accounts.set(account.id, account);
  for (const period of decision.periods) periods?.set(period.id, period);
  for (const balance of decision.balances) balances.set(balanceKey(balance.accountId, balance.currency), balance);
}

/** What a batch builds on, and the keys of all balances that it may change. */
export async function loadLedger(
  { db, orgId, size, careful }: Pick<BatchInput, 'db' | 'orgId' | 'size' | 'careful'>,
  intents: readonly LedgerIntent[],
  cache: LedgerCache,
): Promise<{ readonly state: LedgerState; readonly touched: ReadonlySet<string> }> {
  const { accounts, balances } = cache;
  const [journals, closing, periods] = await Promise.all([
    loadJournals(db, orgId, intents, careful),
    loadClosing(db, orgId, intents, cache),
    cache.periods ?? loadPeriods(db, orgId),
    loadAccounts(db, orgId, intents, accounts),
  ]);
  cache.periods = periods;
  const entries = [...intents.flatMap(entriesOf), ...[...journals.values()].flatMap((journal) => journal.entries)];
  if (intents.some(mayNeedSuspense))
    entries.push(...entries.map((entry) => ({ ...entry, accountId: SUSPENSE_ACCOUNT })));
  // The accounts of journals recorded earlier, which nothing in the batch names.
  await loadMissing(
    db,
    accounts,
    entries.map((entry) => entry.accountId),
    (id) => paths.account(orgId, id),
    accountFromStored,
  );
  await loadAbove(db, orgId, accounts, [...accountsIn(intents), ...entries.map((entry) => entry.accountId)]);
  const touched = balancesOf(entries, withOpened(intents, accounts));
  await loadMissing(db, balances, touched, (key) => `${paths.balances(orgId)}/${key}`);
  return { state: { size, accounts, journals, balances, periods, closing }, touched };
}

async function loadPeriods(db: Database, orgId: string): Promise<Map<string, Period>> {
  const stored = await db.query({
    collection: paths.periods(orgId),
    orderBy: [['__name__', 'asc']],
    limit: MAX_PERIODS + 1,
  });
  assert(stored.length <= MAX_PERIODS, `there are at most ${MAX_PERIODS} periods`);
  return new Map(stored.map(({ data }) => [String(data['id']), data as Period]));
}

/** Of accounts that may be closed: their balances, and what lies under them. */
async function loadClosing(
  db: Database,
  orgId: string,
  intents: readonly LedgerIntent[],
  { balances }: LedgerCache,
): Promise<Map<string, Closing>> {
  const ids = intents.flatMap((intent) =>
    intent.type === 'change_account' && intent.set.closed === true ? [intent.accountId] : [],
  );
  const closing = new Map<string, Closing>();
  for (const id of new Set(ids)) {
    const [held, below] = await Promise.all([
      db.query({ collection: paths.balances(orgId), where: [['accountId', '==', id]], limit: MAX_BELOW }),
      db.query({ collection: paths.accounts(orgId), where: [['parentId', '==', id]], limit: MAX_BELOW }),
    ]);
    for (const { data } of held) balances.set(balanceKey(id, String(data['currency'])), data as Balance);
    closing.set(id, {
      currencies: held.map(({ data }) => String(data['currency'])),
      children:
        below.length === MAX_BELOW
          ? ['*']
          : below.filter(({ data }) => data['closed'] !== true).map(({ data }) => String(data['id'])),
    });
  }
  return closing;
}

/** What must be booked goes there when its account takes nothing. */
const mayNeedSuspense = (intent: LedgerIntent): boolean =>
  intent.type === 'post' ||
  (intent.type === 'record' && intent.must === true) ||
  (intent.type === 'record_linked' && intent.journals.some((journal) => journal.must === true));

/**
 * What may lie above each account, those included that the batch itself opens before it posts to them. Of several
 * openings of one account nobody knows yet which is accepted, so all that any of them could put above it counts.
 */
function withOpened(
  intents: readonly LedgerIntent[],
  accounts: ReadonlyMap<string, Account>,
): { get(id: string): Pick<Account, 'path'> | undefined } {
  const parents = new Map<string, Set<string>>();
  for (const intent of intents) {
    if (intent.type !== 'open_account' || intent.account.parentId === null) continue;
    const { id, parentId } = intent.account;
    parents.set(id, (parents.get(id) ?? new Set()).add(parentId));
  }
  if (parents.size === 0) return accounts;
  const pathOf = (id: string): string[] => {
    const above = new Set<string>();
    let level = [id];
    for (let height = 0; height < MAX_DEPTH && level.length > 0; height += 1) {
      const next = level.flatMap((one) => [...(accounts.get(one)?.path ?? []), ...(parents.get(one) ?? [])]);
      level = [...new Set(next)].filter((one) => !above.has(one));
      for (const one of level) above.add(one);
    }
    return [...above];
  };
  return { get: (id) => (accounts.has(id) || parents.has(id) ? { path: pathOf(id) } : undefined) };
}

const recordsIn = (intent: LedgerIntent): readonly RecordIntent[] =>
  intent.type === 'record' ? [intent] : intent.type === 'record_linked' ? intent.journals : [];

const entriesOf = (intent: LedgerIntent): readonly JournalEntryDraft[] =>
  recordsIn(intent).flatMap((record) => record.journal.entries);

/** Journals that are posted, voided or reversed, and, when careful, those whose ids are taken. */
async function loadJournals(
  db: Database,
  orgId: string,
  intents: readonly LedgerIntent[],
  careful: boolean,
): Promise<Map<string, Journal>> {
  const ids = new Set<string>();
  for (const intent of intents) {
    if ('journalId' in intent) ids.add(intent.journalId);
    // Few, and the reversal itself tells whether it is the one that is asked for.
    if (intent.type === 'reverse') ids.add(intent.id);
    if (!careful) continue;
    if (intent.type === 'post') ids.add(intent.id);
    for (const record of recordsIn(intent)) ids.add(record.id);
  }
  const journals = new Map<string, Journal>();
  await loadMissing(db, journals, ids, (id) => paths.journal(orgId, id), fromStored);
  return journals;
}

/** Whether a journal that is refused is one that was recorded once. */
export async function anyRecorded(
  db: Database,
  orgId: string,
  intents: readonly LedgerIntent[],
  { refusals }: LedgerDecision,
): Promise<boolean> {
  const refused = refusals.flatMap(({ index }) => recordsIn(intents[index] as LedgerIntent));
  return (await loadJournals(db, orgId, refused, true)).size > 0;
}

function accountsIn(intents: readonly LedgerIntent[]): string[] {
  return intents.flatMap((intent) => {
    if (intent.type === 'change_account') return [intent.accountId];
    if (intent.type === 'open_account')
      return intent.account.parentId === null ? [intent.account.id] : [intent.account.id, intent.account.parentId];
    return entriesOf(intent).map((entry) => entry.accountId);
  });
}

async function loadAccounts(
  db: Database,
  orgId: string,
  intents: readonly LedgerIntent[],
  accounts: Map<string, Account>,
): Promise<void> {
  await loadMissing(db, accounts, accountsIn(intents), (id) => paths.account(orgId, id), accountFromStored);
}

/** One round: an account's path names all that lie above it. */
async function loadAbove(
  db: Database,
  orgId: string,
  accounts: Map<string, Account>,
  ids: readonly string[],
): Promise<void> {
  await loadMissing(
    db,
    accounts,
    [...new Set(ids)].flatMap((id) => accounts.get(id)?.path ?? []),
    (id) => paths.account(orgId, id),
    accountFromStored,
  );
}

/** What this writer wrote, so its shape needs no check here; what an older one did not know of yet is as if it said nothing. */
function fromStored(data: Record<string, unknown>): Journal {
  return {
    ...PLAIN,
    metadata: {},
    ...data,
    entries: JSON.parse(String(data['entries'])),
    steps: JSON.parse(String(data['steps'])),
  } as Journal;
}

function accountFromStored(data: Record<string, unknown>): Account {
  return {
    currency: null,
    branch: null,
    openedOn: null,
    closedOn: null,
    guards: [],
    changes: [],
    ...data,
  } as unknown as Account;
}

async function loadMissing<T>(
  db: Database,
  into: Map<string, T>,
  keys: Iterable<string>,
  pathOf: (key: string) => string,
  parse = (data: Record<string, unknown>): T => data as T,
): Promise<void> {
  const missing = [...new Set(keys)].filter((key) => !into.has(key));
  if (missing.length === 0) return;
  const stored = await db.getAll(missing.map(pathOf));
  stored.forEach((doc, index) => {
    if (doc !== null) into.set(missing[index] as string, parse(doc.data));
  });
}
