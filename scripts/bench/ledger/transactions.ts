import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Database } from '../../../functions/src/store/database.ts';
import { SELLERS } from './books.ts';

const ORG = 'peer';
const GIVE_UP_AFTER = 50;

/**
 * The plain way: a transaction for each posting, which reads and writes its two balances and creates the journal. It
 * keeps no sums above the accounts, no order and no hashes, and refuses nothing.
 * @returns postings a second
 */
export async function transactions(db: Database, workers: number, postings: number, name: string): Promise<number> {
  const started = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < postings) {
      const index = next++;
      await untilDone(() => post(db, `${name}-${index}`, `seller-${index % SELLERS}`));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return postings / ((performance.now() - started) / 1000);
}

const balance = (account: string): string => paths.balance(ORG, account, 'USD');

export function post(db: Database, id: string, seller: string): Promise<void> {
  return db.transaction(async (tx) => {
    const touched = [balance(seller), balance('bank')];
    const stored = await tx.getAll(touched);
    tx.write(
      {
        op: 'create',
        path: paths.journal(ORG, id),
        data: {
          id,
          memo: `Payout ${id}`,
          entries: [
            { accountId: seller, side: 'debit', amountMinor: '1000', currency: 'USD' },
            { accountId: 'bank', side: 'credit', amountMinor: '1000', currency: 'USD' },
          ],
          recordedAt: new Date().toISOString(),
        },
      },
      ...touched.map((path, index) => ({
        op: 'set' as const,
        path,
        data: {
          sumMinor: ((stored[index] ? BigInt(stored[index].data['sumMinor'] as string) : 0n) + 1000n).toString(),
        },
      })),
    );
  });
}

/** The SDK gives up after some attempts, a user would not. */
async function untilDone(work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      // A reply that was lost: it is in.
      if (isAppError(error) && error.code === 'already_exists') return;
      if (attempt >= GIVE_UP_AFTER) throw error;
    }
  }
}
