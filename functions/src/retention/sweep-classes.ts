import { paths } from '@countersign/domain/paths';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { fileSchema, type StoredFile } from '@countersign/domain/schemas/file';
import { isHeld, type LegalHold, type RetentionClass } from '@countersign/domain/schemas/retention';
import type { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { refs } from '../refs.ts';
import type { Stored, Transaction, Write } from '../store/database.ts';

/** Some of what is older than a class is kept, in the order of its age. */
export interface Batch {
  /** How many go. */
  readonly count: number;
  /** Into the commit. */
  readonly inside: (set: ChangeSet) => void;
  /**
   * After the commit, which says that it is gone: what lies outside the database. Doing it again does nothing; a worker that
   * dies before comes to the same batch again.
   */
  readonly outside: () => Promise<void>;
  /** Where the next batch begins; null when there is no more. */
  readonly next: Place | null;
}

/** The last document of a batch: the value of the field that orders them, and its id, since many have the same time. */
export type Place = readonly [value: string | number, id: string];

export interface Sweeping {
  readonly db: Pick<Transaction, 'getAll' | 'query'>;
  readonly objects: Deps['objects'];
  readonly now: Date;
  readonly orgId: string;
  /** ISO instant: what is older goes. */
  readonly before: string;
  /** Where the batch before ended; null for the first. */
  readonly after: Place | null;
  readonly holds: readonly LegalHold[];
}

const PAGE = 50;
/** For so long after its removal a file is removed again when the sweep comes by. */
const REMOVED_AGAIN_MS = 3 * 86_400_000;
/** Logs of one execution go in one batch. */
const LOG_PAGES = 400;

const startAfter = (after: Place | null): { startAfter?: readonly unknown[] } =>
  after === null ? {} : { startAfter: after };

const placeOf = ({ path, data }: Stored, field: string): Place => [
  data[field] as string | number,
  path.slice(path.lastIndexOf('/') + 1),
];

function nextOf(docs: readonly Stored[], field: string, limit: number): Place | null {
  const last = docs.at(-1);
  return last === undefined || docs.length < limit ? null : placeOf(last, field);
}

const gone = (docs: readonly { readonly path: string }[]): Write[] => docs.map(({ path }) => ({ op: 'delete', path }));

const filesOf =
  (kind: StoredFile['kind'], what: RetentionClass) =>
  async ({ db, objects, now, orgId, before, after, holds }: Sweeping): Promise<Batch> => {
    const docs = await db.query({
      collection: paths.files(orgId),
      where: [
        ['kind', '==', kind],
        ['createdAt', '<=', before],
      ],
      orderBy: [
        ['createdAt', 'asc'],
        ['__name__', 'asc'],
      ],
      limit: PAGE,
      ...startAfter(after),
    });
    const all = docs.map(({ data }) => fileSchema.parse(data));
    const files = all.filter((file) => file.erasedAt === null && !isHeld(holds, what, file.executionId));
    // Said to be gone, perhaps by a worker that died before it removed them.
    const since = new Date(now.getTime() - REMOVED_AGAIN_MS).toISOString();
    const late = all.filter(({ erasedAt }) => erasedAt !== null && erasedAt > since);
    return {
      count: files.length,
      outside: async () => {
        for (const { storagePath, generation } of [...files, ...late]) await objects.remove(storagePath, generation);
      },
      inside: (set) => {
        for (const file of files)
          set.change(refs.file(orgId, file.id), file, { erasedAt: now.toISOString(), profile: null });
      },
      next: nextOf(docs, 'createdAt', PAGE),
    };
  };

async function logsOf({ db, orgId, before, after, holds }: Sweeping): Promise<Batch> {
  const [execution] = await db.query({
    collection: paths.executions(orgId),
    where: [['requestedAt', '<=', before]],
    orderBy: [
      ['requestedAt', 'asc'],
      ['__name__', 'asc'],
    ],
    limit: 1,
    ...startAfter(after),
  });
  if (execution === undefined) return { count: 0, outside: nothing, inside: () => undefined, next: null };
  const { id } = execution.data as { id: string };
  const pages = isHeld(holds, 'logs', id)
    ? []
    : await db.query({ collection: paths.logs(orgId, id), orderBy: [['__name__', 'asc']], limit: LOG_PAGES });
  return {
    count: pages.length,
    outside: nothing,
    inside: (set) => set.also(...gone(pages)),
    next: pages.length === LOG_PAGES ? (after ?? ['', '']) : placeOf(execution, 'requestedAt'),
  };
}

async function notificationsOf({ db, orgId, before, after, holds }: Sweeping): Promise<Batch> {
  const docs = await db.query({
    collection: paths.notifications(orgId),
    where: [['createdAt', '<=', before]],
    orderBy: [
      ['createdAt', 'asc'],
      ['__name__', 'asc'],
    ],
    limit: PAGE,
    ...startAfter(after),
  });
  const free = docs.filter(
    ({ data }) => !isHeld(holds, 'notifications', (data['executionId'] as string | null) ?? null),
  );
  return {
    count: free.length,
    outside: nothing,
    inside: (set) => set.also(...gone(free)),
    next: nextOf(docs, 'createdAt', PAGE),
  };
}

/** Values behind the commitments of audit events. */
async function personalOf({ db, orgId, before, after, holds }: Sweeping): Promise<Batch> {
  const docs = await db.query({
    collection: paths.audit(orgId),
    orderBy: [
      ['seq', 'asc'],
      ['__name__', 'asc'],
    ],
    limit: PAGE,
    ...startAfter(after),
  });
  const events = docs.map(({ data }) => data as unknown as AuditEvent);
  const old = events.filter((event) => event.recordedAt <= before);
  const free = old.filter(
    ({ body }) => Object.keys(body.commitments).length > 0 && !isHeld(holds, 'personal', body.executionId),
  );
  const found = await db.getAll(free.map(({ body }) => paths.auditPersonal(orgId, body.id)));
  const there = found.filter((one) => one !== null);
  return {
    count: there.length,
    outside: nothing,
    inside: (set) => set.also(...gone(there)),
    next: old.length < PAGE ? null : nextOf(docs, 'seq', PAGE),
  };
}

const nothing = async (): Promise<void> => undefined;

export const sweepers: Readonly<Record<RetentionClass, (sweeping: Sweeping) => Promise<Batch>>> = {
  uploads: filesOf('input', 'uploads'),
  results: filesOf('result', 'results'),
  logs: logsOf,
  notifications: notificationsOf,
  personal: personalOf,
};
