import { isDeepStrictEqual } from 'node:util';
import { AppError, assert } from '@countersign/domain/errors';
import type { Database, Query, Stored, Transaction, Write } from './database.ts';
import { assertWithinLimits } from './limits.ts';

const MAX_ATTEMPTS = 8;

/** Never changed once it is stored, so that databases can share it. */
interface Entry {
  readonly data: Record<string, unknown>;
  readonly updateTime: string;
}

/** What a database held at one moment; any number of others can begin with it. */
export interface Snapshot {
  readonly documents: ReadonlyMap<string, Entry>;
  readonly commits: number;
}

export interface MemoryDatabase extends Database {
  /** All documents, by path. */
  dump(): Stored[];
  snapshot(): Snapshot;
}

/**
 * `Database` in memory, for tests: preconditions, conflicts and orders as Firestore has them, which
 * tests/integration/store-parity.test.ts holds it to. Every call yields once, so that callers interleave.
 * @param from what it begins with
 */
export function memoryDatabase(from: Snapshot = { documents: new Map(), commits: 0 }): MemoryDatabase {
  const documents = new Map<string, Entry>(from.documents);
  let { commits } = from;
  // By collection, or a query would look at every document there is.
  const paths = new Map<string, Set<string>>();
  const list = (path: string): void => {
    const collection = parentOf(path);
    const known = paths.get(collection);
    if (known === undefined) paths.set(collection, new Set([path]));
    else known.add(path);
  };
  for (const path of documents.keys()) list(path);

  const get = (path: string): Stored | null => {
    const entry = documents.get(path);
    return entry === undefined ? null : { path, data: copyOf(entry.data), updateTime: entry.updateTime };
  };
  const query = (asked: Query): Stored[] => {
    const there = asked.group === true ? documents.keys() : (paths.get(asked.collection) ?? []);
    return runQuery(documents, there, asked).map((path) => get(path) as Stored);
  };
  const commit = (writes: readonly Write[]): string[] => {
    const after = new Map<string, Entry | null>();
    commits += 1;
    const updateTime = `${Math.floor(commits / 1000)}.${(commits % 1000) * 1000}`;
    for (const write of writes) {
      const before = after.has(write.path) ? (after.get(write.path) ?? null) : (documents.get(write.path) ?? null);
      after.set(write.path, applyWrite(write, before, updateTime));
    }
    for (const [path, entry] of after) {
      if (entry === null) {
        documents.delete(path);
        paths.get(parentOf(path))?.delete(path);
      } else {
        documents.set(path, entry);
        list(path);
      }
    }
    return writes.map(({ path }) => after.get(path)?.updateTime ?? updateTime);
  };

  return {
    get: async (path) => (await turn(), get(path)),
    getAll: async (paths) => (await turn(), paths.map(get)),
    query: async (asked) => (await turn(), query(asked)),
    commit: async (writes) => {
      if (writes.length === 0) return [];
      assertWithinLimits(writes);
      const frozen = copyOf(writes);
      await turn();
      return commit(frozen);
    },
    transaction: async (fn) => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const seen: (() => boolean)[] = [];
        const writes: Write[] = [];
        const isStale = (): boolean => !seen.every((unchanged) => unchanged());
        const result = await fn(transactionOver(get, query, seen, writes)).catch((error: unknown): typeof STALE => {
          // It decided on reads of two moments, which Firestore's locks never show: as any conflict, it runs again.
          if (isStale()) return STALE;
          throw error;
        });
        if (result === STALE) continue;
        assertWithinLimits(writes);
        const frozen = copyOf(writes);
        await turn();
        if (isStale()) continue;
        commit(frozen);
        return result;
      }
      throw new AppError('unavailable', 'The transaction met others too often', { retryable: true });
    },
    dump: () => [...documents.keys()].sort().map((path) => get(path) as Stored),
    snapshot: () => ({ documents: new Map(documents), commits }),
  };
}

const STALE: unique symbol = Symbol('stale');

