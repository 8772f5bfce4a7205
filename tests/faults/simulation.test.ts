import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useNativeHash } from '../../functions/src/native-hash.ts';
import { startPlatform, type Platform } from '../../scripts/platform.ts';
import { bugs, type Bug } from './simulation/bugs.ts';
import type { Finding } from './simulation/findings.ts';
import { playSeeds } from './simulation/play-seeds.ts';
import { runSeed } from './simulation/run-seed.ts';
import { memoryStores, type Stores } from './simulation/stores.ts';

useNativeHash();

/** Another part of the infinitely many worlds, or more of them, by the environment. */
const FROM = Number(process.env['FAULTS_FROM'] ?? 1);
const SEEDS = Number(process.env['FAULTS_SEEDS'] ?? 100);
const REAL_SEEDS = Number(process.env['FAULTS_REAL_SEEDS'] ?? 6);
const MINUTES = 60_000;
const SEEDS_A_BUG = 400;

async function expectSound(run: { from: number; count: number; real: boolean }): Promise<void> {
  const findings: { seed: number; findings: readonly Finding[] }[] = [];
  const sum = await playSeeds(
    { ...run, processes: 2, bug: null },
    { found: ({ seed, findings: found }) => void findings.push({ seed, findings: found }) },
  );
  expect(findings).toEqual([]);
  expect(sum.line()).toMatchObject({ seeds: run.count, duplicates: 0, lost: 0, violations: 0 });
  // A simulation in which nothing happens finds nothing.
  expect(sum.executions).toBeGreaterThan(run.count);
  expect(sum.faults).toBeGreaterThan(run.count * 3);
  expect(sum.ends.size).toBeGreaterThan(3);
}

test(
  'worlds in memory: nothing twice, nothing lost, no rule broken',
  async () => {
    await expectSound({ from: FROM, count: SEEDS, real: false });
  },
  5 * MINUTES,
);

test(
  'a seed is a world: played twice, everything happens in the same order',
  async () => {
    const [one, other] = [memoryStores(), memoryStores()];
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
        const first = await runSeed(seed, one);
        expect(await runSeed(seed, other)).toEqual(first);
      }),
      { numRuns: 6, seed: FROM },
    );
  },
  2 * MINUTES,
);

/** The simulation is worth what it finds: each mistake that is built in, it must see. */
describe('sees a deliberate mistake', () => {
  const stores: Stores = memoryStores();
  test.each(bugs.map((bug) => [bug.name, bug] as const))(
    '%s',
    async (_, bug) => {
      expect(await firstSeedThatSees(stores, bug), bug.what).not.toBeNull();
    },
    5 * MINUTES,
  );
});

async function firstSeedThatSees(stores: Stores, bug: Bug): Promise<number | null> {
  for (let seed = bug.near; seed < bug.near + SEEDS_A_BUG; seed += 1)
    if ((await runSeed(seed, stores, { bug })).findings.length > 0) return seed;
  return null;
}

describe('on the local Firestore', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({ ports: 'free', only: ['firestore'], quiet: true });
    Object.assign(process.env, platform.env);
  }, 2 * MINUTES);
  afterAll(async () => platform.stop());

  test(
    'the same worlds: nothing twice, nothing lost, no rule broken',
    async () => {
      await expectSound({ from: FROM, count: REAL_SEEDS, real: true });
    },
    5 * MINUTES,
  );
});
