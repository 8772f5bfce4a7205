import { isPostedBy } from '@countersign/domain/ledger/statements/as-known-at';
import { AppError } from '@countersign/domain/errors';
import type { Journal } from '@countersign/domain/schemas/journal';
import type { StatementHead } from '@countersign/domain/schemas/statement';

/** A batch that was decided just before midnight may be committed just after it. */
const GRACE_MS = 60_000;
const DAY_MS = 86_400_000;

export type Known = Pick<StatementHead, 'knownAt' | 'knownUntil' | 'provisional'>;

/** What moment a statement looks at. @throws AppError `invalid_argument` for a day to come */
export function asKnown(knownAt: string | null, now: Date): Known {
  const today = now.toISOString().slice(0, 10);
  const day = knownAt ?? today;
  if (day > today) throw new AppError('invalid_argument', `${day} is to come: nobody knows yet what it will bring.`);
  const provisional = now.getTime() < Date.parse(`${day}T00:00:00.000Z`) + DAY_MS + GRACE_MS;
  return { knownAt: day, knownUntil: provisional ? now.toISOString() : `${day}T23:59:59.999Z`, provisional };
}

/** Whether a journal was posted for those who looked then. @param size leaves of the ledger that they saw */
export function wasPosted(journal: Pick<Journal, 'steps'>, knownAt: string, size: number): boolean {
  const seq = journal.steps.find(({ step }) => step === 'posted')?.seq;
  return seq !== undefined && seq < size && isPostedBy(journal, knownAt);
}
