import { foldJournals } from '@countersign/domain/ledger/statements/as-known-at';
import { netDebit, type LeafSum } from '@countersign/domain/ledger/statements/leaf-sums';
import { recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { paths } from '@countersign/domain/paths';
import { addDays } from '@countersign/domain/schedule/wall-time';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { statementParametersSchema, type StatementLine } from '@countersign/domain/schemas/statement';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ledgerReader, placeOf, type LedgerReader } from '../../functions/src/ledger/statements/ledger-reader.ts';
import { readStatementPage, readWholeStatement } from '../../functions/src/ledger/statements/statement.ts';
import { drainStream } from '../../functions/src/streams/index.ts';
import { chart, handIn, testWorld, type TestWorld } from '../../functions/src/streams/test-kit.ts';
import { localFirestore, type LocalFirestore } from './local-firestore.ts';

/** What statements read, against a real Firestore: its order of documents and its cursors. */
const ORG = 'statements';
let firestore: LocalFirestore;
let world: TestWorld;
let reader: LedgerReader;
let journals: Journal[];

beforeAll(async () => {
  firestore = localFirestore();
  world = testWorld(firestore.db, '2026-11-20T10:00:00.000Z');
  await firestore.db.commit([{ op: 'set', path: paths.organization(ORG), data: organization }]);
  await handIn(world, ORG, 'chart', chart(3));
  await drainStream(world, ORG, 'ledger');
  // Three batches, whose journals have one recorded time each, so that pages end between equals.
  for (let batch = 0; batch < 3; batch += 1) {
    const intents = Array.from({ length: 20 }, (_, index) =>
      recording(
        `journal-${batch}-${index}`,
        [
          [`seller-${index % 3}`, 'debit', String(100 * batch + index + 1), index % 4 === 0 ? 'EUR' : 'USD'],
          ['bank', 'credit', String(100 * batch + index + 1), index % 4 === 0 ? 'EUR' : 'USD'],
        ],
        index % 7 === 0 ? 'pending' : 'posted',
        { journal: { effectiveDay: addDays('2026-10-01', (index * 5 + batch) % 40) } },
      ),
    );
    await handIn(world, ORG, `batch-${batch}`, intents);
    await drainStream(world, ORG, 'ledger');
    world.pass(86_400_000);
  }
  reader = ledgerReader(world, ORG);
  const stored = await firestore.db.query({ collection: paths.journals(ORG), limit: 500 });
  journals = stored.map(({ data }) => journalSchema.parse(data));
});
afterAll(() => firestore.close());

const organization = {
  name: 'Statements',
  baseCurrency: 'USD',
  timeZone: 'UTC',
  provider: { connector: 'stripe', account: 'acct_Platform', mode: 'test' },
  allowedHosts: [],
  restored: null,
  stop: { active: false, reason: '', uid: null, at: null },
  createdAt: '2026-11-20T00:00:00.000Z',
  version: 1,
};

const ids = (list: readonly Journal[]): string[] => list.map(({ id }) => id);

test('journals of some accounts come by the day that they count for, page by page, none twice and none left out', async () => {
  const [from, to] = ['2026-10-03', '2026-11-05'];
  // Most journals touch both: each comes once.
  const accountIds = ['bank', 'seller-1'];
  const expected = journals
    .filter(
      (one) => one.accounts.some((id) => accountIds.includes(id)) && one.effectiveDay >= from && one.effectiveDay <= to,
    )
    .toSorted((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'));
  const found: Journal[] = [];
  for (let pages = 0; pages < 50; pages += 1) {
    const last = found.at(-1);
    const page = await reader.journals({ accountIds, from, to, after: last ? placeOf(last) : null, limit: 4 });
    found.push(...page);
    if (page.length < 4) break;
  }
  expect(expected.length).toBeGreaterThan(40);
  expect(ids(found)).toEqual(ids(expected));
});

const keyOf = ({ effectiveDay, recordedAt, id }: Journal): string => `${effectiveDay} ${recordedAt} ${id}`;

test('what was recorded since comes newest first', async () => {
  const since = '2026-11-21T00:00:00.000Z';
  const expected = journals.filter((one) => one.accounts.includes('seller-1') && one.recordedAt >= since);
  const found: Journal[] = [];
  for (let pages = 0; pages < 50; pages += 1) {
    const page = await reader.journalsSince('seller-1', since, found.at(-1) ?? null, 3);
    found.push(...page);
    if (page.length < 3) break;
  }
  expect(ids(found).sort()).toEqual(ids(expected).sort());
  expect(found.map(({ recordedAt }) => recordedAt)).toEqual(
    found
      .map(({ recordedAt }) => recordedAt)
      .sort()
      .reverse(),
  );
});

test('sums and statements are those of the journals, at past days as known at past days', async () => {
  const inOrder = (sums: readonly LeafSum[]): string[] =>
    sums.map((sum) => `${sum.accountId} ${sum.currency} ${netDebit(sum)}`).sort();
  for (const [day, knownAt] of [
    ['2026-10-20', '2026-11-20'],
    ['2026-11-30', '2026-11-21'],
    ['2026-11-30', '2026-11-22'],
  ] as const) {
    expect(inOrder((await reader.sums(day, knownAt)).sums)).toEqual(inOrder(foldJournals(journals, day, knownAt)));
    const parameters = statementParametersSchema.parse({ kind: 'trial_balance', day, knownAt });
    const { checks } = await readWholeStatement({ db: firestore.db, streams: world, now: world.now }, ORG, parameters);
    expect(checks.map(({ holds }) => holds)).toEqual([true, true]);
  }
});

test('a register in pages closes with the balance', async () => {
  const deps = { db: firestore.db, streams: world, now: world.now };
  const parameters = statementParametersSchema.parse({
    kind: 'account_register',
    accountId: 'bank',
    from: '2026-10-01',
    to: '2026-11-30',
    knownAt: '2026-11-22',
  });
  const lines: StatementLine[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 50; pages += 1) {
    const page = await readStatementPage(deps, ORG, parameters, after, 9);
    lines.push(...page.lines);
    after = page.next;
    if (after !== null) continue;
    expect(page.head.checks.map(({ holds }) => holds)).toEqual([true, true]);
    break;
  }
  expect(lines.filter(({ kind }) => kind === 'entry')).toHaveLength(
    journals.filter(({ state }) => state === 'posted').length,
  );
});
