import { sumsOver } from '../../../functions/src/ledger/balances-at.ts';
import type { StreamDeps } from '../../../functions/src/streams/index.ts';
import { rollMonths } from '../../../functions/src/streams/months.ts';
import { figure, type Figure } from '../figure.ts';
import { amountMinorOf } from './books.ts';
import type { Usage } from './usage.ts';

const READINGS = 5;
const MAX_ROLLS = 1_000;

/**
 * The months first, which are made behind the writer; then the trial balance of a day in the middle, checked against
 * what was posted up to it.
 */
export async function pastBalances(
  deps: StreamDeps,
  orgId: string,
  journals: number,
  dayOf: (number: number) => string,
  firestore: Usage,
): Promise<Figure[]> {
  const started = performance.now();
  for (let rolls = 0; rolls < MAX_ROLLS && (await rollMonths(deps, orgId)).more; rolls += 1);
  const rolled = journals / ((performance.now() - started) / 1000);
  const to = dayOf(Math.floor(journals / 2));
  const measured: number[] = [];
  let reads = 0;
  const used = await processors(firestore);
  for (let reading = 0; reading < READINGS; reading += 1) {
    const began = performance.now();
    const past = await sumsOver(deps, orgId, { from: null, to, knownAt: null });
    let [debit, credit] = [0n, 0n];
    for (const sums of past.sums.values()) [debit, credit] = [debit + sums.postedDebit, credit + sums.postedCredit];
    measured.push((performance.now() - began) / 1000);
    reads = past.reads;
    if (debit !== credit || debit !== postedUpTo(to, journals, dayOf))
      throw new Error(`the trial balance of ${to} is not what was posted: ${debit} and ${credit}`);
  }
  const seconds = measured.toSorted((a, b) => a - b)[READINGS >> 1] ?? NaN;
  const processor = ((await processors(firestore)) - used) / READINGS;
  return [
    figure(`ledger growth: months behind the writer, ${journals} journals`, rolled, null, 'postings/s'),
    figure(`ledger growth: trial balance of a past day, ${journals} journals`, seconds, null, 's'),
    figure('ledger growth: the same, here and in the local Firestore', processor, null, 's of processor time'),
    figure('ledger growth: documents read for it, beside journals', reads, journals, 'documents'),
  ];
}

/** Seconds of this process and of the local Firestore. */
async function processors(firestore: Usage): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + ((await firestore.processorSeconds()) ?? NaN);
}

function postedUpTo(to: string, journals: number, dayOf: (number: number) => string): bigint {
  let sum = 0n;
  for (let number = 0; number < journals && dayOf(number) <= to; number += 1) sum += BigInt(amountMinorOf(number));
  return sum;
}
