/**
 * The form of a reference under which an organization can spend it only once. Two references that a person would take
 * for the same are the same: composed to Unicode NFC, outer white space off, inner white space one space,
 * and letters without regard to case.
 *
 * Case folding: lower, upper, lower case, which joins what fewer steps leave apart (final sigma; `ẞ`, `ß` and `SS`).
 */
export function normalizeReference(reference: string): string {
  const composed = reference.normalize('NFC').trim().replace(/\s+/gu, ' ');
  return composed.toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}
