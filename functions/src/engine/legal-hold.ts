import { isHeld, legalHoldSchema, type LegalHold } from '@countersign/domain/schemas/retention';
import { paths } from '@countersign/domain/paths';
import type { Database } from '../store/database.ts';

/** More holds at once than an organization's lawyers can follow. */
export const MAX_HOLDS = 200;

/** Holds that stand now. */
export async function standingHolds(db: Pick<Database, 'query'>, orgId: string): Promise<LegalHold[]> {
  const stored = await db.query({
    collection: paths.legalHolds(orgId),
    where: [['releasedAt', '==', null]],
    limit: MAX_HOLDS,
  });
  return stored.map(({ data }) => legalHoldSchema.parse(data));
}

/** A removal of a person's data touches what belongs to any run: one hold on personal data keeps all of it. */
export const keepsPersons = (holds: readonly LegalHold[]): boolean =>
  holds.some((hold) => hold.classes.includes('personal'));

/** Whether a file of an execution must not be deleted, because it may be evidence. */
export async function isUnderLegalHold(
  db: Pick<Database, 'get' | 'query'>,
  orgId: string,
  executionId: string,
): Promise<boolean> {
  return isHeld(await standingHolds(db, orgId), 'results', executionId);
}
