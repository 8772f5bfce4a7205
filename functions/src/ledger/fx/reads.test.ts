import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Change } from '@countersign/domain/schemas/proposal';
import { beforeEach, expect, test } from 'vitest';
import { ORG, World } from '../../engine/testing/world.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { drainStream, ledgerIntents } from '../../streams/index.ts';
import { readBalances, readRateTable } from './plan-reads.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});

const today = (): string => world.clock.at().slice(0, 10);
const daysAgo = (days: number): string => new Date(world.clock.now().getTime() - days * 86_400_000).toISOString();
const rate = (pair: string, text: string, asOf: string, day?: string): Extract<Change, { kind: 'rate.set' }> => ({
  kind: 'rate.set',
  base: pair.slice(0, 3),
  quote: pair.slice(4),
  rate: text,
  source: 'ECB',
  asOf,
  ...(day && { day }),
});
/** By two people, or by one where the rate is near what two have agreed on. */
async function record(change: Change): Promise<void> {
  const { proposalId } = await world.command('bea', 'proposeChange', { change, reason: 'It is the rate' });
  const proposal = await read(world.db, refs.proposal(ORG, proposalId));
  if (proposal?.state !== 'open') return;
  const decision = { proposalId, digest: proposal.digest, decision: 'approve', reason: 'It is the rate' } as const;
  await world.command('edith', 'decideChange', decision);
}
const table = async (currencies: string[], day: string, maxAgeDays = 7): Promise<string[]> =>
  (await readRateTable(world.deps, ORG, { currencies, day, maxAgeDays })).quotes
    .map(({ base, quote, rate: text, day: of }) => `${base}-${quote} ${text} ${of}`)
    .sort();
const newest = async (id: string): Promise<unknown> =>
  (await read(world.db, refs.record(ORG, 'fx-rate', id)))?.fields['rate'];

test('a rate is kept as the newest, and as the one of its day', async () => {
  await record(rate('EUR-USD', '1.10', daysAgo(2)));
  await record(rate('EUR-USD', '1.11', daysAgo(0)));
  expect(await newest('EUR-USD')).toBe('1.11');
  const [before, now] = [daysAgo(2).slice(0, 10), today()];
  expect(await table(['EUR'], now)).toEqual([`EUR-USD 1.10 ${before}`, `EUR-USD 1.11 ${now}`]);
  expect(await table(['EUR'], daysAgo(1).slice(0, 10))).toEqual([`EUR-USD 1.10 ${before}`]);
  expect(await table(['EUR'], now, 1)).toEqual([`EUR-USD 1.11 ${now}`]);
  expect(await table(['EUR'], daysAgo(3).slice(0, 10))).toEqual([]);
});

test('a rate of a day long past is of that day only; one of a day before the newest does not take its place', async () => {
  await record(rate('EUR-USD', '1.10', daysAgo(1)));
  const [past, recent] = [daysAgo(40), daysAgo(3)];
  await record(rate('EUR-USD', '1.07', past, past.slice(0, 10)));
  await record(rate('EUR-USD', '1.08', recent, recent.slice(0, 10)));
  expect(await newest('EUR-USD')).toBe('1.10');
  expect(await table(['EUR'], past.slice(0, 10))).toEqual([`EUR-USD 1.07 ${past.slice(0, 10)}`]);
  expect(await table(['EUR'], recent.slice(0, 10))).toEqual([`EUR-USD 1.08 ${recent.slice(0, 10)}`]);
  // Corrected: the same document, another version.
  await record(rate('EUR-USD', '1.09', recent, recent.slice(0, 10)));
  expect(await table(['EUR'], recent.slice(0, 10))).toEqual([`EUR-USD 1.09 ${recent.slice(0, 10)}`]);
});

test.each([
  ['old, without a day', () => rate('EUR-USD', '1.07', daysAgo(40))],
  ['of a day to come', () => rate('EUR-USD', '1.07', daysAgo(-3), daysAgo(-3).slice(0, 10))],
  ['observed long after its day', () => rate('EUR-USD', '1.07', daysAgo(0), daysAgo(20).slice(0, 10))],
  ['of one currency', () => rate('EUR-EUR', '1.07', daysAgo(0), today())],
])('a rate that is %s is none', async (_, change) => {
  await expect(record(change())).rejects.toMatchObject({ code: 'invalid_argument' });
});

test('pairs through a pivot are read, those of others are not; and records that say something else are none', async () => {
  for (const pair of ['GBP-EUR', 'EUR-USD', 'USD-JPY', 'CHF-JPY']) await record(rate(pair, '1.5', daysAgo(0)));
  const now = today();
  expect(await table(['GBP', 'JPY'], now)).toEqual([`EUR-USD 1.5 ${now}`, `GBP-EUR 1.5 ${now}`, `USD-JPY 1.5 ${now}`]);
  const stored = await world.db.get(`orgs/${ORG}/records/fx-rate~USD-JPY.${now}`);
  const fields = { ...JSON.parse(String(stored?.data['fields'])), rate: '0' };
  await world.db.commit([{ op: 'update', path: String(stored?.path), data: { fields: JSON.stringify(fields) } }]);
  expect(await table(['JPY'], now)).toEqual([`EUR-USD 1.5 ${now}`]);
});

test('balances are of a day, of all accounts below a sum, posted and pending apart', async () => {
  const open = (id: string, parentId: string | null, postable: boolean): LedgerIntent => ({
    type: 'open_account',
    id: `open-${id}`,
    account: { id, name: id, type: 'equity', parentId, postable, closed: false, mirrors: null },
  });
  const book = (
    id: string,
    day: string,
    amountMinor: string,
    state: 'posted' | 'pending' = 'posted',
  ): LedgerIntent => ({
    type: 'record',
    id,
    state,
    source: { executionId: null, effectId: null, kind: 'test' },
    journal: {
      memo: id,
      effectiveDay: day,
      entries: [
        { accountId: 'a', side: 'debit', amountMinor, currency: 'EUR' },
        { accountId: 'b', side: 'credit', amountMinor, currency: 'EUR' },
      ],
    },
  });
  const intents = [
    open('sum', null, false),
    ...['a', 'b', 'c'].map((id) => open(id, 'sum', true)),
    book('j1', '2026-01-05', '7'),
    book('j2', '2026-01-06', '100'),
    book('j3', '2026-01-05', '20', 'pending'),
  ];
  await world.db.commit(ledgerIntents(ORG, 'books', intents, world.clock.at()));
  await drainStream(world.deps.streams, ORG, 'ledger');
  const sums = async (accounts: string[], day: string | null): Promise<string[]> =>
    (await readBalances(world.deps, ORG, { accounts, day })).balances.map((one) =>
      [one.accountId, one.currency, one.postedDebitMinor, one.postedCreditMinor, one.pendingDebitMinor].join(' '),
    );
  expect(await sums(['sum', 'a', 'nobody'], '2026-01-05')).toEqual(['a EUR 7 0 20', 'b EUR 0 7 0']);
  expect(await sums(['a'], null)).toEqual(['a EUR 107 0 20']);
  expect(await sums(['a'], '2026-01-04')).toEqual([]);
  await expect(sums(['a'], '2026-02-30')).rejects.toThrow('is no day');
});
