import type { Execution } from '@countersign/domain/schemas/execution';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import type { Write } from '../../../functions/src/store/database.ts';
import type { Findings } from './findings.ts';

const MINUTE_MS = 60_000;
const LATE_MS = 5 * MINUTE_MS;

/** What a schedule may do in one commit: each time becomes one run, or several missed ones become one that says so. */
export function checkSchedule(
  findings: Findings,
  writes: readonly Write[],
  before: Schedule | undefined,
  after: Schedule,
): void {
  const everyMs = Number(/^\*\/(\d+) /.exec(after.cron)?.[1]) * MINUTE_MS;
  const where = `${after.id.slice(0, 8)} due ${String(before?.nextAt)}, next ${String(after.nextAt)}`;
  const isOnTime = after.nextAt === null || Date.parse(after.nextAt) % everyMs === 0;
  findings.expect(isOnTime, 'a schedule is due at its times', where);
  const runs = writes.flatMap((write) =>
    write.op === 'create' && /\/executions\/[^/]+$/.test(write.path) ? [write.data as unknown as Execution] : [],
  );
  if (before === undefined || before.lastDueAt === after.lastDueAt) {
    findings.expect(runs.length === 0, 'a schedule begins a run for a time', where);
    return;
  }
  const [run] = runs;
  // Skipped, with its reason: the maker may not ask for it any more, or there is no file.
  if (run === undefined) {
    findings.expect(after.problem !== null, 'a time that is not run says why', where);
    return;
  }
  const { nextAt, lastDueAt } = after;
  const askedMs = Date.parse(run.requestedAt);
  const dueMs = Date.parse(before.nextAt ?? '');
  const lastMs = Date.parse(lastDueAt ?? '');
  findings.expect(before.active && run.origin.dueAt === before.nextAt, 'a run is for the time that was due', where);
  findings.expect(run.requestedBy === before.madeBy, 'who made a schedule asks for its runs', where);
  findings.expect(lastMs >= dueMs && lastMs <= askedMs, 'a run is for times that have come', where);
  const isAllMissed = nextAt !== null && Date.parse(nextAt) === lastMs + everyMs && Date.parse(nextAt) > askedMs;
  findings.expect(isAllMissed, 'missed times are run once', where);
  const isLate = askedMs - dueMs > LATE_MS || lastMs > dueMs;
  const says = writes.some(({ path }) => path.endsWith(`/logs/${'0'.repeat(12)}`));
  findings.expect(says === isLate, 'a late run says so', where);
}
