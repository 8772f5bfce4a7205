import { secretSchema, type SECRET_NAMES } from '@countersign/domain/schemas/proposal';
import type { SecretStore } from './secret-store.ts';
import type { Database } from './store/database.ts';

/** A secret that people set. */
export type SettableSecret = (typeof SECRET_NAMES)[number];
export type SecretReader = (name: SettableSecret) => Promise<string>;

/** So long after the commit that changes a secret, every process has heard of it. */
const DOCUMENT_MS = 5_000;
/** A value is in memory no longer than this, though its version never changes: what is not used should not lie about. */
const VALUE_MS = 5 * 60_000;

interface Known {
  readonly id: string | null;
  readonly readAt: number;
}

/**
 * Reads the version of a secret that its newest document names, so that a secret changes with the commit that records
 * the decision: before it nobody reads the new value, after it everybody, and a crash in between leaves the old one.
 * @param fallback where a secret comes from that nobody has set in the app
 */
export function secretReader(
  db: Pick<Database, 'query'>,
  store: Pick<SecretStore, 'read'>,
  fallback: SecretReader,
  now: () => number = Date.now,
): SecretReader {
  const known = new Map<SettableSecret, Known>();
  const values = new Map<SettableSecret, { id: string; value: string; readAt: number }>();

  async function versionInForce(name: SettableSecret): Promise<string | null> {
    const cached = known.get(name);
    if (cached !== undefined && now() - cached.readAt < DOCUMENT_MS) return cached.id;
    // A key is one for all organizations of a deployment: the newest decision is in force.
    const [newest] = await db.query({
      collection: 'secrets',
      group: true,
      where: [['name', '==', name]],
      orderBy: [['setAt', 'desc']],
      limit: 1,
    });
    const id = newest === undefined ? null : secretSchema.parse(newest.data).storedAs;
    known.set(name, { id, readAt: now() });
    return id;
  }

  async function valueOf(name: SettableSecret): Promise<string> {
    const id = await versionInForce(name);
    if (id === null) return fallback(name);
    const cached = values.get(name);
    if (cached?.id === id && now() - cached.readAt < VALUE_MS) return cached.value;
    const value = await store.read(name, id);
    values.set(name, { id, value, readAt: now() });
    return value;
  }

  return async (name) => {
    const wasCached = known.has(name);
    try {
      return await valueOf(name);
    } catch (error) {
      // What was in force a moment ago may have been replaced and deleted since: look again, once.
      if (!wasCached) throw error;
      known.delete(name);
      return valueOf(name);
    }
  };
}
