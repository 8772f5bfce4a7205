import type { Database } from '../store/database.ts';
import type { SealDeps } from '../streams/ports.ts';
import { Findings, type Finding } from '../streams/verify/findings.ts';
import { checkSlice } from './check-slice.ts';
import type { Budget } from './turn.ts';

const MAX_TURNS = 5_000;

/** Turns until a cycle that began after this call has ended. @returns everything that they found, and how many they were */
export async function wholeCycle(
  db: Database,
  streams: SealDeps,
  orgId: string,
  budget: Budget,
  between: (turn: number) => Promise<void> = async () => undefined,
): Promise<{ findings: Finding[]; turns: number; reads: number }> {
  const found = new Findings();
  let begun: number | null = null;
  for (let turns = 1; turns <= MAX_TURNS; turns += 1) {
    const { findings, cycle, writes } = await checkSlice(
      { db, streams: { ...streams, db }, now: streams.now },
      { orgId },
      budget,
    );
    await db.commit(writes);
    for (const { check, where, message } of findings) found.add(check, where, message);
    if (writes.some(({ path }) => path.includes('/audit/inbox/'))) begun = cycle?.number ?? 0;
    if (begun !== null && cycle?.startedAt === null && cycle.number >= begun)
      return { findings: found.kept, turns, reads: 0 };
    await between(turns);
  }
  throw new Error('the cycle does not end');
}
