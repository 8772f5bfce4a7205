import { exchange } from '@countersign/domain/ledger/fx/exchange';
import { positionsOf } from '@countersign/domain/ledger/fx/position';
import { revalue } from '@countersign/domain/ledger/fx/revalue';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { balanceSchema } from '@countersign/domain/schemas/account';
import type { JournalDraft } from '@countersign/domain/schemas/effect';
import type { RateQuote } from '@countersign/domain/schemas/fx';
import type { Journal } from '@countersign/domain/schemas/journal';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { InboxResult } from '@countersign/domain/schemas/stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sumsOver } from '../ledger/balances-at.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import { ledgerIntents } from './inbox.ts';
import { rollMonths } from './months.ts';
import type { Refusal, StreamDeps } from './ports.ts';
import { LedgerOracle } from './testing/ledger-oracle.ts';
import { accountsOf, BASE, CHART, day, OPENED_FIRST, program, type Act, type Round } from './testing/ledger-program.ts';
import { Processes } from './testing/processes.ts';
import { verifyOrganization } from './verify/index.ts';
import { awaitDecided, drainStream, handedIn } from './writer.ts';

/**
 * What is random comes from one seed, which a failure prints, together with the path to the program that failed:
 * `LEDGER_SEED=… LEDGER_PATH=… npx vitest run --project unit functions/src/streams/ledger.property.test.ts`, and with
 * `LEDGER_SHRINK=1` (minutes) the smallest that fails. `LEDGER_RUNS` says how many programs, `LEDGER_COUNTS=1` prints what
 * was in them. Clocks, pauses and jitter are the program's own, so that the same seed is the same run.
 */
const ORG = 'acme';
const SEED = Number(process.env['LEDGER_SEED'] ?? Date.now() % 2 ** 31);
const PATH = process.env['LEDGER_PATH'];
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 40);
const SHRINKS = process.env['LEDGER_SHRINK'] !== undefined;
const START = Date.UTC(2026, 9, 28, 12);
const RATES: readonly RateQuote[] = ['EUR', 'GBP'].map((base) => ({
  base,
  quote: BASE,
  rate: base === 'EUR' ? '1.087' : '1.2503',
  source: 'test',
  observedAt: '2026-10-28',
  day: '2026-10-28',
}));

let nowMs = START;
beforeAll(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs);
  vi.stubGlobal('setTimeout', (work: () => void) => setImmediate(work));
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** One commit: its intents, and, once it is decided, what was refused of them. */
interface Handed {
  readonly id: string;
  readonly intents: readonly LedgerIntent[];
  /** It repeats this one, which was decided before. */
  readonly again: Handed | null;
  refused: readonly Refusal[] | null;
}

class World {
  readonly store = memoryDatabase();
  readonly handed: Handed[] = [];
  readonly processes = new Processes(
    this.store,
    () => new Date(nowMs),
    async (other) => void (await drainStream({ ...other, db: { ...this.store } }, ORG, 'ledger')),
  );

  async play(rounds: readonly Round[]): Promise<void> {
    await this.handIn(this.processes.get(0), [...CHART, ...OPENED_FIRST], null);
    await drainStream(this.processes.get(0), ORG, 'ledger');
    for (const round of rounds) await this.#playRound(round);
    this.processes.faults = [];
    // Long enough that nobody waits for a rebuild whose process was killed.
    nowMs += 3_600_000;
    await drainStream({ db: { ...this.store }, now: () => new Date(nowMs) }, ORG, 'ledger');
    await this.noteDecided();
  }

