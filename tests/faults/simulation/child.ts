/** One process of `npm run faults`: plays the seeds that it is sent and tells what came of each. */
import { useNativeHash } from '../../../functions/src/native-hash.ts';
import { bugs } from './bugs.ts';
import { runSeed } from './run-seed.ts';
import { firestoreStores, memoryStores } from './stores.ts';

useNativeHash();

export interface Order {
  readonly seeds: readonly number[];
}

const [kind = 'memory', bugName = ''] = process.argv.slice(2);
const stores = kind === 'real' ? firestoreStores() : memoryStores();
const bug = bugs.find(({ name }) => name === bugName) ?? null;

process.on('message', ({ seeds }: Order) => {
  void (async () => {
    for (const seed of seeds) {
      try {
        process.send?.({ result: await runSeed(seed, stores, { bug }) });
      } catch (error) {
        process.send?.({ seed, broke: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
    process.send?.({ done: true });
  })();
});
process.on('disconnect', () => process.exit(0));
