/**
 * The form of a reference under which an organization can spend it only once. Two references that a person would take
 * for the same are the same, however they were typed or pasted:
 *
 * - Unicode NFKC: composed and decomposed letters, full-width letters and digits, ligatures, no-break spaces;
 * - what can't be seen (zero-width spaces, soft hyphens, byte order marks, control characters) is not there;
 * - every dash is a hyphen: spreadsheets turn one into the other;
 * - outer white space off, inner white space one space;
 * - letters without regard to case. Case folding: lower, upper, lower case, which joins what fewer steps leave apart
 *   (final sigma; `ẞ`, `ß` and `SS`).
 *
 * It rather joins too much than too little: a false match holds a row back until somebody gives it another reference,
 * a missed one pays twice. Digits of other scripts, hyphens left out and leading zeros are kept apart, as people do.
 */
export function normalizeReference(reference: string): string {
  if (PLAIN.test(reference)) return reference.trim().replace(/ {2,}/g, ' ').toLowerCase();
  // Folding can bring forth what the first round would have changed; the second finds nothing more (tested on all of Unicode).
  return fold(fold(reference));
}

/** Printable ASCII, as nearly all are: the same answer without the tables. */
const PLAIN = /^[ -~]*$/;

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '')
    .replace(/[\p{Dash_Punctuation}\u2212]/gu, '-')
    .replace(/ {2,}/gu, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
}
