/**
 * Postings a second from inbox to balances, beside the plain way on the same Firestore and beside PostgreSQL's own bench,
 * all in turns in the same run, so that what else the machine does meets all of them. `--journals N`: how far the books
 * grow (100,000 unless told; a million takes some minutes and gigabytes).
 */
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { useNativeHash } from '../../functions/src/native-hash.ts';
import type { Database } from '../../functions/src/store/database.ts';
import { firestoreDatabase } from '../../functions/src/store/firestore-database.ts';
import type { StreamDeps } from '../../functions/src/streams/index.ts';
import { verifyOrganization } from '../../functions/src/streams/verify/index.ts';
import { startPlatform } from '../platform.ts';
import { figure, type Figure } from './figure.ts';
import { ORG, openAccounts, produce } from './ledger/books.ts';
import { growth } from './ledger/growth.ts';
import { transactions } from './ledger/transactions.ts';
import { usageOf } from './ledger/usage.ts';
import { PeerUnavailable } from './peers/peer.ts';
import { startPgbench, type Pgbench } from './peers/pgbench.ts';

const PRODUCERS = 16;
const ROUNDS = 3;
/** A page of a run is at most a hundred effects, and one inbox document. */
const PER_PAGE = 100;
const PAGED = 16_000;
const SINGLE = 1_600;
const ALONE = 100;
const TRANSACTIONS = 80;
const TRANSACTIONS_ALONE = 200;
const PGBENCH_SECONDS = 4;
/** One row that every transaction updates, as all our postings meet in the bank; and what its manual wants: one a client. */
const SCALES = [1, PRODUCERS];
const DEFAULT_JOURNALS = 100_000;

type Rates = Record<'paged' | 'single' | 'alone' | 'plain' | 'plainAlone' | `pgbench ${number}`, number>;

export async function run(say: (line: string) => void): Promise<Figure[]> {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { journals: { type: 'string' } } });
  const journals = Number(values.journals ?? DEFAULT_JOURNALS);
  useNativeHash();
  const pgbench = await startPgbench().catch((error: unknown) => {
    if (!(error instanceof PeerUnavailable)) throw error;
    say(`pgbench is not measured: ${error.message}`);
    return null;
  });
  const platform = await startPlatform({ ports: 'free', only: ['firestore'], quiet: true });
  Object.assign(process.env, platform.env);
  const app = initializeApp({ projectId: platform.projectId }, 'bench-ledger');
  try {
    const db = firestoreDatabase(getFirestore(app));
    const deps: StreamDeps = { db, now: () => new Date() };
    say(`Load of the machine before: ${loadavg()[0]?.toFixed(1)}. ${pgbench?.version ?? ''}`);
    await openAccounts(deps, ORG);
    const rounds: Rates[] = [];
    for (let number = 0; number <= ROUNDS; number += 1) {
      const rates = await round(deps, db, pgbench, number);
      // The first is there to warm up.
      if (number > 0) rounds.push(rates);
      say(`${number === 0 ? 'Warm-up' : `Round ${number}`}: ${words(rates)}`);
    }
    await requireTrueBooks(db, (ROUNDS + 1) * (PAGED + SINGLE + ALONE));
    return [...compare(rounds), ...(await growth(deps, await usageOf(platform.ports.firestore), journals, say))];
  } finally {
    await deleteApp(app);
    await pgbench?.stop();
    await platform.stop();
  }
}

async function round(deps: StreamDeps, db: Database, pgbench: Pgbench | null, number: number): Promise<Rates> {
  const load = { producers: PRODUCERS, perCommit: 1 };
  const rates: Rates = {
    paged: await produce(deps, ORG, { ...load, perCommit: PER_PAGE, postings: PAGED, name: `paged-${number}` }),
    single: await produce(deps, ORG, { ...load, postings: SINGLE, name: `single-${number}` }),
    alone: await produce(deps, ORG, { ...load, producers: 1, postings: ALONE, name: `alone-${number}` }),
    plain: await transactions(db, PRODUCERS, TRANSACTIONS, `plain-${number}`),
    plainAlone: await transactions(db, 1, TRANSACTIONS_ALONE, `plain-alone-${number}`),
  };
  if (pgbench !== null)
    for (const scale of SCALES) rates[`pgbench ${scale}`] = await pgbench.tpcB(scale, PGBENCH_SECONDS);
  return rates;
}

function compare(rounds: readonly Rates[]): Figure[] {
  const median = (name: keyof Rates): number =>
    rounds.map((rates) => rates[name] ?? NaN).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? NaN;
  const unit = 'postings/s';
  const [paged, single] = ['ledger: 16 producers, 100 a commit', 'ledger: 16 producers, 1 a commit'];
  return [
    figure(`${paged}, beside a transaction each`, median('paged'), median('plain'), unit),
    figure(`${single}, beside a transaction each`, median('single'), median('plain'), unit),
    ...SCALES.filter((scale) => rounds[0]?.[`pgbench ${scale}`] !== undefined).flatMap((scale) => [
      figure(`${paged}, beside pgbench TPC-B, scale ${scale}`, median('paged'), median(`pgbench ${scale}`), unit),
      figure(`${single}, beside pgbench TPC-B, scale ${scale}`, median('single'), median(`pgbench ${scale}`), unit),
    ]),
    figure('ledger: one after the other, beside a transaction each', median('alone'), median('plainAlone'), unit),
  ];
}

const words = (rates: Rates): string =>
  Object.entries(rates)
    .map(([name, rate]) => `${name} ${rate.toFixed(0)}/s`)
    .join(', ');

async function requireTrueBooks(db: Database, journals: number): Promise<void> {
  const report = await verifyOrganization(db, ORG, { checkpoints: null, publicKey: null });
  if (!report.ok || report.ledger.journals !== journals)
    throw new Error(`the books are not right after the bench: ${JSON.stringify(report.findings.slice(0, 3))}`);
}
