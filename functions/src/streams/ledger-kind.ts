import { balancesOf, decideBatch, type LedgerDecision } from '@countersign/domain/ledger/decide';
import { balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { assert } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { JournalEntryDraft } from '@countersign/domain/schemas/effect';
import {
  ledgerIntentSchema,
  toStoredJournal,
  type Account,
  type Balance,
  type Journal,
  type LedgerIntent,
} from '@countersign/domain/schemas/ledger';
import type { Database, Write } from '../store/database.ts';
import { parseItems, type StreamKind } from './stream-kind.ts';

/** Accounts and balances of recent batches. Nobody but the writer changes them, and only together with the head. */
interface LedgerCache {
  readonly accounts: Map<string, Account>;
  readonly balances: Map<string, Balance>;
}

/** Beyond this the cache begins again: some ten megabytes. */
const MAX_CACHED = 20_000;

export const ledgerKind: StreamKind = {
  parse: (text) => parseItems<LedgerIntent>(text, (item) => ledgerIntentSchema.safeParse(item)),

  decide: async ({ db, orgId, size, intents: untyped, at, careful, cache }) => {
    const intents = untyped as readonly LedgerIntent[];
    const { accounts, balances } = freshOrKept(cache);
    const [journals] = await Promise.all([
      loadJournals(db, orgId, intents, careful),
      loadAccounts(db, orgId, intents, accounts),
    ]);
    const entries = [...intents.flatMap(entriesOf), ...[...journals.values()].flatMap((journal) => journal.entries)];
    // The accounts of journals recorded earlier, which nothing in the batch names.
    await loadMissing(
      db,
      accounts,
      entries.map((entry) => entry.accountId),
      (id) => paths.account(orgId, id),
    );
    await loadAbove(db, orgId, accounts);
    const touched = balancesOf(entries, withOpened(intents, accounts));
    await loadMissing(db, balances, touched, (key) => `${paths.balances(orgId)}/${key}`);
    const decision = decideBatch({ size, accounts, journals, balances }, intents, at);
    // A balance that was not looked up would be taken for zero, and what is there overwritten.
    for (const balance of decision.balances) {
      const key = balanceKey(balance.accountId, balance.currency);
      assert(touched.has(key), `balance ${key} was read before it is written`);
    }
    for (const account of decision.accountsOpened) accounts.set(account.id, account);
    for (const balance of decision.balances) balances.set(balanceKey(balance.accountId, balance.currency), balance);
    return {
      leaves: decision.leaves,
      writes: toWrites(orgId, decision),
      refusals: decision.refusals,
      cache: { accounts, balances } satisfies LedgerCache,
    };
  },
};

function freshOrKept(cache: unknown): LedgerCache {
  const kept = cache as LedgerCache | undefined;
  if (kept === undefined || kept.accounts.size + kept.balances.size > MAX_CACHED)
    return { accounts: new Map(), balances: new Map() };
  return kept;
}

/** Where each account lies, those included that the batch itself opens before it posts to them. */
function withOpened(
  intents: readonly LedgerIntent[],
  accounts: ReadonlyMap<string, Account>,
): Map<string, Pick<Account, 'path'>> {
  const placed = new Map<string, Pick<Account, 'path'>>(accounts);
  for (const intent of intents) {
    if (intent.type !== 'open_account' || placed.has(intent.account.id)) continue;
    const { id, parentId } = intent.account;
    placed.set(id, { path: parentId === null ? [] : [...(placed.get(parentId)?.path ?? []), parentId] });
  }
  return placed;
}

const entriesOf = (intent: LedgerIntent): readonly JournalEntryDraft[] =>
  intent.type === 'record' ? intent.journal.entries : [];

/** Journals that are posted, voided or reversed, and, when careful, those whose ids are taken. */
async function loadJournals(
  db: Database,
  orgId: string,
  intents: readonly LedgerIntent[],
  careful: boolean,
): Promise<Map<string, Journal>> {
  const ids = new Set<string>();
  for (const intent of intents) {
    if (intent.type === 'post' || intent.type === 'void' || intent.type === 'reverse') ids.add(intent.journalId);
    if ((intent.type === 'record' || intent.type === 'reverse') && careful) ids.add(intent.id);
  }
  const journals = new Map<string, Journal>();
  await loadMissing(db, journals, ids, (id) => paths.journal(orgId, id), fromStored);
  return journals;
}

async function loadAccounts(
  db: Database,
  orgId: string,
  intents: readonly LedgerIntent[],
  accounts: Map<string, Account>,
): Promise<void> {
  const ids = intents.flatMap((intent) => {
    if (intent.type === 'open_account')
      return intent.account.parentId === null ? [intent.account.id] : [intent.account.id, intent.account.parentId];
    return entriesOf(intent).map((entry) => entry.accountId);
  });
  await loadMissing(db, accounts, ids, (id) => paths.account(orgId, id));
}

/** One round: an account's path names all that lie above it. */
async function loadAbove(db: Database, orgId: string, accounts: Map<string, Account>): Promise<void> {
  await loadMissing(
    db,
    accounts,
    [...accounts.values()].flatMap((account) => account.path),
    (id) => paths.account(orgId, id),
  );
}

/** What this writer wrote, so its shape needs no check here. */
function fromStored(data: Record<string, unknown>): Journal {
  return { ...data, entries: JSON.parse(String(data['entries'])), steps: JSON.parse(String(data['steps'])) } as Journal;
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

function toWrites(orgId: string, decision: LedgerDecision): Write[] {
  return [
    ...decision.accountsOpened.map((account): Write => ({
      op: 'create',
      path: paths.account(orgId, account.id),
      data: { ...account },
    })),
    ...decision.journalsCreated.map((journal): Write => ({
      op: 'create',
      path: paths.journal(orgId, journal.id),
      data: toStoredJournal(journal),
    })),
    ...decision.journalsStepped.map(({ id, state, steps, reversedBy }): Write => ({
      op: 'update',
      path: paths.journal(orgId, id),
      data: { state, steps: JSON.stringify(steps), reversedBy: reversedBy ?? null },
    })),
    ...decision.balances.map((balance): Write => ({
      op: 'set',
      path: paths.balance(orgId, balance.accountId, balance.currency),
      data: { ...balance },
    })),
  ];
}
