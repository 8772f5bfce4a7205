import { derivedId } from '@countersign/domain/hash';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { conflict } from '../streams/conflict.ts';
import { drainStream } from '../streams/index.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';

const JOURNALS_A_TICK = 200;

/**
 * Void the pending journals whose time is over. The ledger's writer decides: one that was posted in between stays so.
 * @returns how many were handed to it
 */
export async function expireJournals(deps: Deps): Promise<number> {
  const now = deps.now().toISOString();
  const due = await deps.db.query({
    collection: 'journals',
    group: true,
    where: [
      ['state', '==', 'pending'],
      ['expiresAt', '<=', now],
    ],
    orderBy: [['expiresAt', 'asc']],
    limit: JOURNALS_A_TICK,
  });
  const byOrganization = Map.groupBy(due, ({ path }) => path.split('/')[1] as string);
  for (const [orgId, journals] of byOrganization) {
    const ids = journals.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).sort();
    const change = new ChangeSet(
      orgId,
      `expire-${derivedId('expire', orgId, ...ids)}`,
      { kind: 'system', part: 'tick' },
      now,
    );
    change.post(
      ...ids.map((journalId): LedgerIntent => ({ type: 'expire', id: derivedId('expire', journalId), journalId })),
    );
    try {
      await deps.db.commit(change.toWrites('journals.expired', { data: { count: String(ids.length) } }));
    } catch (error) {
      // Handed in by another tick already.
      if (!conflict(error)) throw error;
    }
    await drainStream(deps.streams, orgId, 'ledger');
  }
  return due.length;
}
