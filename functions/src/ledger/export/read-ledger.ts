import { paths } from '@countersign/domain/paths';
import { accountSchema, type Account } from '@countersign/domain/schemas/account';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import type * as z from 'zod';
import type { Database } from '../../store/database.ts';
import { readPages } from '../../streams/verify/read-pages.ts';

/** All documents of a collection by their ids, a page at a time. */
export async function* pagesOf<T>(
  db: Database,
  collection: string,
  schema: z.ZodType<T>,
): AsyncGenerator<T, void, undefined> {
  for await (const { data } of readPages(db, collection)) yield schema.parse(data);
}

/** The accounts that were open by then, as they are now: names and guards have no history that a file could show. */
export async function accountsAsOf(db: Database, orgId: string, size: number): Promise<Account[]> {
  const accounts: Account[] = [];
  for await (const account of pagesOf(db, paths.accounts(orgId), accountSchema))
    if (account.seq < size) accounts.push(account);
  return accounts;
}

/** Journals that were posted by a leaf before this size, in the order of their ids. */
export async function* journalsAsOf(
  db: Database,
  orgId: string,
  size: number,
): AsyncGenerator<Journal, void, undefined> {
  for await (const journal of pagesOf(db, paths.journals(orgId), journalSchema))
    if (journal.steps.some(({ step, seq }) => step === 'posted' && seq < size)) yield journal;
}
