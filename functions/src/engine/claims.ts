import { AppError, isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { claimId, effectId } from '@countersign/domain/plan/effect-checks';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { claimSchema, type Claim, type ClaimKind, type Effect } from '@countersign/domain/schemas/effect';
import { refs } from '../refs.ts';
import { readAll, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { fenced, type Lease } from './work.ts';

const CLAIMS_A_COMMIT = 400;
const MAX_RELEASE_ROUNDS = 500;

/**
 * Take the claims of a plan, in commits of some hundreds. Claims that this execution holds already are fine (a worker
 * before this one took them).
 * @throws AppError `claim_taken`, retryable, when another execution took one since the plugin looked: plan again
 */
export async function takeClaims(
  deps: Deps,
  lease: Lease,
  executionId: string,
  effects: readonly Effect[],
): Promise<void> {
  const takenAt = deps.now().toISOString();
  const claims = effects.flatMap((effect) => newClaim(lease.orgId, executionId, effect, takenAt));
  for (let start = 0; start < claims.length; start += CLAIMS_A_COMMIT) {
    const chunk = claims.slice(start, start + CLAIMS_A_COMMIT);
    try {
      // The common case without a read: none is there.
      await fenced(deps, lease, async (tx) =>
        tx.write(...chunk.map(({ path, claim }): Write => ({ op: 'create', path, data: claim }))),
      );
    } catch (error) {
      if (!isAppError(error) || error.code !== 'already_exists') throw error;
      await takeFree(deps, lease, executionId, chunk);
    }
  }
}

interface NewClaim {
  readonly path: string;
  readonly claim: Claim;
}

function newClaim(orgId: string, executionId: string, effect: Effect, takenAt: string): NewClaim[] {
  if (effect.claim === null) return [];
  const { kind, reference } = effect.claim;
  const claim: Claim = {
    kind,
    reference,
    normalized: normalizeReference(reference),
    executionId,
    effectId: effectId(executionId, effect.key),
    attempt: 1,
    askSince: null,
    takenAt,
  };
  return [{ path: claimPath(orgId, effect.claim), claim }];
}

/** Take those that are not there or free; a freed claim keeps its attempt. */
async function takeFree(deps: Deps, lease: Lease, executionId: string, chunk: readonly NewClaim[]): Promise<void> {
  await fenced(deps, lease, async (tx) => {
    const there = await readAll(
      tx,
      chunk.map(({ path }) => ({ path, schema: claimSchema })),
    );
    const writes: Write[] = [];
    chunk.forEach(({ path, claim }, index) => {
      const existing = there[index] ?? null;
      if (existing === null) writes.push({ op: 'create', path, data: claim });
      else if (existing.executionId === null)
        writes.push({ op: 'set', path, data: { ...claim, attempt: existing.attempt, askSince: existing.askSince } });
      else if (existing.executionId !== executionId) {
        throw new AppError('claim_taken', `Reference ${existing.reference} was taken by another run`, {
          retryable: true,
          details: { executionId: existing.executionId },
        });
      }
    });
    tx.write(...writes);
  });
}

type ClaimDraft = Pick<Claim, 'kind' | 'reference'>;

function claimPath(orgId: string, { kind, reference }: ClaimDraft): string {
  return paths.claim(orgId, claimId(kind, reference));
}

/** The write that frees the claim of an effect that provably failed: the next attempt gets another provider key. */
export function freeAfterFailure(orgId: string, draft: ClaimDraft, attempt: number, at: string): Write {
  const { kind, reference } = draft;
  const data: Claim = {
    kind,
    reference,
    normalized: normalizeReference(reference),
    executionId: null,
    effectId: null,
    attempt: attempt + 1,
    askSince: null,
    takenAt: at,
  };
  return { op: 'set', path: claimPath(orgId, draft), data };
}

export interface EarlierUse {
  /** Attempt numbers, by effect id, where they are not 1. */
  readonly attempts: ReadonlyMap<string, number>;
  /** By effect id: the provider is asked about it from then on before it is sent. */
  readonly askSince: ReadonlyMap<string, string>;
}

/** What earlier executions have left with this one's claims. */
export async function earlierUseOf(deps: Deps, orgId: string, executionId: string): Promise<EarlierUse> {
  const [attempts, askSince] = [new Map<string, number>(), new Map<string, string>()];
  for await (const claim of claimsOf(deps, orgId, executionId)) {
    if (claim.effectId === null) continue;
    if (claim.attempt > 1) attempts.set(claim.effectId, claim.attempt);
    if (claim.askSince !== null) askSince.set(claim.effectId, claim.askSince);
  }
  return { attempts, askSince };
}

/**
 * Free the claims of an ended execution, all but those of `keep` (effect ids that were done or may have been). Those of
 * `begun` (effect ids, each with the time) keep in mind that a stalled worker may still send them.
 * The caller has ended the execution in a commit before: no new claim of it can come. Under the lease, for a worker
 * that stalled here would free what the next execution holds by then.
 */
export async function releaseClaimsOf(
  deps: Deps,
  lease: Lease,
  executionId: string,
  keep: (effectId: string) => boolean = () => false,
  begun: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const { orgId } = lease;
  let writes: Write[] = [];
  const free = async (): Promise<void> => {
    const batch = writes;
    writes = [];
    if (batch.length > 0) await fenced(deps, lease, async (tx) => tx.write(...batch));
  };
  for await (const claim of claimsOf(deps, orgId, executionId)) {
    if (claim.effectId !== null && keep(claim.effectId)) continue;
    const path = paths.claim(orgId, claimId(claim.kind, claim.reference));
    const askSince = (claim.effectId === null ? undefined : begun.get(claim.effectId)) ?? claim.askSince;
    writes.push(
      claim.attempt === 1 && askSince === null
        ? { op: 'delete', path }
        : { op: 'set', path, data: { ...claim, executionId: null, effectId: null, askSince } },
    );
    if (writes.length >= CLAIMS_A_COMMIT) await free();
  }
  await free();
}

async function* claimsOf(deps: Deps, orgId: string, executionId: string): AsyncGenerator<Claim> {
  let after: readonly unknown[] | undefined;
  for (let round = 0; round < MAX_RELEASE_ROUNDS; round += 1) {
    const page = await deps.db.query({
      collection: paths.claims(orgId),
      where: [['executionId', '==', executionId]],
      orderBy: [['effectId', 'asc']],
      limit: CLAIMS_A_COMMIT,
      ...(after === undefined ? {} : { startAfter: after }),
    });
    for (const stored of page) yield claimSchema.parse(stored.data);
    if (page.length < CLAIMS_A_COMMIT) return;
    after = [page.at(-1)?.data['effectId']];
  }
}

/** How the ids of journals look: `derivedId` gives 32 hex digits. */
const JOURNAL_ID = /^[0-9a-f]{32}$/;

/** Of a reference that is taken: by which execution and since when; or since when the ledger has a journal of that id. */
export interface TakenReference {
  readonly executionId: string;
  readonly at: string;
  readonly resumed?: true;
  readonly inLedger?: true;
}

/**
 * Which of these references are taken, and by which other execution. References that are free are left out. Of journals,
 * the ids of those that are in the ledger are taken too: an export has them as references, and would be booked twice.
 * @param earlier executions that this one resumes: what they hold is done, or unknown
 */
export async function lookupClaims(
  deps: Deps,
  orgId: string,
  executionId: string,
  kind: ClaimKind,
  references: readonly string[],
  earlier: ReadonlySet<string> = new Set(),
): Promise<Record<string, TakenReference>> {
  const claims = await readAll(
    deps.db,
    references.map((reference) => refs.claim(orgId, claimId(kind, reference))),
  );
  const taken: Record<string, TakenReference> = kind === 'journal' ? await journalsCalled(deps, orgId, references) : {};
  claims.forEach((claim, index) => {
    const reference = references[index];
    if (reference === undefined || claim === null || claim.executionId === null || claim.executionId === executionId)
      return;
    taken[reference] = {
      executionId: claim.executionId,
      at: claim.takenAt,
      ...(earlier.has(claim.executionId) ? { resumed: true } : {}),
    };
  });
  return taken;
}

async function journalsCalled(
  { db }: Deps,
  orgId: string,
  references: readonly string[],
): Promise<Record<string, TakenReference>> {
  const ids = references.filter((reference) => JOURNAL_ID.test(reference));
  const journals = await readAll(
    db,
    ids.map((id) => refs.journal(orgId, id)),
  );
  return Object.fromEntries(
    journals.flatMap((journal) => {
      if (journal === null) return [];
      const { id, recordedAt, source } = journal;
      return [[id, { executionId: source.executionId ?? '', at: recordedAt, inLedger: true }] as const];
    }),
  );
}
