import { SECRET_NAMES, proposalSchema, secretSchema } from '@countersign/domain/schemas/proposal';
import { log } from '../log.ts';
import type { Deps } from './deps.ts';

/** Between staging a value and the commit that names it lie seconds; nothing younger than this is swept. */
const MIN_AGE_MS = 60 * 60_000;
/** Clocks differ: a proposal is left alone for so long after its time has run out. */
const EXPIRED_FOR_MS = 60 * 60_000;
/** With more than this, nobody knows all that is needed, and nothing is swept. */
const MAX_NAMED = 500;

/**
 * Delete values of secrets that no document names: of proposals that were refused, taken back or have expired, of secrets
 * that were replaced, and of calls that crashed after they had staged one. @returns how many
 */
export async function sweepSecrets(deps: Deps): Promise<number> {
  let discarded = 0;
  for (const name of SECRET_NAMES) {
    const before = new Date(deps.now().getTime() - MIN_AGE_MS).toISOString();
    const old = (await deps.secrets.list(name)).filter(({ storedAt }) => Date.parse(storedAt) < Date.parse(before));
    if (old.length === 0) continue;
    const named = await namedVersions(deps, name);
    if (named === null) continue;
    for (const { id } of old) {
      if (named.has(id)) continue;
      await deps.secrets.discard(name, id);
      discarded += 1;
    }
  }
  return discarded;
}

/** Versions that are in force somewhere, or that somebody may still decide on; null when there are too many to know. */
async function namedVersions(deps: Deps, name: string): Promise<ReadonlySet<string> | null> {
  const inForce = await deps.db.query({
    collection: 'secrets',
    group: true,
    where: [['name', '==', name]],
    orderBy: [['setAt', 'desc']],
    limit: MAX_NAMED,
  });
  const open = await deps.db.query({
    collection: 'proposals',
    group: true,
    where: [
      ['kind', '==', 'secret.set'],
      ['state', '==', 'open'],
      ['expiresAt', '>', new Date(deps.now().getTime() - EXPIRED_FOR_MS).toISOString()],
    ],
    orderBy: [['expiresAt', 'asc']],
    limit: MAX_NAMED,
  });
  if (inForce.length === MAX_NAMED || open.length === MAX_NAMED) {
    log.tickFailed({ part: 'secrets', message: `More than ${MAX_NAMED} documents name values of ${name}` });
    return null;
  }
  return new Set([
    ...inForce.flatMap(({ data }) => secretSchema.parse(data).storedAs ?? []),
    ...open.flatMap(({ data }) => {
      const { change } = proposalSchema.parse(data);
      return change.kind === 'secret.set' && change.name === name ? [change.stagedId] : [];
    }),
  ]);
}
