import { paths } from '@countersign/domain/paths';
import type { CheckResult } from '@countersign/domain/schemas/check';
import { config } from '../config.ts';
import { ChangeSet, eventIdOf } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import type { Lease } from '../engine/work.ts';
import type { Write } from '../store/database.ts';
import type { Finding } from '../streams/verify/findings.ts';
import type { Checked } from './checked.ts';
import { ended, goOn, newCycle, percentOf } from './cycle.ts';
import { checkNewest } from './newest.ts';
import { firstNotes, loadNotes, saveNotes, type Notes } from './notes.ts';
import { Turn, type Budget } from './turn.ts';

/** Of all time, the share that cycles may take: one in so many. */
const REST_FACTOR = 20;

/**
 * One turn of books that are too large for one go: what is new, and the next part of the cycle. Its notes are signed, and
 * each cycle begins with an event: notes that were put back are known by the event of a later one.
 */
export async function checkSlice(
  deps: Pick<Deps, 'db' | 'streams' | 'now'>,
  { orgId }: Pick<Lease, 'orgId'>,
  budget: Budget = { reads: config.checkReadsATurn, ms: config.checkTurnMs },
): Promise<Checked> {
  const { streams } = deps;
  const loaded = await loadNotes(deps.db, streams.signer, orgId);
  const believed = typeof loaded === 'object' ? loaded : null;
  const turn = new Turn({ ...streams, db: deps.db }, orgId, believed ?? firstNotes({ ledger: 0, audit: 0 }), budget);
  const { notes } = turn;
  if (believed === null) {
    notes.seen = { ledger: await turn.headSize('ledger'), audit: await turn.headSize('audit') };
    notes.followed = notes.seen.ledger;
  }
  if (typeof loaded === 'string') findInNotes(turn, loaded);
  const wasPutBack = await putBack(turn);
  if (wasPutBack && loaded === null) findInNotes(turn, 'they are gone');
  if (wasPutBack && believed !== null) findInNotes(turn, 'a later cycle had begun than they know of');
  if (wasPutBack) notes.cycle = null;
  notes.turn += 1;
  const atEnd = await checkNewest(turn);
  const now = deps.now();
  const writes: Write[] = [];
  let goesOn = !atEnd;
  if (atEnd) {
    if (notes.cycle === null && (wasPutBack || restIsOver(notes, now))) writes.push(...(await begin(deps, turn, now)));
    const { cycle } = notes;
    if (cycle !== null && (await goOn(turn, cycle))) {
      notes.ended = ended(cycle, now.toISOString());
      notes.cycle = null;
    }
    goesOn = notes.cycle !== null;
  }
  const told = tell(turn);
  writes.push(...(await saveNotes(deps.db, streams.signer, orgId, notes, believed !== null)));
  return {
    scope: 'cycle',
    because: atEnd
      ? null
      : `it reads the audit log for the first time, and is at ${notes.history.upTo} of ${notes.seen.audit} events`,
    findings: turn.findings.kept,
    findingCount: turn.findings.count,
    standing: standing(notes),
    cycle: told,
    writes,
    goesOn,
  };
}

function findInNotes(turn: Turn, why: string): void {
  turn.findings.add(
    'document',
    `${paths.checkNotes(turn.orgId)}/manifest`,
    `the notes of this check are not to be believed: ${why}. It begins anew`,
  );
}

const commitOf = (cycle: number): string => `check-cycle-${cycle}`;
const newestCycle = ({ cycle, ended: last }: Notes): number => cycle?.number ?? last?.number ?? 0;

async function hasBegun({ db, orgId }: Turn, cycle: number): Promise<boolean> {
  const [event, waiting] = await db.getAll([
    paths.auditEvent(orgId, eventIdOf(orgId, commitOf(cycle))),
    paths.inbox(orgId, 'audit', commitOf(cycle)),
  ]);
  // Between the two looks it can have got its place.
  return (
    event != null ||
    waiting != null ||
    (await db.get(paths.auditEvent(orgId, eventIdOf(orgId, commitOf(cycle))))) !== null
  );
}

/** Whether the log knows of a later cycle than the notes do. */
const putBack = (turn: Turn): Promise<boolean> => hasBegun(turn, newestCycle(turn.notes) + 1);

/** The first number that no cycle has: found by doubling, then by halves. */
async function freeNumber(turn: Turn): Promise<number> {
  let [taken, free] = [newestCycle(turn.notes), newestCycle(turn.notes) + 1];
  for (let step = 1; await hasBegun(turn, free); step *= 2) [taken, free] = [free, free + step];
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (await hasBegun(turn, middle)) taken = middle;
    else free = middle;
  }
  return free;
}

function restIsOver({ ended: last }: Notes, now: Date): boolean {
  if (last === null) return true;
  return now.getTime() - Date.parse(last.endedAt) >= Math.max(config.checkEveryMs, last.ms * REST_FACTOR);
}

async function begin({ streams }: Pick<Deps, 'streams'>, turn: Turn, now: Date): Promise<Write[]> {
  const { notes, orgId } = turn;
  const sizes = { ledger: await turn.headSize('ledger'), audit: notes.history.upTo };
  const cycle = newCycle(await freeNumber(turn), now.toISOString(), sizes);
  notes.cycle = cycle;
  const change = new ChangeSet(
    orgId,
    commitOf(cycle.number),
    { kind: 'system', part: 'tick' },
    streams.now().toISOString(),
  );
  const data = { cycle: String(cycle.number), ledgerSize: String(sizes.ledger), auditSize: String(sizes.audit) };
  return change.toWrites('check.begun', { data });
}

function tell(turn: Turn): NonNullable<CheckResult['cycle']> {
  const { cycle, ended: last } = turn.notes;
  return {
    number: cycle?.number ?? last?.number ?? 0,
    startedAt: cycle?.startedAt ?? null,
    percent: cycle === null ? null : percentOf(turn, cycle),
    turns: cycle?.turns ?? 0,
    last: last === null ? null : { startedAt: last.startedAt, endedAt: last.endedAt, findingCount: last.findingCount },
  };
}

/** Of the last whole cycle, and of this one so far. */
const standing = ({ cycle, ended: last }: Notes): readonly Finding[] => [
  ...(cycle?.findings ?? []),
  ...(last?.findings ?? []),
];
