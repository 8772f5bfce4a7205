import { countOf } from '@countersign/domain/plan/totals';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import type { Journal } from '@countersign/domain/schemas/journal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { config } from '../config.ts';
import { Life, mortal } from './testing/mortal.ts';
import type { PayFault } from './testing/scripted-provider.ts';
import { changeSettings } from './testing/settings.ts';
import { expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, CHARLIE, csvOf, ORG, World } from './testing/world.ts';
import type { Work } from './work.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2, pagesAtOnce: 2 });

/** The same worlds every time; another seed, or more of them, by the environment. A failure prints seed and path. */
const SEED = Number(process.env['ENGINE_SEED'] ?? 20_261_122);
const WORLDS = Number(process.env['ENGINE_WORLDS'] ?? 40);

const FAULTS: readonly PayFault[] = ['timeout_before', 'timeout_after', 'server_error', 'throw', 'refuse'];

const row = fc.record({
  reference: fc.constantFrom('R-1', 'R-2', 'R-3', 'R-4', 'R-5', 'r-1 ', 'R-6', 'R-7'),
  place: fc.constantFrom(
    [ALPHA, 'USD'],
    [ALPHA, 'EUR'],
    [BRAVO, 'USD'],
    [BRAVO, 'JPY'],
    [CHARLIE, 'KWD'],
    ['acct_Missing', 'USD'],
  ),
  amount: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 500, max: 90_000 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom('1,234.50', '1e3', '-5', '0', '', '=1+1', '9999999') },
  ),
});

const story = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 8 }),
  faults: fc.array(fc.tuple(fc.constantFrom('R-1', 'R-2', 'R-3', 'R-4', 'R-5'), fc.constantFrom(...FAULTS)), {
    maxLength: 4,
  }),
  /** Workers that come one after the other, each with the moment of its death. */
  lives: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
  /** Workers that come at the same moment. */
  atOnce: fc.integer({ min: 1, max: 3 }),
  cancelAfter: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 4 }),
  changeBank: fc.boolean(),
  brokenReads: fc.integer({ min: 0, max: 2 }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Workers die, come at once, and are told of late; then everything is left to the tick until it rests. */
async function play(world: World, id: string, { lives, atOnce }: Pick<Story, 'lives' | 'atOnce'>): Promise<void> {
  for (const diesAt of lives) {
    await runWork(mortal(world.deps, new Life(diesAt)), ORG, id).catch(() => undefined);
    world.clock.pass(config.leaseMs + 1_000);
  }
  const workers = Array.from({ length: atOnce }, () =>
    runWork(mortal(world.deps, new Life()), ORG, id).catch(() => undefined),
  );
  await Promise.all(workers);
  world.wakes.length = 0;
  for (let round = 0; round < 40; round += 1) {
    await world.later(config.leaseMs + 1_000).catch(() => undefined);
    const restsUntil = new Date(world.clock.now().getTime() + config.askAgainMs).toISOString();
    const works = world.documents('work') as unknown as Work[];
    // What has failed is tried again, later and later.
    if (works.every(({ nextAt, failures }) => nextAt === null || (failures === 0 && nextAt > restsUntil))) return;
  }
}

/** What must hold of an execution at rest, whatever befell it. */
async function expectHonest(world: World, execution: Execution): Promise<void> {
  const effects = execution.plan?.effectCount ?? 0;
  const paid = world.provider.payouts.filter((payout) => payout.executionId === execution.id);
  const outcomes = await world.outcomes(execution);
  if (execution.state === 'completed') expect(paid).toHaveLength(effects);
  if (execution.tally !== null) {
    const { succeeded, failed, unknown, untouched } = execution.tally;
    expect(countOf(succeeded) + countOf(failed) + countOf(unknown) + countOf(untouched)).toBe(effects);
    expect(countOf(succeeded)).toBe(execution.journalCount);
    // Nothing is called paid that was not, and nothing that was paid is called failed or untouched.
    const paidEffects = new Set(paid.map((payout) => payout.effectId));
    for (const outcome of outcomes) {
      if (outcome.status === 'succeeded') expect(paidEffects.has(outcome.effectId)).toBe(true);
      if (outcome.status === 'failed' || outcome.status === 'not_done')
        expect(paidEffects.has(outcome.effectId)).toBe(false);
    }
    const journals = new Map(
      (world.documents('journals') as unknown as Journal[]).map((journal) => [journal.source.effectId, journal.state]),
    );
    for (const payout of paid) expect(['posted', 'pending']).toContain(journals.get(payout.effectId));
  } else {
    expect(paid).toEqual([]);
  }
  const held = Object.entries(world.claims())
    .filter(([, holder]) => holder === execution.id)
    .map(([reference]) => reference);
  if (END_STATES.includes(execution.state))
    expect(held.length).toBe(countOf(execution.tally?.succeeded ?? []) + countOf(execution.tally?.unknown ?? []));
}

test("random files, faults, deaths, duplicate tasks and cancellations: each effect at most once; completed means exactly once; the ledger is the provider's", async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const world = await World.open();
      for (const [reference, fault] of told.faults) world.provider.break(reference, fault);
      const csv = csvOf(
        told.rows.map(({ reference, place: [account, currency], amount }) => [
          reference,
          account ?? '',
          amount.includes(',') || amount.startsWith('=') ? `"${amount}"` : amount,
          currency ?? '',
        ]),
      );
      const id = await world.request(csv);
      world.wakes.length = 0;
      await play(world, id, { lives: told.lives.slice(0, 1), atOnce: told.atOnce });
      const planned = await world.execution(id);
      if (planned.state === 'awaiting_approval') {
        if (told.changeBank) world.provider.changeBank(BRAVO);
        world.provider.brokenReads = told.brokenReads;
        let payments = 0;
        world.provider.beforePay = async () => {
          payments += 1;
          if (payments === told.cancelAfter)
            await world
              .command('olivia', 'cancelExecution', { executionId: id, reason: 'in the middle' })
              .catch(() => undefined);
        };
        await world.approve(planned);
        world.wakes.length = 0;
        await play(world, id, told);
      }
      const ended = await world.execution(id);
      ends.set(ended.state, (ends.get(ended.state) ?? 0) + 1);
      expect(END_STATES).toContain(ended.state);
      await expectSound(world);
      await expectHonest(world, ended);
      // The same file again, with the provider in good health: what was paid or may have been is not paid twice.
      world.provider.brokenReads = 0;
      world.provider.beforePay = async () => undefined;
      const again = await world.plan(csv);
      if (again.state === 'awaiting_approval') await world.approve(again);
      await world.work().catch(() => undefined);
      await world.later(config.leaseMs + 1_000);
      await expectSound(world);
      await expectHonest(world, await world.execution(again.id));
    }),
    { seed: SEED, numRuns: WORLDS },
  );
  // The stories are worth telling only if they end in different ways.
  expect([...ends.keys()].length).toBeGreaterThan(3);
}, 120_000);