  async #playRound({ minutes, commits, process, how, faults, roll }: Round): Promise<void> {
    nowMs += minutes * 60_000;
    const by = this.processes.get(process);
    const ids: string[] = [];
    for (const { acts, again } of commits) {
      ids.push(await this.handIn(by, await this.#intentsOf(acts), null));
      const before = again === null ? undefined : this.handed.filter(({ refused }) => refused !== null)[again];
      if (before !== undefined) ids.push(await this.handIn(by, before.intents, before));
    }
    this.processes.faults = [...faults];
    const drains = async (which: 0 | 1): Promise<void> =>
      this.processes.run(which, async (deps) => drainStream(deps, ORG, 'ledger'));
    const waits = async (which: 0 | 1): Promise<void> =>
      this.processes.run(which, async (deps) =>
        Promise.all(
          ids
            .filter((_, index) => how !== 'both wait' || index % 2 === which)
            .map(async (id) => awaitDecided(deps, ORG, 'ledger', id)),
        ),
      );
    const rolls = async (which: 0 | 1): Promise<void> =>
      this.processes.run(which, async (deps) => rollMonths(deps, ORG, roll));
    const other = process === 0 ? 1 : 0;
    const work: Readonly<Record<Round['how'], () => Promise<void>[]>> = {
      'one drains': () => [drains(process)],
      'both drain': () => [drains(0), drains(1)],
      'one waits by name': () => [waits(process)],
      'both wait': () => [waits(0), waits(1)],
      'months roll': () => [drains(process).then(async () => rolls(process)), rolls(other)],
      'all at once': () => [waits(process), drains(other), rolls(0), rolls(1)],
    };
    await Promise.all(work[how]());
    await this.noteDecided();
  }

  async handIn(by: StreamDeps, intents: readonly LedgerIntent[], again: Handed | null): Promise<string> {
    const id = `c${String(this.handed.length).padStart(4, '0')}`;
    const writes = ledgerIntents(ORG, id, intents, new Date(nowMs).toISOString());
    await this.store.commit(writes);
    handedIn(by, ORG, 'ledger', writes);
    this.handed.push({ id, intents, again, refused: intents.length === 0 ? [] : null });
    return id;
  }

  async noteDecided(): Promise<void> {
    for (const one of this.handed) {
      if (one.refused !== null || (await this.store.get(paths.inbox(ORG, 'ledger', one.id))) !== null) continue;
      const result = await this.store.get(paths.inboxResult(ORG, 'ledger', one.id));
      one.refused = result === null ? [] : (result.data as InboxResult).refused;
    }
  }

  /** Exchanges and revaluations as the books are now; what can't be made of them is left out. */
  async #intentsOf(acts: readonly Act[]): Promise<LedgerIntent[]> {
    const stored = await this.store.query({ collection: paths.balances(ORG), limit: 1000 });
    const positions = positionsOf(
      stored.map(({ data }) => balanceSchema.parse(data)),
      BASE,
    );
    return acts.flatMap((act): LedgerIntent[] => {
      if (act.type !== 'exchange' && act.type !== 'revalue') return [act];
      try {
        const world = {
          baseCurrency: BASE,
          day: act.type === 'revalue' ? act.day : '2026-10-29',
          positions,
          table: RATES,
        };
        if (act.type === 'revalue')
          return revalue(world).done.flatMap(({ journal, currency }) =>
            journal === null ? [] : [booked(`${act.id}-${currency}`, journal)],
          );
        const [foreign, base] = [
          { accountId: 'bank', currency: act.currency, amountMinor: act.minor },
          { accountId: 'bank', currency: BASE, amountMinor: act.minor + 1n },
        ];
        const { draft } = exchange(world, {
          memo: act.id,
          sold: act.buys ? base : foreign,
          bought: act.buys ? foreign : base,
        });
        return [...accountsOf(act.currency), booked(act.id, draft)];
      } catch (error) {
        if (isAppError(error)) return [];
        throw error;
      }
    });
  }
}

const booked = (id: string, journal: JournalDraft): LedgerIntent => ({
  type: 'record',
  id,
  state: 'posted',
  journal: { ...journal, late: 'route' },
  source: { executionId: null, effectId: null, kind: 'test' },
});

/** Ids tell: `j`, `g` and `x` are recorded under the guards, `h-` takes back under them. */
const isHeld = ({ id, revives }: Journal): boolean =>
  revives === null && (/^[jgx]\d/.test(id) || id.startsWith('h-') || id === 'fund');

