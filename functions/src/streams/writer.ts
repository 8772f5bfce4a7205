import { AppError, isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { InboxResult, StreamName } from '@countersign/domain/schemas/ledger';
import type { Database, Stored } from '../store/database.ts';
import { INBOX_DOCUMENTS_PER_READ, readPosition, writeBatch, type Attempt, type Position } from './batch.ts';
import type { DrainResult, Refusal, StreamDeps } from './ports.ts';

const DEFAULT_MAX_BATCHES = 50;
const MAX_ATTEMPTS = 10;
const BACKOFF_MS = 15;
const FIRST_ATTEMPT: Attempt = { careful: false, maxDocuments: INBOX_DOCUMENTS_PER_READ };
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Decide what waits in a stream's inbox, batch by batch, until it is empty or `maxBatches` are done.
 *
 * Any number of these may run at once, anywhere: a batch is committed on the precondition that the head is still the
 * one read before everything else, so of two writers one wins and the other starts over. In one process, calls for the
 * same stream share a run; a call that comes while one is under way shares the next, because the present one may have
 * read the inbox already.
 * @throws AppError `unavailable` when the race was lost too often; what waits is decided by whoever won, or the tick
 */
export function drainStream(
  deps: StreamDeps,
  orgId: string,
  name: StreamName,
  options: { readonly maxBatches?: number } = {},
): Promise<DrainResult> {
  const lane = laneOf(deps.db, orgId, name);
  if (lane.running === null) return startDrain(lane, deps, orgId, name, options);
  lane.next ??= lane.running.then(restart, restart);
  return lane.next;

  function restart(): Promise<DrainResult> {
    lane.next = null;
    return startDrain(lane, deps, orgId, name, options);
  }
}

/**
 * Drain until a commit's intents are decided. Call it only after that commit is known to have happened: intents that
 * never came in look like accepted ones.
 * @param commitId as given to `ledgerIntents` or `auditIntents`
 * @returns what was refused; an intent that is not named was accepted. They stay until `takeResult`.
 * @throws AppError `unavailable` (retryable) after `timeoutMs`
 */
export async function awaitDecided(
  deps: StreamDeps,
  orgId: string,
  name: StreamName,
  commitId: string,
  options: { readonly timeoutMs?: number } = {},
): Promise<readonly Refusal[]> {
  const deadline = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  for (let attempt = 0; ; attempt += 1) {
    const drained = await drainStream(deps, orgId, name).catch(unlessUnavailable);
    const decided = drained?.decided.get(commitId);
    if (decided !== undefined) return decided;
    // Somebody else's writer decided it, or ours did and never heard that its commit went through.
    const [waiting, result] = await deps.db.getAll([
      paths.inbox(orgId, name, commitId),
      paths.inboxResult(orgId, name, commitId),
    ]);
    if (result) return (result.data as InboxResult).refused;
    // Read in one go, but not in one moment: it may have been decided, with refusals, between the two.
    if (!waiting) return refusedIn(await deps.db.get(paths.inboxResult(orgId, name, commitId)));
    if (Date.now() > deadline)
      throw new AppError('unavailable', `The ${name} stream is busy; try again`, {
        retryable: true,
        details: { commitId },
      });
    await pause(attempt);
  }
}

const refusedIn = (result: Stored | null): readonly Refusal[] =>
  result === null ? [] : (result.data as InboxResult).refused;

/** One per stream and process: the run under way, the one that waits for it, and where the last one left the stream. */
interface Lane {
  running: Promise<DrainResult> | null;
  next: Promise<DrainResult> | null;
  left: Position | null;
}

const lanes = new WeakMap<Database, Map<string, Lane>>();
const MAX_LANES = 200;

function laneOf(db: Database, orgId: string, name: StreamName): Lane {
  const ofDatabase = lanes.get(db) ?? new Map<string, Lane>();
  lanes.set(db, ofDatabase);
  const key = `${orgId}/${name}`;
  const known = ofDatabase.get(key);
  if (known !== undefined) return known;
  for (const [other, { running }] of ofDatabase)
    if (ofDatabase.size >= MAX_LANES && running === null) ofDatabase.delete(other);
  const lane: Lane = { running: null, next: null, left: null };
  ofDatabase.set(key, lane);
  return lane;
}

function startDrain(
  lane: Lane,
  deps: StreamDeps,
  orgId: string,
  name: StreamName,
  options: { readonly maxBatches?: number },
): Promise<DrainResult> {
  const run = drain(lane, deps, orgId, name, options.maxBatches ?? DEFAULT_MAX_BATCHES).finally(() => {
    lane.running = null;
  });
  lane.running = run;
  return run;
}

async function drain(
  lane: Lane,
  deps: StreamDeps,
  orgId: string,
  name: StreamName,
  maxBatches: number,
): Promise<DrainResult> {
  const decided = new Map<string, readonly Refusal[]>();
  let attempt = FIRST_ATTEMPT;
  let position: Position | null = null;
  let batches = 0;
  for (let lost = 0; ;) {
    try {
      // What an earlier read left waiting is as good as read now, while the head is the one this run itself left behind.
      if (position === null || position.waiting.length === 0)
        position = await readPosition(deps, orgId, name, lane.left);
      if (position.waiting.length === 0 || batches === maxBatches) break;
      const batch = await writeBatch(deps, orgId, name, position, attempt);
      for (const [id, refused] of batch.decided) decided.set(id, refused);
      lane.left = position = batch.position;
      batches += 1;
      lost = 0;
      attempt = FIRST_ATTEMPT;
      // Whoever adds to the inbox from now on drains it too.
      if (position.waiting.length === 0 && !position.more) break;
    } catch (error) {
      lane.left = position = null;
      attempt = nextAttempt(attempt, error, lost, name);
      await pause(lost);
      lost += 1;
    }
  }
  return {
    batches,
    decided,
    size: position?.head?.size ?? 0,
    more: position !== null && (position.waiting.length > 0 || position.more),
  };
}

/** What to do differently after a batch that did not go through. @throws the error, when trying again is no use */
function nextAttempt(attempt: Attempt, error: unknown, lost: number, name: StreamName): Attempt {
  if (!isAppError(error)) throw error;
  if (lost >= MAX_ATTEMPTS)
    throw new AppError('unavailable', `The ${name} stream is contended`, { retryable: true, cause: error });
  switch (error.code) {
    case 'limit_exceeded':
      return { ...attempt, maxDocuments: Math.floor(attempt.maxDocuments / 4) };
    case 'already_exists':
      return { ...attempt, careful: true };
    case 'failed_precondition':
    case 'unavailable':
      return attempt;
    default:
      throw error;
  }
}

function unlessUnavailable(error: unknown): null {
  if (isAppError(error) && error.code === 'unavailable') return null;
  throw error;
}

/** Jittered, so that two losers do not meet again. */
async function pause(attempt: number): Promise<void> {
  const ms = Math.min(500, BACKOFF_MS * 2 ** attempt) * (0.5 + Math.random());
  await new Promise((resolve) => setTimeout(resolve, ms));
}
