/** Which accounts of the tree stand open, as the address says it: ids, or `all` but for those after a `!`. */
export interface OpenAccounts {
  readonly all: boolean;
  /** Open ones; where all are open, the closed ones. */
  readonly ids: ReadonlySet<string>;
}

const ALL = 'all';
const NOT = '!';
/** An address is no longer than a proxy takes; what was opened first is forgotten first. */
const MOST = 80;

export function readOpen(text: string | null): OpenAccounts {
  const parts = (text ?? '').split(',').filter((part) => part !== '');
  const all = parts[0] === ALL;
  const ids = all ? parts.slice(1).map((part) => (part.startsWith(NOT) ? part.slice(NOT.length) : part)) : parts;
  return { all, ids: new Set(ids) };
}

export function isOpen({ all, ids }: OpenAccounts, accountId: string): boolean {
  return ids.has(accountId) !== all;
}

/** @returns the text for the address; empty when nothing is open */
export function toggled({ all, ids }: OpenAccounts, accountId: string): string {
  const after = new Set(ids);
  if (!after.delete(accountId)) after.add(accountId);
  const kept = [...after].slice(-MOST);
  return all ? [ALL, ...kept.map((id) => `${NOT}${id}`)].join(',') : kept.join(',');
}

export const EVERYTHING_OPEN = ALL;
