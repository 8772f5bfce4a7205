import type { StreamName } from '@countersign/domain/schemas/stream';
import { BalanceRows } from './balance-rows.ts';
import { Marks } from './marks.ts';
import type { Cycle, EndedCycle } from './notes.ts';
import { documentsPass, executionsPass, unheardOfPass } from './passes/document-passes.ts';
import { accountsPass, balancesRead, journalsPass, periodsPass, sumsPass } from './passes/ledger-passes.ts';
import { eventsPass, personalPass } from './passes/log-passes.ts';
import { monthNamesPass, monthsPass } from './passes/month-passes.ts';
import type { Pass } from './passes/pass.ts';
import { checkpointsPass, tileNamesPass, tilesPass } from './passes/tree-passes.ts';
import type { Turn } from './turn.ts';

/** In this order: balances are read before the journals that they are the sum of. */
const PASSES: readonly Pass[] = [
  accountsPass,
  periodsPass,
  balancesRead,
  journalsPass,
  sumsPass,
  monthNamesPass,
  monthsPass,
  tilesPass('ledger'),
  tileNamesPass('ledger'),
  eventsPass,
  personalPass,
  tilesPass('audit'),
  tileNamesPass('audit'),
  checkpointsPass,
  documentsPass,
  unheardOfPass,
  executionsPass,
];

const MAX_KEPT = 50;

export function newCycle(number: number, startedAt: string, sizes: Readonly<Record<StreamName, number>>): Cycle {
  return {
    number,
    startedAt,
    sizes,
    marks: { ledger: new Marks(sizes.ledger), audit: new Marks(sizes.audit) },
    rows: new BalanceRows(),
    pass: 0,
    cursor: null,
    turns: 0,
    reads: 0,
    ms: 0,
    findings: [],
    findingCount: 0,
  };
}

/** Go on with the turn's cycle until the turn is spent. @returns whether the cycle has come to its end */
export async function goOn(turn: Turn, cycle: Cycle): Promise<boolean> {
  const before = { count: turn.findings.count, kept: turn.findings.kept.length, reads: turn.reads, ms: Date.now() };
  for (;;) {
    const pass = PASSES[cycle.pass];
    if (pass === undefined) break;
    cycle.cursor = await pass.step(turn, cycle, cycle.cursor);
    if (cycle.cursor === null) cycle.pass += 1;
    if (turn.spent()) break;
  }
  cycle.turns += 1;
  cycle.reads += turn.reads - before.reads;
  cycle.ms += Date.now() - before.ms;
  cycle.findingCount += turn.findings.count - before.count;
  cycle.findings.push(...turn.findings.kept.slice(before.kept));
  cycle.findings.splice(MAX_KEPT);
  return cycle.pass >= PASSES.length;
}

export const ended = (cycle: Cycle, endedAt: string): EndedCycle => {
  const { number, startedAt, turns, reads, ms, findings, findingCount } = cycle;
  return { number, startedAt, endedAt, turns, reads, ms, findings, findingCount };
};

/** How far it is, in percent of what it is going to read: the passes that are done, whole, and of this one what it has read. */
export function percentOf(turn: Turn, cycle: Cycle): number {
  const expected = PASSES.map((pass) => 1 + pass.reads(turn, cycle));
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const done = sum(expected.slice(0, cycle.pass));
  const within = Math.min(expected[cycle.pass] ?? 0, Math.max(0, cycle.reads - done));
  return cycle.pass >= PASSES.length ? 100 : Math.min(99, Math.floor((100 * (done + within)) / sum(expected)));
}
