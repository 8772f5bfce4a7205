import type { Journal } from '@countersign/domain/schemas/journal';
import { expect, test } from 'vitest';
import type { JournalsAsked, LedgerReader } from './ledger-reader.ts';
import { readFlows } from './read-flows.ts';

const DAYS = { from: '2026-01-01', to: '2026-12-31' };
const accounts = Array.from({ length: 200 }, (_, index) => `bank-${String(index).padStart(3, '0')}`);
/** Each moves one cash account against costs, and every fifth a second one too: often of another group. */
const journals = Array.from({ length: 4_000 }, (_, index) => {
  const entry = (accountId: string, side: 'debit' | 'credit', amountMinor: string) => ({
    accountId,
    side,
    amountMinor,
    currency: 'USD',
  });
  const [one, other] = [accounts[index % 200] ?? '', accounts[(index * 7 + 31) % 200] ?? ''];
  const entries =
    index % 5 === 0 && one !== other
      ? [entry(one, 'credit', '3'), entry(other, 'credit', '4'), entry('costs', 'debit', '7')]
      : [entry(one, 'credit', '5'), entry('costs', 'debit', '5')];
  return {
    id: `j-${String(index).padStart(5, '0')}`,
    effectiveDay: '2026-05-05',
    recordedAt: '2026-05-05T00:00:00.000Z',
    entries,
    accounts: [...new Set(entries.map(({ accountId }) => accountId))],
    steps: [{ step: 'posted', seq: index, at: '2026-05-05T00:00:00.000Z', reason: null, routedFrom: null }],
  } as unknown as Journal;
});

class Reader {
  asked: JournalsAsked[] = [];
  atOnce = 0;
  most = 0;
  elapsed = 0;
  elapsedMs = (): number => this.elapsed;
  journals = async (asked: JournalsAsked): Promise<Journal[]> => {
    this.asked.push(asked);
    this.most = Math.max(this.most, (this.atOnce += 1));
    await Promise.resolve();
    this.atOnce -= 1;
    const { accountIds, after, limit } = asked;
    return journals
      .filter(
        ({ id, accounts: ids }) => (after === null || id > after.id) && ids.some((one) => accountIds.includes(one)),
      )
      .slice(0, limit);
  };
}

const at = accounts.map((accountId) => ({ accountId, currency: 'USD', debitMinor: 0n, creditMinor: 1n }));
const read = (reader: Reader) =>
  readFlows(reader as unknown as LedgerReader, DAYS, new Set(accounts), null, {
    at,
    before: [],
    size: 1_000_000,
    knownAt: '2026-12-31',
  });

test('two hundred cash accounts take seven ways through the journals, four at a time; each journal counts once', async () => {
  const reader = new Reader();
  const { flows } = await read(reader);
  const spent = journals
    .flatMap(({ entries }) => entries)
    .filter(({ accountId }) => accountId === 'costs')
    .reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
  expect(flows).toEqual([{ accountId: 'costs', currency: 'USD', debitMinor: 0n, creditMinor: spent }]);
  expect(new Set(reader.asked.map(({ accountIds }) => accountIds.join())).size).toBe(7);
  expect(Math.max(...reader.asked.map(({ accountIds }) => accountIds.length))).toBe(30);
  expect(reader.asked.length).toBeLessThan(15);
  expect(reader.most).toBe(4);
});

test('what takes too long ends with a reason, and what helps', async () => {
  const reader = new Reader();
  reader.elapsed = 91_000;
  await expect(read(reader)).rejects.toMatchObject({
    code: 'limit_exceeded',
    message: expect.stringMatching(/took too long to read\. Choose a shorter period/) as string,
  });
});
