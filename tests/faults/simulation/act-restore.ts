import type { StreamHead } from '@countersign/domain/schemas/stream';
import { paths } from '@countersign/domain/paths';
import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { afterRestore } from '../../../functions/src/engine/restored.ts';
import type { Write } from '../../../functions/src/store/database.ts';
import type { Restore } from './acts.ts';
import type { SimWorld } from './sim-world.ts';

/** What was sent and not answered has arrived by then. */
const ALL_ARRIVED_MS = 60_000;
const WRITES_A_COMMIT = 300;
const MAX_TRIES = 12;

/** The database is lost, and one of some time ago comes back; what was paid since is not in it. */
export async function playRestore(world: SimWorld, restore: Restore): Promise<void> {
  const { scheduler, observer } = world;
  await scheduler.sleep(restore.backupAfterMs, 'backup');
  const backup = observer.backup();
  const sinceMs = scheduler.now;
  await scheduler.sleep(restore.lostMs, 'until the database is lost');
  world.faults.count('restore', `lost since ${new Date(sinceMs).toISOString()}`);
  world.crashAll();
  await scheduler.sleep(ALL_ARRIVED_MS, 'all is down');
  await bringBack(world, backup);
  world.restored = { sinceMs, untilMs: scheduler.now };
  const isFound = isContradicted(world);
  if (restore.toldAfterMs > 0 && isFound) await untold(world, restore.toldAfterMs);
  await tell(world, new Date(sinceMs).toISOString());
  world.goOn();
  await scheduler.sleep(restore.stopLiftedAfterMs, 'looked through');
  await world.ask('ada', 'setStop', { active: false, reason: 'looked through' }, 'restored-lift-stop');
}

async function bringBack(world: SimWorld, backup: ReadonlyMap<string, Record<string, unknown>>): Promise<void> {
  const { observer, base } = world;
  const writes: Write[] = [];
  for (const path of observer.documents.keys()) if (!backup.has(path)) writes.push({ op: 'delete', path });
  for (const [path, data] of backup) if (observer.get(path) !== data) writes.push({ op: 'set', path, data });
  for (let at = 0; at < writes.length; at += WRITES_A_COMMIT)
    await base.db.commit(writes.slice(at, at + WRITES_A_COMMIT));
  observer.broughtBack(backup);
}

/** Whether more was vouched for than the database has: then the platform must find out by itself. */
function isContradicted({ observer, notes, orgId }: SimWorld): boolean {
  const sizes = new Map<string, number>();
  for (const note of notes.values()) {
    const { origin, size } = parseCheckpoint(note);
    for (const name of ['ledger', 'audit'] as const)
      if (origin.includes(`/${name}`)) sizes.set(name, Math.max(size, sizes.get(name) ?? 0));
  }
  return [...sizes].some(([name, size]) => {
    const head = observer.get(paths.streamHead(orgId, name as 'ledger' | 'audit')) as unknown as StreamHead | undefined;
    return size > (head?.size ?? 0);
  });
}

/** All goes on as if nothing had happened, and an admin lifts every stop: no money may move. */
async function untold(world: SimWorld, forMs: number): Promise<void> {
  const { scheduler } = world;
  world.goOn();
  world.mayNotPay = true;
  const until = scheduler.now + forMs;
  for (let round = 0; scheduler.now < until; round += 1) {
    await scheduler.sleep(20_000, 'untold');
    await world.ask('ada', 'setStop', { active: false, reason: 'it must be a mistake' }, `untold-lift-${round}`);
  }
  world.crashAll();
  await scheduler.sleep(ALL_ARRIVED_MS, 'all is down again');
  world.mayNotPay = false;
}

async function tell(world: SimWorld, lostSince: string): Promise<void> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const wasCalm = world.faults.calm;
    world.faults.calm ||= attempt === MAX_TRIES;
    const isTold = await world
      .within('seed', async (deps) => afterRestore(deps, world.orgId, lostSince), 'also when all is down')
      .then(() => true)
      .catch((error: unknown) => {
        world.expectSpeakable(error, 'after-restore');
        return false;
      });
    world.faults.calm = wasCalm;
    if (isTold) return;
    await world.scheduler.sleep(2_000, 'tell again');
  }
  world.findings.add('violation', 'a restore can be told of', lostSince);
}
