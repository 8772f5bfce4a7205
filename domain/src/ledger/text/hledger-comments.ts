/** What stands before the first semicolon, and behind it. */
export function splitComment(text: string): { readonly before: string; readonly comment: string } {
  const at = text.indexOf(';');
  return at < 0 ? { before: text, comment: '' } : { before: text.slice(0, at), comment: text.slice(at + 1) };
}

/** `name: value`, to the next comma. */
export function tagsOf(comment: string): [key: string, value: string][] {
  return comment.split(',').flatMap((part): [string, string][] => {
    const match = /(?:^|\s)([^\s:,]+):\s*(.*)$/s.exec(part);
    return match === null ? [] : [[match[1] ?? '', (match[2] ?? '').trim()]];
  });
}

/**
 * A date that a posting's comment gives it instead of its transaction's: a tag `date:`, or `[DATE]` (hledger manual,
 * "Posting dates"). Second dates alone (`[=DATE]`, `date2:`) count for nothing that is asked here.
 */
export function postingDateOf(comment: string): string | null {
  const [, bracketed] = /\[\s*([0-9][0-9/.-]*)(?:=[0-9/.-]*)?\s*\]/.exec(comment) ?? [];
  return bracketed ?? tagsOf(comment).find(([key, value]) => key === 'date' && value !== '')?.[1] ?? null;
}
