import { paths } from '@countersign/domain/paths';
import type { Balance } from '@countersign/domain/schemas/account';
import type { StreamDeps } from '../../../functions/src/streams/index.ts';
import { figure, type Figure } from '../figure.ts';
import { openAccounts, produce } from './books.ts';
import { pastBalances } from './past-balances.ts';
import type { Usage } from './usage.ts';

const ORG = 'growth';
/** What one commit of the product may hand in at most is a thousand; still inbox, writer and all. */
const PER_COMMIT = 500;
const PRODUCERS = 4;
/** The rate at a size is that of the last so many journals before it. */
const WINDOW = 5_000;
const DAYS = 365;
const MS_PER_DAY = 86_400_000;

/**
 * The same books from nothing to `journals`, day after day of a year: the rate just before each power of ten beside the
 * rate at the first, what the local Firestore, which keeps all of it in memory, has taken, and the balances of a past
 * day at the end.
 */
export async function growth(
  deps: StreamDeps,
  firestore: Usage,
  journals: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  await openAccounts(deps, ORG);
  const start = deps.now().getTime() - DAYS * MS_PER_DAY;
  const dayOf = (number: number): string =>
    new Date(start + Math.floor((number / journals) * DAYS) * MS_PER_DAY).toISOString().slice(0, 10);
  const load = { perCommit: PER_COMMIT, producers: PRODUCERS, dayOf, name: 'growth' };
  const figures: Figure[] = [];
  let at = 0;
  let first: number | null = null;
  for (const size of sizes(journals)) {
    const window = Math.min(WINDOW, size - at);
    const before = size - window - at;
    if (before > 0) await produce(deps, ORG, { ...load, name: `to-${size}`, from: at, postings: before });
    const rate = await produce(deps, ORG, { ...load, name: `at-${size}`, from: size - window, postings: window });
    at = size;
    const mib = await firestore.residentMiB();
    say(`${size} journals: ${rate.toFixed(0)}/s, the local Firestore has ${mib?.toFixed(0) ?? '?'} MiB`);
    figures.push(figure(`ledger growth: the last before ${size} journals`, rate, first, 'postings/s'));
    if (mib !== null) figures.push(figure(`ledger growth: local Firestore with ${size} journals`, mib, null, 'MiB'));
    first ??= rate;
  }
  await requireAll(deps, at);
  return [...figures, ...(await pastBalances(deps, ORG, at, dayOf, firestore))];
}

function sizes(journals: number): number[] {
  const found: number[] = [];
  for (let size = 1_000; size < journals; size *= 10) found.push(size);
  return [...found, journals];
}

/** Both sides of the roots hold each posting once. */
async function requireAll(deps: StreamDeps, journals: number): Promise<void> {
  const [head, assets, liabilities] = await deps.db.getAll([
    paths.streamHead(ORG, 'ledger'),
    paths.balance(ORG, 'assets', 'USD'),
    paths.balance(ORG, 'liabilities', 'USD'),
  ]);
  const [credit, debit] = [assets?.data as Balance | undefined, liabilities?.data as Balance | undefined];
  const whole = credit?.postedCreditMinor === debit?.postedDebitMinor && Number(head?.data['size']) > journals;
  if (!whole) throw new Error('the books are not right after they grew');
}
