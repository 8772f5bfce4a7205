import { AppError, isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { claimId, effectId } from '@countersign/domain/plan/effect-checks';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { claimSchema, type Claim, type Effect } from '@countersign/domain/schemas/effect';
import { readAll, type Write } from '../store/database.ts';
import { refs } from '../refs.ts';
import type { Deps } from './deps.ts';
import { fenced, type Lease } from './work.ts';

const CLAIMS_A_COMMIT = 400;
const MAX_RELEASE_ROUNDS = 500;

/**
 * Take the claims of a plan, in commits of some hundreds. Claims that this execution holds already are fine (a worker
 * before this one took them).
 * @throws AppError `claim_taken`, retryable, when another execution took one since the plugin looked: plan again
 */
export async function takeClaims(deps: Deps, lease: Lease, executionId: string, effects: readonly Effect[]): Promise<void> {
  const takenAt = deps.now().toISOString();
  for (let start = 0; start < effects.length; start += CLAIMS_A_COMMIT) {
    const chunk = effects.slice(start, start + CLAIMS_A_COMMIT).map((effect) => claimOf(lease.orgId, executionId, effect, takenAt));
    try {
      // The common case without a read: none is there.
      await fenced(deps, lease, async (tx) => tx.write(...chunk.map(({ path, data }) => ({ op: 'create', path, data }) as const)));
    } catch (error) {
      if (!isAppError(error) || error.code !== 'already_exists') throw error;
      await takeMissing(deps, lease, executionId, chunk);
    }
  }
}

interface NewClaim {
  readonly path: string;
  readonly data: Claim;
}

function claimOf(orgId: string, executionId: string, effect: Effect, takenAt: string): NewClaim {
  const { kind, reference } = effect.claim;
  return {
    path: paths.claim(orgId, claimId(kind, reference)),
    data: { kind, reference, normalized: normalizeReference(reference), executionId, effectId: effectId(executionId, effect.key), takenAt },
  };
}

async function takeMissing(deps: Deps, lease: Lease, executionId: string, chunk: readonly NewClaim[]): Promise<void> {
  await fenced(deps, lease, async (tx) => {
    const there = await readAll(tx, chunk.map(({ path }) => ({ path, schema: claimSchema })));
    const foreign = there.find((claim) => claim !== null && claim.executionId !== executionId);
    if (foreign !== undefined && foreign !== null) {
      throw new AppError('claim_taken', `Reference ${foreign.reference} was taken by another run`, { retryable: true, details: { executionId: foreign.executionId } });
    }
    tx.write(...chunk.filter((_, index) => there[index] === null).map(({ path, data }) => ({ op: 'create', path, data }) as const));
  });
}

/** The write that frees the claim of an effect that has provably not happened. */
export function releaseClaim(orgId: string, effect: Effect): Write {
  return { op: 'delete', path: paths.claim(orgId, claimId(effect.claim.kind, effect.claim.reference)) };
}

/**
 * Free every claim of an execution of which nothing was done, or all but those of `keep` (effect ids).
 * The caller has ended the execution in a commit before: no new claim of it can come.
 */
export async function releaseClaimsOf(deps: Deps, orgId: string, executionId: string, keep: ReadonlySet<string> = new Set()): Promise<number> {
  let released = 0;
  let after: string | null = null;
  for (let round = 0; round < MAX_RELEASE_ROUNDS; round += 1) {
    const page = await deps.db.query({
      collection: `${paths.organization(orgId)}/claims`,
      where: [['executionId', '==', executionId]],
      orderBy: [['__name__', 'asc']],
      limit: CLAIMS_A_COMMIT,
      ...(after === null ? {} : { startAfter: [after] }),
    });
    const free = page.filter((claim) => !keep.has(String(claim.data['effectId'])));
    await deps.db.commit(free.map((claim) => ({ op: 'delete', path: claim.path })));
    released += free.length;
    if (page.length < CLAIMS_A_COMMIT) break;
    after = page.at(-1)?.path.split('/').at(-1) ?? null;
  }
  return released;
}

/** Which of these references are taken, and by which execution. References that are free are left out. */
export async function lookupClaims(deps: Deps, orgId: string, executionId: string, references: readonly string[]): Promise<Record<string, { executionId: string; at: string }>> {
  const claims = await readAll(deps.db, references.map((reference) => refs.claim(orgId, claimId('payout', reference))));
  const taken: Record<string, { executionId: string; at: string }> = {};
  claims.forEach((claim, index) => {
    const reference = references[index];
    if (claim !== null && reference !== undefined && claim.executionId !== executionId) taken[reference] = { executionId: claim.executionId, at: claim.takenAt };
  });
  return taken;
}

