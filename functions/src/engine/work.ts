import { AppError, isAppError } from '@countersign/domain/errors';
import { instantSchema } from '@countersign/domain/schemas/common';
import { paths } from '@countersign/domain/paths';
import * as z from 'zod';
import { config } from '../config.ts';
import { log } from '../log.ts';
import { read, type DocRef, type Transaction, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';

const pollSchema = z.strictObject({
  /** When it became known last where money is: its end, or an outcome that changed. */
  newsAt: instantSchema,
  /** The next sweep over the pages, or the next step of the one under way; null when all has been asked. */
  dueAt: instantSchema.nullable(),
  /** What was due until then has been asked; null before the first sweep. */
  since: instantSchema.nullable(),
  /** One sweep may take several steps: `page` is where it goes on. */
  sweep: z.strictObject({ begunAt: instantSchema, page: z.int().min(0) }).nullable(),
});
export type Poll = z.infer<typeof pollSchema>;

/**
 * `orgs/{orgId}/work/{id}`: what waits for a machine. `nextAt` is set in the commit that made it wait; the trigger on
 * this document wakes a worker at once, and the tick wakes what was forgotten. `token` only grows: it fences.
 */
export const workSchema = z.strictObject({
  id: z.string(),
  orgId: z.string(),
  /** An execution that goes on; one that has ended, and of whose money there is news; an evidence pack to be made; the continuous check. */
  kind: z.enum(['execution', 'settlement', 'evidence', 'check', 'retention']),
  nextAt: instantSchema.nullable(),
  token: z.int().min(0),
  lease: z.strictObject({ owner: z.string(), expiresAt: instantSchema }).nullable(),
  /** Steps that failed, or whose worker died, since the last one that did not. */
  failures: z.int().min(0).default(0),
  /** Of a settlement: when the provider is asked of itself, without being told that there is news. */
  poll: pollSchema.nullable().default(null),
});
export type Work = z.infer<typeof workSchema>;

export const workRef = (orgId: string, id: string): DocRef<Work> => ({
  path: paths.work(orgId, id),
  schema: workSchema,
});

/** The write that makes an execution wait for a machine, to go into the commit that causes it. */
export function newWork(
  orgId: string,
  id: string,
  nextAt: string,
  kind: Work['kind'] = 'execution',
  poll: Poll | null = null,
): Write {
  return {
    op: 'create',
    path: paths.work(orgId, id),
    data: { id, orgId, kind, nextAt, token: 0, lease: null, failures: 0, poll } satisfies Work,
  };
}

/** Due now, or at a time; null when nothing more will happen by itself. Leaves token and lease alone. */
export function dueAt(orgId: string, id: string, nextAt: string | null): Write {
  return { op: 'update', path: paths.work(orgId, id), data: { nextAt } };
}

export interface Lease {
  readonly orgId: string;
  readonly workId: string;
  readonly kind: Work['kind'];
  readonly owner: string;
  readonly token: number;
  /** See `Work`; those before this lease. */
  readonly failures: number;
}

/** Whether work may be taken: due, and nobody holds it. */
export function isDue(work: Work, now: Date): boolean {
  return work.nextAt !== null && Date.parse(work.nextAt) <= now.getTime() && !isHeld(work, now);
}

export function isHeld(work: Work, now: Date): boolean {
  return work.lease !== null && Date.parse(work.lease.expiresAt) > now.getTime();
}

const MINUTE_MS = 60_000;
const MAX_DELAY_MINUTES = 60;
/** Deployments end workers too: only one that dies again and again is made to wait for longer than its lease. */
const DEATHS_AT_ONCE = 5;

/** 1, 2, 4, … minutes after the first, second, third, … failure in a row, up to an hour. */
export function retryDelayMs(failures: number): number {
  return Math.min(MAX_DELAY_MINUTES, 2 ** (failures - 1)) * MINUTE_MS;
}

/** Take the work, or null when it is not due or somebody holds it. The token is larger than any before it. */
export async function takeLease(deps: Deps, orgId: string, workId: string): Promise<Lease | null> {
  const owner = deps.newId();
  const taken = await changeWork(deps, orgId, workId, (work) => {
    // The commit happened, and its answer was lost.
    if (work?.lease?.owner === owner) return work;
    if (work === null || !isDue(work, deps.now())) return null;
    // Not given back: its worker died, or was too slow.
    const failures = work.lease === null ? work.failures : work.failures + 1;
    if (work.lease !== null && failures > DEATHS_AT_ONCE) {
      const later = new Date(deps.now().getTime() + retryDelayMs(failures)).toISOString();
      return { ...work, lease: null, nextAt: later, failures };
    }
    const expiresAt = expiry(deps);
    // Due again when the lease ends: if this worker dies, the tick finds the work then.
    return { ...work, token: work.token + 1, lease: { owner, expiresAt }, nextAt: expiresAt, failures };
  });
  if (taken?.lease?.owner !== owner) return null;
  return { orgId, workId, kind: taken.kind, owner, token: taken.token, failures: taken.failures };
}

const MAX_TRIES = 5;

/**
 * Read, decide, and write if nobody has written since. Not a transaction: its lock on the document, which every commit
 * of the worker reads, and the wish of several to write it would hold up each other until all of them give up.
 */
async function changeWork(
  deps: Deps,
  orgId: string,
  workId: string,
  decide: (work: Work | null) => Work | null,
): Promise<Work | null> {
  const { path, schema } = workRef(orgId, workId);
  for (let attempt = 1; ; attempt += 1) {
    const stored = await deps.db.get(path);
    const work = stored === null ? null : schema.parse(stored.data);
    const changed = decide(work);
    if (stored === null || changed === null || changed === work) return changed;
    const { token, lease, nextAt, failures } = changed;
    try {
      const data = { token, lease, nextAt, failures };
      await deps.db.commit([{ op: 'update', path, data, ifUpdateTime: stored.updateTime }]);
      return changed;
    } catch (error) {
      // It may have happened: the next look tells.
      const again = isAppError(error) && (error.code === 'failed_precondition' || error.retryable);
      if (!again || attempt === MAX_TRIES) throw error;
    }
  }
}

/**
 * A commit of a worker: `decide` reads and writes in a transaction that holds only while the lease does. The lease is
 * read in the same round trip as what `decide` reads first; nothing is written before it is known to be held.
 * @throws AppError `lease_lost` when another worker has taken over
 */
export async function fenced<T>(deps: Deps, lease: Lease, decide: (tx: Transaction) => Promise<T>): Promise<T> {
  return deps.db.transaction(async (tx) => {
    const [held, decided] = await Promise.allSettled([assertHeld(tx, lease), decide(tx)]);
    if (held.status === 'rejected') throw held.reason;
    if (decided.status === 'rejected') throw decided.reason;
    return decided.value;
  });
}

async function assertHeld(tx: Transaction, lease: Lease): Promise<void> {
  assertHolds(await read(tx, workRef(lease.orgId, lease.workId)), lease);
}

function assertHolds(work: Work | null, lease: Lease): asserts work is Work {
  if (work === null || work.token !== lease.token || work.lease?.owner !== lease.owner) {
    throw new AppError('lease_lost', 'Another worker has taken over', { details: { token: lease.token } });
  }
}

/** Lengthen the lease. @throws AppError `lease_lost` */
export async function renewLease(deps: Deps, lease: Lease): Promise<void> {
  await changeWork(deps, lease.orgId, lease.workId, (work) => {
    assertHolds(work, lease);
    const expiresAt = expiry(deps);
    return { ...work, lease: { owner: lease.owner, expiresAt }, nextAt: expiresAt };
  });
}

/** The write that gives the work back, due again at `nextAt` or never; for the worker's last commit. */
export function release(lease: Lease, nextAt: string | null): Write {
  return { op: 'update', path: paths.work(lease.orgId, lease.workId), data: { lease: null, nextAt, failures: 0 } };
}

/** The write that gives the work back after a step that failed. */
export function failedAgain(lease: Lease, now: Date): Write {
  const failures = lease.failures + 1;
  const nextAt = new Date(now.getTime() + retryDelayMs(failures)).toISOString();
  return { op: 'update', path: paths.work(lease.orgId, lease.workId), data: { lease: null, nextAt, failures } };
}

function expiry(deps: Deps): string {
  return new Date(deps.now().getTime() + config.leaseMs).toISOString();
}

/** Renew the lease in the background until stopped. When it is lost, `lost` says so, and every later commit fails. */
export function keepLease(deps: Deps, lease: Lease): { stop: () => void; lost: () => boolean } {
  let lost = false;
  const timer = setInterval(
    () => {
      renewLease(deps, lease).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'lease_lost') {
          lost = true;
          log.workLost({ orgId: lease.orgId, workId: lease.workId, token: lease.token });
        }
      });
    },
    Math.max(500, Math.floor(config.leaseMs / 3)),
  );
  timer.unref();
  return { stop: () => clearInterval(timer), lost: () => lost };
}
