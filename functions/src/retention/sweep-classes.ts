import { paths } from '@countersign/domain/paths';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { fileSchema, type StoredFile } from '@countersign/domain/schemas/file';
import { isHeld, type LegalHold, type RetentionClass } from '@countersign/domain/schemas/retention';
import type { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { refs } from '../refs.ts';
import type { Stored, Write } from '../store/database.ts';

/** Some of what is older than a class is kept, in the order of its age. */
export interface Batch {
  /** How many go. */
  readonly count: number;
  /** Before the commit: what lies outside the database. Doing it again does nothing. */
  readonly outside: () => Promise<void>;
  /** Into the commit. */
  readonly inside: (set: ChangeSet) => void;
  /** Where the next batch begins; null when there is no more. */
  readonly next: string | number | null;
}

export interface Sweeping {
  readonly deps: Deps;
  readonly orgId: string;
  /** ISO instant: what is older goes. */
  readonly before: string;
  /** Where the batch before ended; null for the first. */
  readonly after: string | number | null;
  readonly holds: readonly LegalHold[];
}

const PAGE = 50;
/** Logs of one execution go in one batch. */
const LOG_PAGES = 400;

const startAfter = (after: string | number | null): { startAfter?: readonly unknown[] } =>
  after === null ? {} : { startAfter: [after] };

function nextOf(docs: readonly Stored[], field: string, limit: number): string | number | null {
  const last = docs.at(-1);
  return last === undefined || docs.length < limit ? null : (last.data[field] as string | number);
}

const gone = (docs: readonly { readonly path: string }[]): Write[] => docs.map(({ path }) => ({ op: 'delete', path }));

const filesOf =
  (kind: StoredFile['kind'], what: RetentionClass) =>
  async ({ deps, orgId, before, after, holds }: Sweeping): Promise<Batch> => {
    const docs = await deps.db.query({
      collection: paths.files(orgId),
      where: [
        ['kind', '==', kind],
        ['createdAt', '<=', before],
      ],
      orderBy: [['createdAt', 'asc']],
      limit: PAGE,
      ...startAfter(after),
    });
    const files = docs
      .map(({ data }) => fileSchema.parse(data))
      .filter((file) => file.erasedAt === null && !isHeld(holds, what, file.executionId));
    return {
      count: files.length,
      outside: async () => {
        for (const { storagePath, generation } of files) await deps.objects.remove(storagePath, generation);
      },
      inside: (set) => {
        for (const file of files)
          set.change(refs.file(orgId, file.id), file, { erasedAt: deps.now().toISOString(), profile: null });
      },
      next: nextOf(docs, 'createdAt', PAGE),
    };
  };

async function logsOf({ deps, orgId, before, after, holds }: Sweeping): Promise<Batch> {
  const [execution] = await deps.db.query({
    collection: paths.executions(orgId),
    where: [['requestedAt', '<=', before]],
    orderBy: [['requestedAt', 'asc']],
    limit: 1,
    ...startAfter(after),
  });
  if (execution === undefined) return { count: 0, outside: nothing, inside: () => undefined, next: null };
  const { id, requestedAt } = execution.data as { id: string; requestedAt: string };
  const pages = isHeld(holds, 'logs', id)
    ? []
    : await deps.db.query({ collection: paths.logs(orgId, id), orderBy: [['__name__', 'asc']], limit: LOG_PAGES });
  return {
    count: pages.length,
    outside: nothing,
    inside: (set) => set.also(...gone(pages)),
    next: pages.length === LOG_PAGES ? (after ?? '') : requestedAt,
  };
}

async function notificationsOf({ deps, orgId, before, after, holds }: Sweeping): Promise<Batch> {
  const docs = await deps.db.query({
    collection: paths.notifications(orgId),
    where: [['createdAt', '<=', before]],
    orderBy: [['createdAt', 'asc']],
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
async function personalOf({ deps, orgId, before, after, holds }: Sweeping): Promise<Batch> {
  const docs = await deps.db.query({
    collection: paths.audit(orgId),
    orderBy: [['seq', 'asc']],
    limit: PAGE,
    ...startAfter(after),
  });
  const events = docs.map(({ data }) => data as unknown as AuditEvent);
  const old = events.filter((event) => event.recordedAt <= before);
  const free = old.filter(
    ({ body }) => Object.keys(body.commitments).length > 0 && !isHeld(holds, 'personal', body.executionId),
  );
  const found = await deps.db.getAll(free.map(({ body }) => paths.auditPersonal(orgId, body.id)));
  const there = found.filter((one) => one !== null);
  return {
    count: there.length,
    outside: nothing,
    inside: (set) => set.also(...gone(there)),
    next: old.length < PAGE ? null : (old.at(-1)?.seq ?? null),
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
