import type { Query } from '../../functions/src/store/database.ts';

/** Such a query must do without an index, wherever it goes. */
export const ANY_COLLECTION = '?';

export interface FoundQuery {
  readonly line: number;
  readonly text: string;
  /** Null when it is not written as a literal. */
  readonly query: Query | null;
}

type Filter = NonNullable<Query['where']>[number];
type Order = NonNullable<Query['orderBy']>[number];

/**
 * The queries in a source: every `.query({ … })` whose collection, fields and directions are written out. Reading text
 * is enough, because the shape is ours and what can't be read is reported. A collection that is given by a variable is
 * ANY_COLLECTION.
 * @param collectionOf the collection behind a name in `paths`, or null
 */
export function queriesIn(source: string, collectionOf: (name: string) => string | null): FoundQuery[] {
  return [...source.matchAll(/\.query\(/g)].map((call) => {
    const text = balanced(source, call.index + call[0].length - 1);
    return { line: source.slice(0, call.index).split('\n').length, text, query: toQuery(text, collectionOf) };
  });
}

/** From an opening bracket to the one that closes it. */
function balanced(source: string, from: number): string {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    if ('([{'.includes(source[at] as string)) depth += 1;
    if (')]}'.includes(source[at] as string)) depth -= 1;
    if (depth === 0) return source.slice(from, at + 1);
  }
  return source.slice(from);
}

function toQuery(text: string, collectionOf: (name: string) => string | null): Query | null {
  const named = /\bcollection:\s*(?:paths\.(\w+)\(|'(\w+)')/.exec(text);
  if (!text.startsWith('({')) return null;
  const collection = named?.[1] === undefined ? (named?.[2] ?? ANY_COLLECTION) : collectionOf(named[1]);
  const where = property(text, 'where', /\[\s*'([\w.]+)',\s*'([\w=<>-]+)'/g);
  const orderBy = property(text, 'orderBy', /\[\s*'([\w.]+)',\s*'(asc|desc)'/g);
  if (collection === null || where === null || orderBy === null) return null;
  return {
    collection,
    group: /\bgroup:\s*true/.test(text),
    where: where.map(([field, op]) => [field, op, null] as unknown as Filter),
    orderBy: orderBy as unknown as Order[],
    limit: 1,
  };
}

/** The pairs in `name: [[…], […]]`; none when there is no such property, null when it is not a list of literals. */
function property(text: string, name: string, pair: RegExp): [string, string][] | null {
  const start = new RegExp(`\\b${name}\\b(:\\s*)?`).exec(text);
  if (start === null) return [];
  const list = balanced(text, start.index + start[0].length);
  if (start[1] === undefined || (!list.startsWith('[[') && !/^\[\s+\[/.test(list))) return null;
  const inner = list.slice(1, -1);
  const items = [...inner.matchAll(pair)].map((match): [string, string] => [match[1] as string, match[2] as string]);
  return items.length === itemCount(inner) ? items : null;
}

/** Lists directly within a list's text. */
function itemCount(inner: string): number {
  let count = 0;
  for (let at = 0; at < inner.length; at += 1) {
    if (inner[at] === '[') {
      at += balanced(inner, at).length - 1;
      count += 1;
    } else if (!/[\s,]/.test(inner[at] as string)) return -1;
  }
  return count;
}
