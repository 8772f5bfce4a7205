import type { CommittedText, Reason } from '../schemas/common.ts';

/** What somebody wrote; null when it was removed with their data. */
export const textOf = (reason: Reason): string | null =>
  typeof reason === 'string' ? reason : reason.salt === '' ? null : reason.text;

/** The same without what can be removed: the commitment stays. */
export const withoutText = (reason: CommittedText): CommittedText => ({ ...reason, text: '', salt: '' });

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCommittedText = (value: Record<string, unknown>): value is CommittedText =>
  typeof value['commitment'] === 'string' && typeof value['text'] === 'string' && typeof value['salt'] === 'string';

/** Texts lie in a field of their document, or in a field of one of its parts. */
const MAX_DEPTH = 2;

/** A document's committed texts. */
export const committedTexts = (doc: Readonly<Record<string, unknown>>): CommittedText[] =>
  Object.values(doc).flatMap((value) => textsIn(value, 1));

function textsIn(value: unknown, depth: number): CommittedText[] {
  if (!isMap(value) || depth > MAX_DEPTH) return [];
  return isCommittedText(value) ? [value] : Object.values(value).flatMap((part) => textsIn(part, depth + 1));
}

/** A document with the commitments alone in place of its committed texts: what its hash covers. */
export const withCommitmentsOnly = (doc: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(doc).map(([field, value]) => [field, commitmentsIn(value, 1)]));

function commitmentsIn(value: unknown, depth: number): unknown {
  if (!isMap(value) || depth > MAX_DEPTH) return value;
  if (isCommittedText(value)) return { commitment: value.commitment };
  return Object.fromEntries(Object.entries(value).map(([field, part]) => [field, commitmentsIn(part, depth + 1)]));
}
