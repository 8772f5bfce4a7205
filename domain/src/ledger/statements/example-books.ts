import fc from 'fast-check';
import type { JournalEntryDraft } from '../../schemas/effect.ts';
import type { Account } from '../../schemas/account.ts';
import type { Journal } from '../../schemas/journal.ts';

/** For tests: charts and journals that any ledger could hold. */
export function exampleAccount(
  fields: Pick<Account, 'id' | 'type' | 'parentId' | 'postable'> & Partial<Account>,
  parent?: Account,
): Account {
  const path = parent === undefined ? [] : [...parent.path, parent.id];
  return {
    name: `Name of ${fields.id}`,
    depth: path.length,
    path,
    currency: null,
    branch: null,
    openedOn: null,
    closed: false,
    closedOn: null,
    guards: [],
    mirrors: null,
    seq: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    changes: [],
    version: 1,
    ...fields,
  };
}

/** Per type: a root, a group below with two leaves, and a leaf right below the root; `north` and `south` are branches. */
export function exampleChart(): Map<string, Account> {
  const chart = new Map<string, Account>();
  const put = (account: Account): Account => (chart.set(account.id, account), account);
  for (const type of ['asset', 'liability', 'equity', 'income', 'expense'] as const) {
    const root = put(exampleAccount({ id: type, type, parentId: null, postable: false }));
    put(exampleAccount({ id: `${type}-1`, type, parentId: type, postable: true, branch: 'north' }, root));
    const group = put(
      exampleAccount({ id: `${type}-2`, type, parentId: type, postable: false, branch: 'south' }, root),
    );
    for (const leaf of [`${type}-2a`, `${type}-2b`])
      put(exampleAccount({ id: leaf, type, parentId: group.id, postable: true }, group));
  }
  return chart;
}

export const LEAVES = [...exampleChart().values()].filter(({ postable }) => postable).map(({ id }) => id);
export const DAYS = ['2025-11-30', '2025-12-31', '2026-01-01', '2026-01-31', '2026-02-10', '2026-03-31', '2026-04-01'];
const CURRENCIES = ['EUR', 'JPY', 'USD'];

const amount = fc.bigInt({ min: 1n, max: 10n ** 16n });
const leaf = fc.constantFrom(...LEAVES);

/** In each of one or two currencies: some debits, and credits that come to as much. */
const entries: fc.Arbitrary<JournalEntryDraft[]> = fc
  .uniqueArray(fc.constantFrom(...CURRENCIES), { minLength: 1, maxLength: 2 })
  .chain((currencies) =>
    fc.tuple(
      ...currencies.map((currency) =>
        fc.tuple(fc.array(fc.tuple(leaf, amount), { minLength: 1, maxLength: 3 }), leaf).map(([debits, credit]) => [
          ...debits.map(([accountId, minor]): JournalEntryDraft => ({
            accountId,
            side: 'debit',
            amountMinor: `${minor}`,
            currency,
          })),
          {
            accountId: credit,
            side: 'credit' as const,
            amountMinor: `${debits.reduce((sum, [, minor]) => sum + minor, 0n)}`,
            currency,
          },
        ]),
      ),
    ),
  )
  .map((lists) => lists.flat());

const journal = fc
  .record({ entries, effectiveDay: fc.constantFrom(...DAYS), posted: fc.option(fc.constantFrom(...DAYS)) })
  .map(({ entries: drafts, effectiveDay, posted }) => ({ drafts, effectiveDay, posted }));

/** Journals of which some are pending, and some were posted later than they count for. */
export const exampleJournals: fc.Arbitrary<Journal[]> = fc.array(journal, { maxLength: 25 }).map((list) =>
  list.map(({ drafts, effectiveDay, posted }, index): Journal => {
    const recordedAt = `2025-11-30T00:00:00.${String(index).padStart(3, '0')}Z`;
    const step = { reason: null, routedFrom: null };
    return {
      id: `journal-${String(index).padStart(3, '0')}`,
      state: posted === null ? 'pending' : 'posted',
      memo: `Journal ${index}`,
      effectiveDay,
      entries: drafts,
      accounts: [...new Set(drafts.map(({ accountId }) => accountId))],
      metadata: {},
      source: { executionId: null, effectId: null, kind: 'test' },
      steps: [
        { step: 'pending', seq: index * 2, at: recordedAt, ...step },
        ...(posted === null
          ? []
          : [{ step: 'posted' as const, seq: index * 2 + 1, at: `${posted}T12:00:00.000Z`, ...step }]),
      ],
      lateFor: null,
      group: null,
      expiresAt: null,
      reverses: null,
      reversedBy: null,
      partReversals: [],
      reversedMinor: [],
      revives: null,
      revivedBy: null,
      suspended: [],
      recordedAt,
    };
  }),
);
