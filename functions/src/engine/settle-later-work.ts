import type { Execution } from '@countersign/domain/schemas/execution';
import { paths } from '@countersign/domain/paths';
import { read, type Transaction, type Write } from '../store/database.ts';
import { pollWithNews } from './settle-later-poll.ts';
import { dueAt, isHeld, newWork, workRef, type Poll, type Work } from './work.ts';

/** The work document of a run's settlement: apart from the run's own, for news come while that one is held. */
export function settlementWorkId(executionId: string): string {
  return `settlement-${executionId}`;
}

const PREFIX = settlementWorkId('');

export function executionOf(workId: string): string {
  return workId.startsWith(PREFIX) ? workId.slice(PREFIX.length) : workId;
}

/** Money is on its way, or arrived lately: should nobody tell us what becomes of it, the provider is asked in a day. */
export async function ensureSettlement(
  tx: Transaction,
  orgId: string,
  executionId: string,
  now: string,
): Promise<Write[]> {
  const id = settlementWorkId(executionId);
  const work = await read(tx, workRef(orgId, id));
  const poll = pollWithNews(work?.poll ?? null, now);
  if (poll === null) return [];
  return work === null ? [firstPoll(orgId, id, poll)] : [polledAt(orgId, work, poll, work.nextAt)];
}

/**
 * There is news: due at once. Nothing is written when it is due anyway, or a worker holds it, which looks for news in
 * the transaction that gives the work back: a thousand events of one run are not a thousand writes of one document.
 */
export async function wakeSettlement(tx: Transaction, orgId: string, executionId: string, now: Date): Promise<Write[]> {
  const id = settlementWorkId(executionId);
  const at = now.toISOString();
  const work = await read(tx, workRef(orgId, id));
  if (work === null) return [newWork(orgId, id, at, 'settlement')];
  if (isHeld(work, now) || (work.nextAt !== null && work.nextAt <= at)) return [];
  return [dueAt(orgId, id, at)];
}

/** For the commit that ends a run: news that came too early is looked at now, and accepted money is asked for later. */
export async function settlementAtEnd(
  tx: Transaction,
  orgId: string,
  executionId: string,
  transit: Execution['transit'],
  now: string,
): Promise<Write[]> {
  const id = settlementWorkId(executionId);
  const work = await read(tx, workRef(orgId, id));
  const poll = isWatched(transit) ? pollWithNews(work?.poll ?? null, now) : null;
  if (work === null) return poll === null ? [] : [firstPoll(orgId, id, poll)];
  const nextAt = isHeld(work, new Date(now)) ? work.nextAt : now;
  if (poll !== null) return [polledAt(orgId, work, poll, nextAt)];
  return nextAt === work.nextAt ? [] : [dueAt(orgId, id, nextAt)];
}

/** Whether there is money that the provider accepted and that did not come back. */
export function isWatched(transit: Execution['transit']): boolean {
  return transit !== null && transit.inTransit.length + transit.settled.length > 0;
}

function firstPoll(orgId: string, id: string, poll: Poll): Write {
  return newWork(orgId, id, poll.dueAt ?? poll.newsAt, 'settlement', poll);
}

/** A worker that holds it looks at its poll when it gives it back: only then is `nextAt` its lease's end. */
function polledAt(orgId: string, { id }: Work, poll: Poll, nextAt: string | null): Write {
  const next = nextAt === null || (poll.dueAt !== null && poll.dueAt < nextAt) ? poll.dueAt : nextAt;
  return { op: 'update', path: paths.work(orgId, id), data: { poll, nextAt: next } };
}
