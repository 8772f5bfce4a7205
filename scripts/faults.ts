/**
 * `npm run faults -- --seeds N --from S [--real] [--trace] [--bug NAME]`: simulated worlds in which everything goes
 * wrong, one a seed. The last line is the sum of all. Exit code 1 when anything was done twice, lost, or broke a rule.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { useNativeHash } from '../functions/src/native-hash.ts';
import { bugs } from '../tests/faults/simulation/bugs.ts';
import { playSeeds, Sum } from '../tests/faults/simulation/play-seeds.ts';
import { runSeed } from '../tests/faults/simulation/run-seed.ts';
import { firestoreStores, memoryStores } from '../tests/faults/simulation/stores.ts';
import { startPlatform } from './platform.ts';

const MAX_PROCESSES = 4;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    processes: { type: 'string' },
    bug: { type: 'string' },
    real: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});
const wholeNumber = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  process.stderr.write(`--${name} takes a whole number from ${least}\n`);
  process.exit(1);
};
const count = wholeNumber('seeds', values.seeds, 1);
const from = wholeNumber('from', values.from, 0);
const processes = wholeNumber(
  'processes',
  values.processes ?? String(Math.min(availableParallelism(), MAX_PROCESSES)),
  1,
);
const bug = bugs.find(({ name }) => name === values.bug) ?? null;
if (values.bug !== undefined && bug === null) {
  process.stderr.write(`There is no bug "${values.bug}". Known: ${bugs.map(({ name }) => name).join(', ')}\n`);
  process.exit(1);
}

const platform = values.real ? await startPlatform({ ports: 'free', only: ['firestore'], quiet: true }) : null;
if (platform !== null) Object.assign(process.env, platform.env);
const sum = values.trace ? await traced() : await played();
await platform?.stop();
for (const [title, counts] of Object.entries({ Faults: sum.faultsByName, Runs: sum.ends, Effects: sum.outcomes }))
  process.stdout.write(`${title}: ${inWords(counts)}\n`);
process.stdout.write(`${JSON.stringify(sum.line())}\n`);
process.exit(sum.isSound ? 0 : 1);

function inWords(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** In this process, with all that happens. */
async function traced(): Promise<Sum> {
  useNativeHash();
  const stores = values.real ? firestoreStores() : memoryStores();
  const total = new Sum();
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await runSeed(seed, stores, { bug, say: (line) => process.stdout.write(`${line}\n`) });
    total.add(result);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  }
  return total;
}

async function played(): Promise<Sum> {
  const flags = [values.real ? ' --real' : '', bug === null ? '' : ` --bug ${bug.name}`].join('');
  return playSeeds(
    { from, count, processes, real: values.real, bug },
    {
      found: ({ seed, findings }) => {
        process.stdout.write(
          `Seed ${seed} breaks something. Replay: npm run faults -- --seeds 1 --from ${seed}${flags} --trace\n`,
        );
        for (const { kind, rule, detail } of findings) process.stdout.write(`  ${kind}: ${rule}: ${detail}\n`);
      },
      progress: (done, perSecond) =>
        process.stderr.write(`${done} of ${count} seeds, ${perSecond.toFixed(1)} a second\n`),
    },
  );
}
