import { tellDenials } from '../commands/denials.ts';
import { log } from '../log.ts';
import { ensureCheck } from '../checks/continuous-check.ts';
import { drainForgotten } from '../streams/index.ts';
import { cosignDue } from '../witnesses/cosign.ts';
import type { Deps } from './deps.ts';
import { expireJournals } from './expire-journals.ts';
import { renewByCalendars } from './schedules-renew.ts';
import { runSchedules } from './schedules.ts';
import { stopRolledBack } from './restored.ts';
import { sweepDrafts } from './sweep-drafts.ts';
import { sweepSecrets } from './sweep-secrets.ts';
import { isDue, workSchema } from './work.ts';

const WORK_A_TICK = 100;
/** What became due just now has been woken by who made it due; a second task for it would only cost a process. */
export const WAKE_GRACE_MS = 3_000;

/**
 * Wake what is due, begin what is scheduled, drain what was left in an inbox, seal what is unsealed, have it cosigned, delete secrets and drafts that
 * nothing names. Each part is tried whatever became of the others.
 */
export async function runTick(deps: Deps, graceMs = 0): Promise<{ woken: number }> {
  const started = deps.now().getTime();
  let woken = 0;
  await part('wake', async () => {
    woken = await wakeDue(deps, graceMs);
  });
  await part('calendars', () => renewByCalendars(deps));
  await part('schedules', async () => {
    woken += (await runSchedules(deps)).begun;
  });
  await part('expiry of journals', async () => void (await expireJournals(deps)));
  await part('denials', () => tellDenials(deps));
  await part('streams', async () => {
    const { problems, sealedOf } = await drainForgotten(deps.streams);
    for (const orgId of sealedOf) await ensureCheck(deps, orgId);
    for (const { orgId, name, code, message, rolledBack } of problems) {
      log.tickFailed({ part: `stream ${name} of ${orgId} (${code})`, message });
      if (rolledBack !== null) await stopRolledBack(deps, orgId, rolledBack);
    }
  });
  await part('witnesses', async () => void (await cosignDue(deps.streams)));
  await part('secrets', async () => {
    await sweepSecrets(deps);
  });
  await part('drafts', async () => void (await sweepDrafts(deps)));
  log.ticked({ woken, ms: deps.now().getTime() - started });
  return { woken };
}

async function wakeDue(deps: Deps, graceMs: number): Promise<number> {
  const now = deps.now();
  const due = await deps.db.query({
    collection: 'work',
    group: true,
    where: [['nextAt', '<=', new Date(now.getTime() - graceMs).toISOString()]],
    orderBy: [['nextAt', 'asc']],
    limit: WORK_A_TICK,
  });
  const free = due.map((stored) => workSchema.parse(stored.data)).filter((work) => isDue(work, now));
  for (const work of free) await deps.wake(work.orgId, work.id);
  return free.length;
}

async function part(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    log.tickFailed({ part: name, message: error instanceof Error ? error.message : String(error) });
  }
}
