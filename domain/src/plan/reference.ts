/**
 * The form of a reference under which an organization can spend it only once. Two references that a person would take
 * for the same are the same: composed to Unicode NFC, outer white space off, inner white space one space,
 * and letters without regard to case.
 *
 * Case folding: upper then lower case, which joins what either alone leaves apart (final sigma; `ß` and `SS`).
 */
export function normalizeReference(reference: string): string {
  const composed = reference.normalize('NFC').trim().replace(/\s+/gu, ' ');
  return composed.toUpperCase().toLowerCase().normalize('NFC');
}
