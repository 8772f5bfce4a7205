import { assert } from '@countersign/domain/errors';
import { comesBefore, shareAccount, startable, turnOf, type Gates, type Turn } from '@countersign/domain/queue/turns';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import { MAX_IN_QUEUE, type Queue, type QueueEntry } from '@countersign/domain/schemas/queue';
import { refs } from '../refs.ts';
import { read, readAll, type Transaction, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { sharesOf } from './queue-payees.ts';
import { dueAt } from './work.ts';

/** Who waits directly behind one that leaves is told how many are left before it; the others look again by themselves. */
const TOLD_AT_ONCE = 20;

const EMPTY: Queue = { nextTicket: 1, entries: [], updatedAt: '1970-01-01T00:00:00.000Z' };

/** Writes of the commit that asked, and work that is to be woken after it. */
export interface QueueChange {
  readonly writes: readonly Write[];
  readonly wake: readonly string[];
}

const NO_CHANGE: QueueChange = { writes: [], wake: [] };

/**
 * Ask for an execution's turn, in the transaction that would use it: either it runs from this commit on, or it waits.
 * One that runs while its operation is paused gives its turn back.
 */
export async function askForTurn(
  deps: Deps,
  tx: Transaction,
  orgId: string,
  execution: Execution,
  now: string,
): Promise<{ readonly turn: Turn; readonly change: QueueChange }> {
  const queue = (await read(tx, refs.queue(orgId))) ?? EMPTY;
  const known = queue.entries.find((entry) => entry.executionId === execution.id);
  const entry = known ?? (await newEntry(deps, orgId, queue, execution));
  const gates = await gatesOf(tx, orgId, [entry, ...queue.entries]);
  let entries = queue.entries.filter((other) => other !== known);
  let turn = turnOf(entry, entries, gates);
  if (!turn.may && known?.state === 'running' && turn.reason !== 'operation_paused') {
    // Nobody takes a turn away from who has it; the stop only makes it stand still.
    turn = gates.stopped ? { ...turn, ahead: 0 } : { may: true };
    return { turn, change: NO_CHANGE };
  }
  if (!turn.may) {
    const left = await withoutEnded(tx, orgId, entries, turn.behind);
    if (left.length < entries.length) {
      entries = left;
      turn = turnOf(entry, entries, gates);
    }
  }
  if (known === undefined && entries.length >= MAX_IN_QUEUE) return { turn: full(entries.length), change: NO_CHANGE };
  const state = turn.may ? 'running' : 'waiting';
  if (known?.state === state && entries.length === queue.entries.length - 1) return { turn, change: NO_CHANGE };
  const writes = [queueWrite(orgId, queue, [...entries, { ...entry, state }], now)];
  // What it gives back, others may take; and whom it comes before has one more ahead.
  const next =
    known?.state === 'running'
      ? startable(entries, gates)
      : known === undefined
        ? nearestBehind(entry, entries).filter((other) => comesBefore(entry, other))
        : [];
  return { turn, change: stir(orgId, next, writes, now) };
}

/** Take an execution out of the queue, in the commit that ends it, and let the next begin. */
export async function leaveQueue(
  tx: Transaction,
  orgId: string,
  executionId: string,
  now: string,
): Promise<QueueChange> {
  const queue = await read(tx, refs.queue(orgId));
  const leaving = queue?.entries.find((entry) => entry.executionId === executionId);
  if (queue === null || leaving === undefined) return NO_CHANGE;
  const entries = queue.entries.filter((entry) => entry !== leaving);
  const next = startable(entries, await gatesOf(tx, orgId, entries));
  const others = entries.filter((entry) => !next.includes(entry));
  const told = [...next, ...nearestBehind(leaving, others)];
  return stir(orgId, told, [queueWrite(orgId, queue, entries, now)], now);
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
  tx: Transaction,
  orgId: string,
  operationId: string | null,
  now: string,
): Promise<QueueChange> {
  const queue = await read(tx, refs.queue(orgId));
  const concerned = (queue?.entries ?? []).filter(
    (entry) => operationId === null || entry.operationId === operationId || entry.state === 'waiting',
  );
  return stir(orgId, concerned, [], now);
}

function stir(orgId: string, entries: readonly QueueEntry[], writes: readonly Write[], now: string): QueueChange {
  const wake = entries.map((entry) => entry.executionId);
  return { writes: [...writes, ...wake.map((id) => dueAt(orgId, id, now))], wake };
}

function queueWrite(orgId: string, { nextTicket }: Queue, entries: readonly QueueEntry[], now: string): Write {
  const next = Math.max(nextTicket, ...entries.map((entry) => entry.ticket + 1));
  const data: Queue = { nextTicket: next, entries: [...entries], updatedAt: now };
  return { op: 'set', path: refs.queue(orgId).path, data };
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

async function gatesOf(tx: Transaction, orgId: string, entries: readonly QueueEntry[]): Promise<Gates> {
  const ids = [...new Set(entries.map((entry) => entry.operationId))];
  const [organization, operations] = [
    await read(tx, refs.organization(orgId)),
    await readAll(
      tx,
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
  tx: Transaction,
  orgId: string,
  entries: readonly QueueEntry[],
  suspects: readonly QueueEntry[],
): Promise<QueueEntry[]> {
  const asked = suspects.slice(0, TOLD_AT_ONCE);
  const executions = await readAll(
    tx,
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