/** What was handed in and decided, against the journals that came of it. */
function lostOrDoubled(handed: readonly Handed[], journals: readonly Journal[]): string[] {
  const byId = new Map(journals.map((journal) => [journal.id, journal]));
  const wrong: string[] = [];
  for (const { id: commit, intents, again, refused } of handed) {
    if (refused === null) wrong.push(`${commit} was never decided`);
    const codeOf = (intent: LedgerIntent): string | undefined =>
      refused?.find(({ intentId }) => intentId === intent.id)?.code;
    for (const intent of intents) {
      const code = codeOf(intent);
      const before = again?.refused?.some(({ intentId }) => intentId === intent.id);
      if (before === false && code !== undefined)
        wrong.push(`${intent.id} was accepted in ${again?.id}, and not again in ${commit}: ${code}`);
      const allowed = mayBeRefused(intent);
      if (code !== undefined && allowed !== null && !allowed.includes(code))
        wrong.push(`${intent.id} must be booked, and was refused: ${code}`);
      if (code === undefined && !isThere(intent, byId))
        wrong.push(`${intent.id} was accepted in ${commit}, and is not there`);
    }
  }
  for (const group of new Set(journals.flatMap((one) => one.group ?? []))) {
    const count = journals.filter((one) => one.group === group).length;
    const asked = handed.flatMap(({ intents }) =>
      intents.flatMap((one) => (one.type === 'record_linked' && one.id === group ? [one.journals.length] : [])),
    );
    if (!asked.includes(count)) wrong.push(`of the journals of ${group}, ${count} were recorded`);
  }
  return wrong;
}

/** Codes with which what has happened can be refused: it is not there, or there already. Null for what may be refused. */
function mayBeRefused(intent: LedgerIntent): readonly string[] | null {
  if (intent.type === 'record' && intent.must === true) return ['intent_id_reused'];
  if (intent.type === 'post') return ['journal_missing', 'journal_voided'];
  if (intent.type === 'reverse' && intent.guarded !== true && intent.amounts === undefined)
    return ['journal_missing', 'journal_pending', 'journal_voided', 'journal_reversed', 'intent_id_reused'];
  return null;
}

function isThere(intent: LedgerIntent, journals: ReadonlyMap<string, Journal>): boolean {
  switch (intent.type) {
    case 'record':
      return journals.has(intent.id);
    case 'record_linked':
      return intent.journals.every(({ id }) => journals.get(id)?.group === intent.id);
    case 'post':
      return journals.get(intent.journalId)?.state === 'posted' || journals.has(intent.id);
    case 'void':
      return journals.get(intent.journalId)?.state === 'voided';
    case 'reverse':
      return journals.get(intent.id)?.reverses === intent.journalId;
    default:
      return true;
  }
}

test('whatever is handed in, whoever decides it and whatever breaks meanwhile: the books are right, and all of what was asked is in them once', async () => {
  const seen = new Map<string, number>();
  const count = (what: string, by = 1): void => void seen.set(what, (seen.get(what) ?? 0) + by);
  await fc.assert(
    fc.asyncProperty(
      program,
      fc.array(fc.record({ from: fc.option(day), to: day, knownAt: fc.option(day) }), { minLength: 2, maxLength: 4 }),
      async (rounds, spans) => {
        nowMs = START;
        const world = new World();
        await world.play(rounds);
        const oracle = new LedgerOracle(world.store, ORG, isHeld);
        expect(oracle.problems()).toEqual([]);
        expect(lostOrDoubled(world.handed, oracle.journals)).toEqual([]);
        for (const { from, to, knownAt } of spans) {
          const { sums } = await sumsOver(world.processes.get(0), ORG, { from, to, knownAt });
          const texts = [...sums].map(
            ([key, one]) =>
              [key, [one.postedDebit, one.postedCredit, one.pendingDebit, one.pendingCredit].join()] as const,
          );
          expect(Object.fromEntries(texts.filter(([, text]) => text !== '0,0,0,0'))).toEqual(
            oracle.sumsOver(from, to, knownAt),
          );
        }
        const report = await verifyOrganization(world.store, ORG, { checkpoints: null, publicKey: null });
        expect(report.findings).toEqual([]);
        for (const [fault, times] of world.processes.seen) count(fault, times);
        for (const { intents, refused } of world.handed)
          for (const intent of intents)
            count(
              refused?.some(({ intentId }) => intentId === intent.id) === true ? `${intent.type} refused` : intent.type,
            );
        for (const { reverses, partReversals, suspended, revives, lateFor } of oracle.journals) {
          if (reverses !== null) count('taken back');
          if (partReversals.length > 1) count('in several parts');
          if (suspended.length > 0) count('in suspense');
          if (revives !== null) count('revived');
          if (lateFor !== null) count('late');
        }
      },
    ),
    { numRuns: RUNS, seed: SEED, endOnFailure: !SHRINKS, ...(PATH === undefined ? {} : { path: PATH }) },
  );
  if (process.env['LEDGER_COUNTS'] !== undefined) console.log(SEED, Object.fromEntries(seen));
}, 600_000);
