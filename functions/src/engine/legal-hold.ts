import type { Database } from '../store/database.ts';

/**
 * Whether something of an execution must not be deleted, because it may be evidence. Everything that deletes asks here.
 * There are no holds yet, so nothing is under one; whoever builds them answers here from their documents.
 */
export async function isUnderLegalHold(
  _db: Pick<Database, 'get' | 'query'>,
  _orgId: string,
  _executionId: string,
): Promise<boolean> {
  return false;
}
