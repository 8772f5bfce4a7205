import { AppError, isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Inbox, InboxResult, StreamName } from '@countersign/domain/schemas/stream';
import type { Stored, Write } from '../store/database.ts';
import {
  INBOX_DOCUMENTS_PER_READ,
  readPosition,
  writeBatch,
  type Attempt,
  type Batch,
  type Position,
} from './batch.ts';
import {
  forget,
  laneOf,
  leave,
  remembered,
  rememberHanded,
  tellWaiting,
  wantedByName,
  type Decision,
  type Lane,
} from './lane.ts';
import { pause } from './pause.ts';
import type { DrainResult, Refusal, StreamDeps } from './ports.ts';

const DEFAULT_MAX_BATCHES = 50;
const MAX_ATTEMPTS = 10;
const FIRST_ATTEMPT: Attempt = { careful: false, maxDocuments: INBOX_DOCUMENTS_PER_READ };
const DEFAULT_TIMEOUT_MS = 30_000;

/** A stream, and what its writer needs. */
interface Stream {
  readonly lane: Lane;
  readonly deps: StreamDeps;
  readonly orgId: string;
  readonly name: StreamName;
}

interface Run {
  readonly maxBatches: number;
  /** It takes whatever waits, and not only what somebody in this process waits for. */
  readonly looksAround: boolean;
}

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
  const run = { maxBatches: options.maxBatches ?? DEFAULT_MAX_BATCHES, looksAround: true };
  return shareRun({ lane: laneOf(deps.db, orgId, name), deps, orgId, name }, run);
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
  const stream = { lane: laneOf(deps.db, orgId, name), deps, orgId, name };
  const deadline = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  for (let attempt = 0; ; attempt += 1) {
    const decided = await decideHere(stream, commitId);
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

/**
 * Tell this process's writer what a commit has just handed in, so that it need not read it back before it decides it for
 * who waits. It changes no outcome, and need not be called. Call it only after that commit is known to have happened.
 * @param writes those of the commit, or some of them
 */
export function handedIn(deps: StreamDeps, orgId: string, name: StreamName, writes: readonly Write[]): void {
  const folder = `${paths.inboxes(orgId, name)}/`;
  const lane = laneOf(deps.db, orgId, name);
  for (const write of writes)
    if (write.op === 'create' && write.path.startsWith(folder)) rememberHanded(lane, write.data as unknown as Inbox);
}

/** Told by the very batch that decides it, which need not be the last of its run. */
async function decideHere(stream: Stream, commitId: string): Promise<Decision> {
  const { wanted } = stream.lane;
  const told = wanted.get(commitId) ?? Promise.withResolvers<Decision>();
  wanted.set(commitId, told);
  const run = shareRun(stream, { maxBatches: DEFAULT_MAX_BATCHES, looksAround: false });
  const notDecided = run.then(
    () => undefined,
    (error: unknown) => unlessUnavailable(error),
  );
  // A decision is told before its run ends, so it comes first.
  const decided = await Promise.race([told.promise, notDecided]);
  if (wanted.get(commitId) === told) wanted.delete(commitId);
  stream.lane.handed.delete(commitId);
  return decided;
}

const refusedIn = (result: Stored | null): readonly Refusal[] =>
  result === null ? [] : (result.data as InboxResult).refused;

function shareRun(stream: Stream, run: Run): Promise<DrainResult> {
  const { lane } = stream;
  if (lane.running === null) return startRun(stream, run);
  if (lane.next === null) {
    const restart = (): Promise<DrainResult> => {
      const looksAround = lane.next?.looksAround ?? true;
      lane.next = null;
      return startRun(stream, { ...run, looksAround });
    };
    lane.next = { run: lane.running.then(restart, restart), looksAround: run.looksAround };
  }
  lane.next.looksAround ||= run.looksAround;
  return lane.next.run;
}

function startRun(stream: Stream, run: Run): Promise<DrainResult> {
  const { lane } = stream;
  lane.running = drain(stream, run).finally(() => {
    lane.running = null;
  });
  return lane.running;
}

async function drain({ lane, deps, orgId, name }: Stream, { maxBatches, ...run }: Run): Promise<DrainResult> {
  let { looksAround } = run;
  const decided = new Map<string, readonly Refusal[]>();
  let attempt = FIRST_ATTEMPT;
  let position: Position | null = null;
  let batches = 0;
  let wasRead = true;
  // Those who asked for this run may all have been told by the one before.
  const nobodyWaits = !looksAround && lane.wanted.size === 0;
  for (let lost = 0; !nobodyWaits;) {
    try {
      // What an earlier read left waiting is as good as read now, while the head is the one this run itself left behind.
      if (position === null || position.waiting.length === 0) {
        const wanted = wantedByName(lane, looksAround);
        const known = wanted === null ? null : remembered(lane, wanted);
        wasRead = known === null;
        position = known ?? (await readPosition(deps, orgId, name, lane.left, wanted));
      }
      if (position.waiting.length === 0 || batches === maxBatches) break;
      const batch: Batch | null = await writeBatch(deps, orgId, name, position, attempt);
      if (batch === null) {
        forget(lane, 'nothing');
        position = null;
        looksAround = true;
        continue;
      }
      for (const [id, refused] of batch.decided) decided.set(id, refused);
      tellWaiting(lane, batch.decided);
      position = leave(lane, batch.position);
      batches += 1;
      lost = 0;
      attempt = FIRST_ATTEMPT;
      // Whoever adds to the inbox from now on drains it too.
      if (position.waiting.length === 0 && !position.more) break;
    } catch (error) {
      forget(lane, wasRead ? 'after a read' : 'without a read');
      position = null;
      attempt = nextAttempt(attempt, error, lost, name);
      // Nobody was met, as far as one knows: what was remembered was old.
      if (!wasRead) continue;
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

function unlessUnavailable(error: unknown): undefined {
  if (isAppError(error) && error.code === 'unavailable') return undefined;
  throw error;
}
