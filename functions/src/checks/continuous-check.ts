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
import type { Write } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import type { Finding } from '../streams/verify/findings.ts';
import { verifyOrganization } from '../streams/verify/index.ts';
import { checkSlice } from './check-slice.ts';
import type { Checked } from './checked.ts';
import { epochIn } from './epoch.ts';
import { alertsOf } from './finding-alerts.ts';

const STREAMS: readonly StreamName[] = ['ledger', 'audit'];
/** The one piece of work of this kind in an organization. */
export const CHECK_WORK = 'continuous-check';
/** An intent is decided within a second and sealed within ten; after this, something does not get on. */
const WAITS_TOO_LONG_MS = 2 * 60_000;
/** Of all time, the share that checking everything may take: one in so many. */
const REST_FACTOR = 20;
/** Between two turns of a cycle. */
const PAUSE_MS = 10_000;
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

/**
 * One turn of the check of an organization: small books whole, larger ones a part after the other and what is new. What it
 * finds becomes alerts, an event of the audit log, and messages to those who oversee.
 */
export async function checkStep(deps: Deps, lease: Lease): Promise<void> {
  const { orgId } = lease;
  const started = deps.now().getTime();
  const sizes = await sizesOf(deps, orgId);
  const clock = await waitingTooLong(deps, orgId);
  const whole = sizes.ledger + sizes.audit <= config.checkWholeUpTo;
  const checked = whole ? await checkAll(deps, orgId) : await checkSlice(deps, lease);
  const findings = [...clock, ...checked.findings];
  const standing = distinct([...findings, ...checked.standing]);
  const at = deps.now();
  const tookMs = Math.max(0, at.getTime() - started);
  const pauseMs = checked.goesOn ? PAUSE_MS : Math.max(config.checkEveryMs, whole ? tookMs * REST_FACTOR : 0);
  const result: CheckResult = {
    at: at.toISOString(),
    ok: standing.length === 0,
    scope: checked.scope,
    because: checked.because,
    ledgerSize: sizes.ledger,
    auditSize: sizes.audit,
    findingCount: Math.max(standing.length, clock.length + checked.findingCount),
    findings: standing.slice(0, KEPT).map(({ check, where, message }) => ({ check, where, message })),
    cycle: checked.cycle,
    tookMs,
    nextAt: new Date(at.getTime() + pauseMs).toISOString(),
  };
  await record(deps, lease, result, findings, checked.writes);
  await drainStream(deps.streams, orgId, 'audit');
}

const distinct = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((one) => [`${one.check} ${one.where} ${one.message}`, one])).values(),
];

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

/** Everything that the verifier finds; or why it could not say. */
async function checkAll(deps: Deps, orgId: string): Promise<Checked> {
  const epoch = await epochIn(deps.db, orgId);
  const notes = await Promise.all(STREAMS.map((name) => deps.streams.publisher.latest(orgId, name, epoch)));
  const rest = { standing: [], cycle: null, writes: [], goesOn: false };
  try {
    const { findings, findingCount } = await verifyOrganization(deps.db, orgId, {
      checkpoints: notes.filter((note) => note !== null),
      publicKey: await deps.streams.signer.publicKey(),
    });
    return { scope: 'full', because: null, findings, findingCount, ...rest };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'unavailable') throw error;
    const because = 'so much was being recorded that it could not be read as of one moment';
    return { scope: 'clock', because, findings: [], findingCount: 0, ...rest };
  }
}

async function record(
  deps: Deps,
  lease: Lease,
  result: CheckResult,
  findings: readonly Finding[],
  more: readonly Write[],
): Promise<void> {
  const { orgId } = lease;
  await fenced(deps, lease, async (tx) => {
    const alerts = await alertsOf(tx, orgId, findings, result.at);
    const writes: Write[] = [
      release(lease, result.nextAt),
      { op: 'set', path: paths.latestCheck(orgId), data: { ...result } },
      ...alerts.writes,
      ...more,
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
