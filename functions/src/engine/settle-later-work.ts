import type { Execution } from '@countersign/domain/schemas/execution';
import { read, type Transaction, type Write } from '../store/database.ts';
import { dueAt, isHeld, newWork, workRef } from './work.ts';

const DAY_MS = 86_400_000;

/** The work document of a run's settlement: apart from the run's own, for news come while that one is held. */
export function settlementWorkId(executionId: string): string {
  return `settlement-${executionId}`;
}

const PREFIX = settlementWorkId('');

export function executionOf(workId: string): string {
  return workId.startsWith(PREFIX) ? workId.slice(PREFIX.length) : workId;
}

/** Money is on its way: should nobody tell us what becomes of it, the provider is asked in a day. */
export async function ensureSettlement(
  tx: Transaction,
  orgId: string,
  executionId: string,
  now: string,
): Promise<Write[]> {
  const id = settlementWorkId(executionId);
  const work = await read(tx, workRef(orgId, id));
  if (work !== null && work.nextAt !== null) return [];
  const nextAt = new Date(Date.parse(now) + DAY_MS).toISOString();
  return [work === null ? newWork(orgId, id, nextAt, 'settlement') : dueAt(orgId, id, nextAt)];
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

/** For the commit that ends a run: news that came too early is looked at now, and money on its way is asked for. */
export async function settlementAtEnd(
  tx: Transaction,
  orgId: string,
  executionId: string,
  transit: Execution['transit'],
  now: string,
): Promise<Write[]> {
  const id = settlementWorkId(executionId);
  const work = await read(tx, workRef(orgId, id));
  if (work !== null) return isHeld(work, new Date(now)) ? [] : [dueAt(orgId, id, now)];
  if (transit === null || transit.inTransit.length === 0) return [];
  return [newWork(orgId, id, new Date(Date.parse(now) + DAY_MS).toISOString(), 'settlement')];
}
