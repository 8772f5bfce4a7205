import { assert, isAppError } from '@countersign/domain/errors';
import { comesBefore, shareAccount, startable, turnOf, type Gates, type Turn } from '@countersign/domain/queue/turns';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import { MAX_IN_QUEUE, type Queue, type QueueEntry } from '@countersign/domain/schemas/queue';
import { refs } from '../refs.ts';
import { read, readAll, type Database, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { sharesOf } from './queue-payees.ts';
import { dueAt } from './work.ts';

/** Who waits directly behind one that leaves is told how many are left before it; the others look again by themselves. */
const TOLD_AT_ONCE = 5;

type Reader = Pick<Database, 'get' | 'getAll'>;

/** The document as it was read, and what its next write must find unchanged; null where there is none yet. */
interface Known {
  readonly queue: Queue;
  readonly updateTime: string | null;
}

/** Writes of the commit that asked, and work that is to be woken after it. */
export interface QueueChange {
  readonly writes: readonly Write[];
  readonly wake: readonly string[];
}

const NO_CHANGE: QueueChange = { writes: [], wake: [] };

/**
 * Ask for an execution's turn, for the commit that would use it: either it runs from that commit on, or it waits. One
 * that runs while its operation is paused gives its turn back. The queue is read without a lock and written if nobody
 * has written since: with locks, executions that begin at the same moment hold up each other. See `withQueue`.
 */
export async function askForTurn(
  deps: Deps,
  orgId: string,
  execution: Execution,
  now: string,
): Promise<{ readonly turn: Turn; readonly change: QueueChange }> {
  const from = deps.db;
  const before = await readQueue(from, orgId);
  const { queue } = before;
  const known = queue.entries.find((entry) => entry.executionId === execution.id);
  const entry = known ?? (await newEntry(deps, orgId, queue, execution));
  const gates = await gatesOf(from, orgId, [entry, ...queue.entries]);
  let entries = queue.entries.filter((other) => other !== known);
  let turn = turnOrStand(entry, entries, gates);
  if (entry.state === 'running' && (turn.may || turn.reason !== 'operation_paused')) return { turn, change: NO_CHANGE };
  if (!turn.may) {
    const left = await withoutEnded(from, orgId, entries, turn.behind);
    if (left.length < entries.length) {
      entries = left;
      turn = turnOf(entry, entries, gates);
    }
  }
  if (known === undefined && entries.length >= MAX_IN_QUEUE) return { turn: full(entries.length), change: NO_CHANGE };
  const state = turn.may ? 'running' : 'waiting';
  if (known?.state === state && entries.length === queue.entries.length - 1) return { turn, change: NO_CHANGE };
  const writes = [queueWrite(orgId, before, [...entries, { ...entry, state }], now)];
  // What it gives back, others may take; and whom it comes before has one more ahead.
  const next =
    known?.state === 'running'
      ? startable(entries, gates)
      : known === undefined
        ? nearestBehind(entry, entries).filter((other) => comesBefore(entry, other))
        : [];
  return { turn, change: stir(orgId, next, writes, now) };
}

/** Nobody takes a turn away from who has it; the stop only makes it stand still, and a pause of its operation ends it. */
function turnOrStand(entry: QueueEntry, entries: readonly QueueEntry[], gates: Gates): Turn {
  const turn = turnOf(entry, entries, gates);
  if (turn.may || entry.state === 'waiting' || turn.reason === 'operation_paused') return turn;
  return gates.stopped ? { ...turn, ahead: 0 } : { may: true };
}

/**
 * Whether it is the turn of one that has just written down that it waits: what it waited for may have ended between its
 * look and its commit, and then nobody else wakes it.
 */
export async function mayGoNow(deps: Deps, orgId: string, executionId: string): Promise<boolean> {
  const { queue } = await readQueue(deps.db, orgId);
  const entry = queue.entries.find((one) => one.executionId === executionId);
  if (entry === undefined) return false;
  return turnOrStand(entry, queue.entries, await gatesOf(deps.db, orgId, queue.entries)).may;
}

const MAX_TRIES = 30;
const MAX_PAUSE_MS = 400;

/** A commit that writes the queue: tried again, from its reads on, when another has written it meanwhile. */
export async function withQueue<T>(commit: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await commit();
    } catch (error) {
      const met = isAppError(error) && (error.code === 'failed_precondition' || error.code === 'already_exists');
      if (!met || attempt === MAX_TRIES) throw error;
      const pauseMs = Math.random() * Math.min(MAX_PAUSE_MS, 20 * attempt);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** Take an execution out of the queue, in the commit that ends it, and let the next begin. */
export async function leaveQueue(from: Reader, orgId: string, executionId: string, now: string): Promise<QueueChange> {
  const known = await readQueue(from, orgId);
  const leaving = known.queue.entries.find((entry) => entry.executionId === executionId);
  if (leaving === undefined) return NO_CHANGE;
  const entries = known.queue.entries.filter((entry) => entry !== leaving);
  const next = startable(entries, await gatesOf(from, orgId, entries));
  const others = entries.filter((entry) => !next.includes(entry));
  const told = [...next, ...nearestBehind(leaving, others)];
  return stir(orgId, told, [queueWrite(orgId, known, entries, now)], now);
}

/** The first of those that wait for the same operation or account. */
function nearestBehind(entry: QueueEntry, entries: readonly QueueEntry[]): QueueEntry[] {
  return entries
    .filter((other) => other.state === 'waiting')
    .filter((other) => other.operationId === entry.operationId || shareAccount(other, entry))
    .sort((a, b) => (comesBefore(a, b) ? -1 : 1))
    .slice(0, TOLD_AT_ONCE);
}

/** Make those due that a pause or a stop, or the end of one, may concern. `operationId` null: of every operation. */
export async function stirQueue(
  from: Reader,
  orgId: string,
  operationId: string | null,
  now: string,
): Promise<QueueChange> {
  const { queue } = await readQueue(from, orgId);
  const concerned = queue.entries.filter(
    (entry) => operationId === null || entry.operationId === operationId || entry.state === 'waiting',
  );
  return stir(orgId, concerned, [], now);
}

function stir(orgId: string, entries: readonly QueueEntry[], writes: readonly Write[], now: string): QueueChange {
  const wake = entries.map((entry) => entry.executionId);
  return { writes: [...writes, ...wake.map((id) => dueAt(orgId, id, now))], wake };
}

async function readQueue(from: Reader, orgId: string): Promise<Known> {
  const { path, schema } = refs.queue(orgId);
  const stored = await from.get(path);
  if (stored === null) return { queue: { nextTicket: 1, entries: [], updatedAt: NEVER }, updateTime: null };
  return { queue: schema.parse(stored.data), updateTime: stored.updateTime };
}

const NEVER = '1970-01-01T00:00:00.000Z';

function queueWrite(orgId: string, { queue, updateTime }: Known, entries: readonly QueueEntry[], now: string): Write {
  const nextTicket = Math.max(queue.nextTicket, ...entries.map((entry) => entry.ticket + 1));
  const data: Queue = { nextTicket, entries: [...entries], updatedAt: now };
  const { path } = refs.queue(orgId);
  return updateTime === null ? { op: 'create', path, data } : { op: 'set', path, data, ifUpdateTime: updateTime };
}

async function newEntry(deps: Deps, orgId: string, queue: Queue, execution: Execution): Promise<QueueEntry> {
  const { id: executionId, operationId, plan, approvedAt } = execution;
  assert(plan !== null && approvedAt !== null, 'an approved execution has a plan, and a time');
  const paying = { executionId, attempt: plan.attempt, payees: plan.payeeCount };
  return {
    ...paying,
    ticket: queue.nextTicket,
    operationId,
    approvedAt,
    state: 'waiting',
    shares: await sharesOf(deps, orgId, paying, queue.entries),
  };
}

async function gatesOf(from: Reader, orgId: string, entries: readonly QueueEntry[]): Promise<Gates> {
  const ids = [...new Set(entries.map((entry) => entry.operationId))];
  const [organization, operations] = [
    await read(from, refs.organization(orgId)),
    await readAll(
      from,
      ids.map((id) => refs.operation(orgId, id)),
    ),
  ];
  return {
    stopped: organization === null || organization.stop.active,
    operations: new Map(
      operations.flatMap((operation) =>
        operation === null
          ? []
          : [[operation.id, { paused: operation.paused.active, maxRunning: operation.maxRunning }] as const],
      ),
    ),
  };
}

/** Whatever became of its worker: one that has ended is in nobody's way. */
async function withoutEnded(
  from: Reader,
  orgId: string,
  entries: readonly QueueEntry[],
  suspects: readonly QueueEntry[],
): Promise<QueueEntry[]> {
  const asked = suspects.slice(0, TOLD_AT_ONCE);
  const executions = await readAll(
    from,
    asked.map((entry) => refs.execution(orgId, entry.executionId)),
  );
  const ended = asked.filter((_, index) => {
    const execution = executions[index] ?? null;
    return execution === null || END_STATES.includes(execution.state);
  });
  return entries.filter((entry) => !ended.includes(entry));
}

/** No place even to wait: it looks again later. */
const full = (ahead: number): Turn => ({ may: false, reason: 'operation_limit', ahead, behind: [] });
