import { derivedId } from '@countersign/domain/hash';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { CheckResult } from '@countersign/domain/schemas/check';
import type { StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import { config } from '../config.ts';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { holdersOf, messageWrites } from '../engine/notifications.ts';
import { fenced, newWork, release, type Lease } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import type { Finding } from '../streams/verify/findings.ts';
import { verifyOrganization } from '../streams/verify/index.ts';
import { alertsOf } from './finding-alerts.ts';

const STREAMS: readonly StreamName[] = ['ledger', 'audit'];
/** The one piece of work of this kind in an organization. */
export const CHECK_WORK = 'continuous-check';
/** An intent is decided within a second and sealed within ten; after this, something does not get on. */
const WAITS_TOO_LONG_MS = 2 * 60_000;
/** More leaves than one worker reads in its time. */
const MAX_LEAVES = 400_000;
/** A check is begun at most so often, however long it takes. */
const REST_FACTOR = 20;
const KEPT = 20;

/** Where the check is told to begin; once it is there, it goes on by itself. */
export async function ensureCheck({ db, now }: Pick<Deps, 'db' | 'now'>, orgId: string): Promise<void> {
  if ((await db.get(paths.work(orgId, CHECK_WORK))) !== null) return;
  const nextAt = new Date(now().getTime() + config.checkEveryMs).toISOString();
  await db.commit([newWork(orgId, CHECK_WORK, nextAt, 'check')]).catch(unlessThere);
}

function unlessThere(error: unknown): void {
  if (!isAppError(error) || error.code !== 'already_exists') throw error;
}

/** One check of an organization: what it finds becomes alerts, an event of the audit log, and messages to those who oversee. */
export async function checkStep(deps: Deps, lease: Lease): Promise<void> {
  const { orgId } = lease;
  const started = deps.now().getTime();
  const sizes = await sizesOf(deps, orgId);
  const clock = await waitingTooLong(deps, orgId);
  const full = await checkAll(deps, orgId, sizes.ledger + sizes.audit);
  const findings = [...clock, ...(typeof full === 'string' ? [] : full)];
  const tookMs = Math.max(0, deps.now().getTime() - started);
  const result: CheckResult = {
    at: deps.now().toISOString(),
    ok: findings.length === 0,
    scope: typeof full === 'string' ? 'clock' : 'full',
    because: typeof full === 'string' ? full : null,
    ledgerSize: sizes.ledger,
    auditSize: sizes.audit,
    findingCount: findings.length,
    findings: findings.slice(0, KEPT).map(({ check, where, message }) => ({ check, where, message })),
    tookMs,
    nextAt: new Date(deps.now().getTime() + Math.max(config.checkEveryMs, tookMs * REST_FACTOR)).toISOString(),
  };
  await record(deps, lease, result, findings);
  if (!result.ok) await drainStream(deps.streams, orgId, 'audit');
}

async function sizesOf({ db }: Deps, orgId: string): Promise<Record<StreamName, number>> {
  const [ledger, audit] = await db.getAll(STREAMS.map((name) => paths.streamHead(orgId, name)));
  const size = (stored: typeof ledger): number => (stored == null ? 0 : (stored.data as StreamHead).size);
  return { ledger: size(ledger), audit: size(audit) };
}

/** Intents that nobody decides, and leaves that nobody seals. */
async function waitingTooLong({ db, now }: Deps, orgId: string): Promise<Finding[]> {
  const before = new Date(now().getTime() - WAITS_TOO_LONG_MS).toISOString();
  const findings: Finding[] = [];
  for (const name of STREAMS) {
    const [oldest] = await db.query({
      collection: paths.inboxes(orgId, name),
      orderBy: [['createdAt', 'asc']],
      limit: 1,
    });
    const since = oldest === undefined ? null : String(oldest.data['createdAt']);
    if (since !== null && since < before)
      findings.push({ check: 'waiting', where: `${name} inbox`, message: `an intent has waited since ${since}` });
    const head = (await db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined;
    if (head?.unsealedSince != null && head.unsealedSince < before)
      findings.push({
        check: 'waiting',
        where: `${name} stream`,
        message: `what was recorded since ${head.unsealedSince} is under no checkpoint yet`,
      });
  }
  return findings;
}

/** Everything that the verifier finds; or why it was not asked. */
async function checkAll(deps: Deps, orgId: string, leaves: number): Promise<readonly Finding[] | string> {
  if (leaves > MAX_LEAVES)
    return `the streams have ${leaves} entries, more than are read here in one go: run "npm run verify"`;
  const epoch = (await read(deps.db, refs.organization(orgId)))?.restored?.epoch ?? 0;
  const notes = await Promise.all(STREAMS.map((name) => deps.streams.publisher.latest(orgId, name, epoch)));
  try {
    const { findings } = await verifyOrganization(deps.db, orgId, {
      checkpoints: notes.filter((note) => note !== null),
      publicKey: await deps.streams.signer.publicKey(),
    });
    return findings;
  } catch (error) {
    if (isAppError(error) && error.code === 'unavailable')
      return 'so much was being recorded that it could not be read as of one moment';
    throw error;
  }
}

async function record(deps: Deps, lease: Lease, result: CheckResult, findings: readonly Finding[]): Promise<void> {
  const { orgId } = lease;
  await fenced(deps, lease, async (tx) => {
    const alerts = await alertsOf(tx, orgId, findings, result.at);
    const writes: Write[] = [
      release(lease, result.nextAt),
      { op: 'set', path: paths.latestCheck(orgId), data: { ...result } },
      ...alerts.writes,
    ];
    // Told once: the same again only moves the alerts' last sight.
    if (alerts.fresh.length === 0) return tx.write(...writes);
    const about = derivedId('check', orgId, ...alerts.fresh);
    const change = new ChangeSet(orgId, `check-${about}-${lease.token}`, { kind: 'system', part: 'tick' }, result.at);
    const people = [...(await holdersOf(tx, orgId, 'auditor')), ...(await holdersOf(tx, orgId, 'admin'))];
    const first = result.findings[0];
    change.also(
      ...writes,
      ...messageWrites(
        orgId,
        people,
        {
          about,
          title: 'The continuous check found something that does not hold',
          body: first === undefined ? '' : `${first.where} ${first.message}`.slice(0, 500),
          executionId: null,
        },
        result.at,
      ),
    );
    return tx.write(
      ...change.toWrites('check.failed', {
        data: {
          findings: String(result.findingCount),
          first: `${first?.where ?? ''} ${first?.message ?? ''}`.slice(0, 300),
        },
      }),
    );
  });
}
