import { isAppError, type AppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { CommandName } from '@countersign/domain/schemas/commands';
import { idSchema, type Actor, type Role } from '@countersign/domain/schemas/common';
import type { StatementQueryName } from '@countersign/domain/schemas/statement';
import * as z from 'zod';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Database, type Stored, type Write } from '../store/database.ts';
import { drainStream, type StreamDeps } from '../streams/index.ts';

/** Who has not signed in: all of them count as one caller. No account of a sign-in has an empty id. */
const NOBODY = '';

/**
 * `orgs/{orgId}/denials/{id}`: refused commands and queries of one caller in one minute, counted by command and code. The
 * first of each has an event at once; how many there were is told when the minute is over, so that nobody floods the log.
 */
export const denialsSchema = z.strictObject({
  /** Empty for whoever has not signed in. */
  uid: z.string(),
  /** `YYYY-MM-DDTHH:MM`, UTC. */
  minute: z.string(),
  /** By `command code`. */
  counts: z.record(z.string(), z.int().min(1)),
});
type Denials = z.infer<typeof denialsSchema>;

const minuteOf = (now: Date): string => now.toISOString().slice(0, 16);

/** What one document has to take: those that come while a commit is under way go into the next one together. */
interface Lane {
  waiting: string[];
  next: Promise<void> | null;
  running: Promise<void>;
}
const lanes = new WeakMap<Database, Map<string, Lane>>();

const DENIALS: ReadonlySet<string> = new Set([
  'unauthenticated',
  'permission_denied',
  'self_approval',
  'stale_digest',
  'already_signed',
  'idempotency_key_reused',
]);

type DenialDeps = Pick<Deps, 'db' | 'now'> & { readonly streams: StreamDeps };
/** What a request that was refused says of itself, before anything of it is believed. */
const namingSchema = z.object({ orgId: idSchema });

/** Whether an error refuses a request that was understood, and so is logged, and counted in the audit log. */
export async function recordDenial(
  deps: DenialDeps,
  command: CommandName | StatementQueryName,
  caller: { readonly uid: string } | null,
  raw: unknown,
  failure: AppError,
): Promise<void> {
  if (!DENIALS.has(failure.code)) return;
  const orgId = namingSchema.safeParse(raw).data?.orgId ?? null;
  log.commandDenied({ command, uid: caller?.uid ?? null, orgId, code: failure.code });
  if (orgId === null) return;
  try {
    await countDenial(deps, orgId, caller?.uid ?? NOBODY, command, failure);
    await drainStream(deps.streams, orgId, 'audit');
  } catch {
    // The store is away: the refusal itself stands.
  }
}

/** Count a refusal; the first of its kind in a minute is told to the audit log in the same commit. */
async function countDenial(
  deps: DenialDeps,
  orgId: string,
  uid: string,
  command: string,
  { code }: AppError,
): Promise<void> {
  const minute = minuteOf(deps.now());
  const path = paths.denials(orgId, derivedId('denials', uid, minute));
  const ofDatabase = lanes.get(deps.db) ?? new Map<string, Lane>();
  lanes.set(deps.db, ofDatabase);
  const lane = ofDatabase.get(path) ?? { waiting: [], next: null, running: Promise.resolve() };
  ofDatabase.set(path, lane);
  lane.waiting.push(`${command} ${code}`);
  lane.next ??= lane.running.then(async () => {
    const kinds = lane.waiting;
    [lane.waiting, lane.next] = [[], null];
    lane.running = add(deps, orgId, path, { uid, minute }, kinds)
      .catch(() => undefined)
      .finally(() => {
        if (lane.next === null) ofDatabase.delete(path);
      });
    await lane.running;
  });
  await lane.next;
}

const MAX_TRIES = 5;

async function add(
  deps: DenialDeps,
  orgId: string,
  path: string,
  caller: Pick<Denials, 'uid' | 'minute'>,
  kinds: readonly string[],
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await deps.db.transaction(async (tx) => {
        if ((await tx.get(paths.organization(orgId))) === null) return;
        const stored = await tx.get(path);
        const counts = stored === null ? {} : { ...denialsSchema.parse(stored.data).counts };
        const fresh = new Set(kinds.filter((kind) => counts[kind] === undefined));
        const member = caller.uid === NOBODY ? null : await read(tx, refs.member(orgId, caller.uid));
        for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
        tx.write({ op: 'set', path, data: { ...caller, counts } });
        for (const kind of fresh) tx.write(...firstOfItsKind(deps, orgId, caller, member?.roles ?? [], kind));
      });
    } catch (error) {
      if (!isAppError(error) || !error.retryable || tries === MAX_TRIES) throw error;
    }
  }
}

function firstOfItsKind(
  deps: DenialDeps,
  orgId: string,
  { uid, minute }: Pick<Denials, 'uid' | 'minute'>,
  roles: readonly Role[],
  kind: string,
): Write[] {
  const [command = '', code = ''] = kind.split(' ');
  const commitId = `denied-${derivedId('denied', uid, command, code, minute)}`;
  const actor: Actor = uid === NOBODY ? { kind: 'system', part: 'engine' } : { kind: 'member', uid, roles: [...roles] };
  const change = new ChangeSet(orgId, commitId, actor, deps.now().toISOString());
  return change.toWrites('command.denied', { data: { command, code } });
}

const MINUTES_A_TICK = 100;

/** Tell the audit log how many commands were refused in the minutes that are over. */
export async function tellDenials(deps: Deps): Promise<void> {
  const over = await deps.db.query({
    collection: 'denials',
    group: true,
    where: [['minute', '<', minuteOf(deps.now())]],
    orderBy: [['minute', 'asc']],
    limit: MINUTES_A_TICK,
  });
  for (const stored of over) await tell(deps, stored);
}

async function tell(deps: Deps, { path }: Stored): Promise<void> {
  const [, orgId = ''] = path.split('/');
  const told = await deps.db.transaction(async (tx) => {
    const stored = await tx.get(path);
    if (stored === null) return false;
    const { uid, minute, counts } = denialsSchema.parse(stored.data);
    // One of each kind: its own event has said all.
    if (Object.values(counts).every((count) => count === 1)) {
      tx.write({ op: 'delete', path });
      return false;
    }
    const commitId = `denials-${derivedId('denials-counted', uid, minute)}`;
    const change = new ChangeSet(orgId, commitId, { kind: 'system', part: 'tick' }, deps.now().toISOString());
    change.also({ op: 'delete', path });
    const all = Object.entries(counts).map(([key, count]) => [key, String(count)] as const);
    // Beyond the first of each kind, which had its own event.
    const more = Object.values(counts).reduce((sum, count) => sum + count - 1, 0);
    const data = { uid, minute, count: String(more), ...Object.fromEntries(all) };
    tx.write(...change.toWrites('command.denials_counted', { data }));
    return true;
  });
  if (told) await drainStream(deps.streams, orgId, 'audit');
}