/** A deep copy of plain JSON, several times faster than `structuredClone`. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) copy[name] = copyOf(field);
  return copy as T;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function transactionOver(
  get: (path: string) => Stored | null,
  query: (asked: Query) => Stored[],
  seen: (() => boolean)[],
  writes: Write[],
): Transaction {
  const readAllFirst = (): void => assert(writes.length === 0, 'a transaction reads before it writes');
  const note = (path: string): Stored | null => {
    const stored = get(path);
    seen.push(() => get(path)?.updateTime === stored?.updateTime);
    return stored;
  };
  return {
    get: async (path) => (readAllFirst(), await turn(), note(path)),
    getAll: async (paths) => (readAllFirst(), await turn(), paths.map(note)),
    query: async (asked) => {
      readAllFirst();
      await turn();
      const signature = (): string => JSON.stringify(query(asked).map(({ path, updateTime }) => [path, updateTime]));
      const before = signature();
      seen.push(() => signature() === before);
      return query(asked);
    },
    write: (...more) => void writes.push(...more),
  };
}

function applyWrite(write: Write, before: Entry | null, updateTime: string): Entry | null {
  const condition = 'ifUpdateTime' in write ? write.ifUpdateTime : undefined;
  if (condition !== undefined && before?.updateTime !== condition)
    throw new AppError('failed_precondition', `${write.path} changed meanwhile`);
  switch (write.op) {
    case 'create':
      if (before !== null) throw new AppError('already_exists', `${write.path} exists already`);
      return { data: write.data, updateTime };
    case 'set':
      return changed(before, write.data, updateTime);
    case 'update':
      if (before === null) throw new AppError('failed_precondition', `${write.path} does not exist`);
      return changed(before, { ...before.data, ...write.data }, updateTime);
    case 'delete':
      if (write.mustExist === true && before === null)
        throw new AppError('failed_precondition', `${write.path} does not exist`);
      return null;
  }
}

/** A write that changes nothing leaves the update time as it was: so does Firestore. */
function changed(before: Entry | null, data: Record<string, unknown>, updateTime: string): Entry {
  return before !== null && isDeepStrictEqual(before.data, data) ? before : { data, updateTime };
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** @param there paths of the collection, or all */
function runQuery(
  documents: ReadonlyMap<string, Entry>,
  there: Iterable<string>,
  { collection, group, where = [], orderBy = [], limit, startAfter }: Query,
): string[] {
  const within = group === true ? `/${collection}` : collection;
  const inCollection = (path: string): boolean => {
    const parent = parentOf(path);
    return group === true ? parent.endsWith(within) || parent === collection : parent === within;
  };
  const fieldOf = (path: string, field: string): unknown => {
    // Names compare segment by segment: a separator sorts before every character.
    if (field === '__name__')
      return group === true ? path.replaceAll('/', '\0') : path.slice(path.lastIndexOf('/') + 1);
    return field
      .split('.')
      .reduce<unknown>((value, name) => (isMap(value) ? value[name] : undefined), documents.get(path)?.data);
  };
  // An inequality orders by its field first, and every order ends with the name, in the direction of the last one.
  const inequality = where.find(([, op]) => op.startsWith('<') || op.startsWith('>'));
  const orders = orderBy.length === 0 && inequality !== undefined ? [[inequality[0], 'asc'] as const] : [...orderBy];
  if (!orders.some(([field]) => field === '__name__')) orders.push(['__name__', orders.at(-1)?.[1] ?? 'asc']);
  const compareAt = (path: string, values: readonly unknown[]): number => {
    for (const [index, [field, direction]] of orders.slice(0, values.length).entries()) {
      const value =
        field === '__name__' && group === true ? String(values[index]).replaceAll('/', '\0') : values[index];
      const order = compare(fieldOf(path, field), value);
      if (order !== 0) return direction === 'asc' ? order : -order;
    }
    return 0;
  };
  return (
    [...there]
      .filter(inCollection)
      .filter((path) => where.every(([field, op, value]) => matches(fieldOf(path, field), op, value)))
      .filter((path) => orders.every(([field]) => fieldOf(path, field) !== undefined))
      // Before the rest is sorted, which takes longest.
      .filter((path) => startAfter === undefined || compareAt(path, startAfter) > 0)
      .sort((a, b) =>
        compareAt(
          a,
          orders.map(([field]) => fieldOf(b, field)),
        ),
      )
      .slice(0, limit)
  );
}

function matches(field: unknown, op: string, value: unknown): boolean {
  if (field === undefined) return false;
  const comparable = rank(field) === rank(value);
  switch (op) {
    case '==':
      return same(field, value);
    case '<':
      return comparable && compare(field, value) < 0;
    case '<=':
      return comparable && compare(field, value) <= 0;
    case '>':
      return comparable && compare(field, value) > 0;
    case '>=':
      return comparable && compare(field, value) >= 0;
    case 'array-contains':
      return Array.isArray(field) && field.some((item) => same(item, value));
    case 'array-contains-any':
      return Array.isArray(field) && Array.isArray(value) && value.some((one) => matches(field, 'array-contains', one));
    case 'in':
      return Array.isArray(value) && value.some((item) => same(field, item));
    default:
      throw new AppError('internal', `No such operator: ${op}`);
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Firestore's order of types: null, booleans, numbers, strings, arrays, maps. */
function rank(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'number') return 2;
  if (typeof value === 'string') return 3;
  return Array.isArray(value) ? 4 : 5;
}

/** Texts and numbers are the same or not; only arrays and maps need to be looked into. */
const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && compare(a, b) === 0);

const SURROGATE = /[\ud800-\udfff]/;

function compare(a: unknown, b: unknown): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  // Strings by their UTF-8 bytes, which is the order of code points, not of UTF-16 units.
  if (typeof a === 'string' && typeof b === 'string') {
    if (a === b) return 0;
    // Without surrogates the two orders are one, and the quick way is the same.
    if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  if (typeof a === 'object' || typeof b === 'object') {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
    return left === right ? 0 : left < right ? -1 : 1;
  }
  return (a as number) === (b as number) ? 0 : (a as number) < (b as number) ? -1 : 1;
}
