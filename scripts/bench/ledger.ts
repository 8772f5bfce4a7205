import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { paths } from '@countersign/domain/paths';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger';
import type { Database } from '../../functions/src/store/database.ts';
import { firestoreDatabase } from '../../functions/src/store/firestore-database.ts';
import { awaitDecided, drainStream, ledgerIntents, type StreamDeps } from '../../functions/src/streams/index.ts';
import { verifyOrganization } from '../../functions/src/streams/verify/index.ts';
import { startPlatform } from '../platform.ts';
import { figure, type Figure } from './figure.ts';

const POSTINGS = 30_000;
const POSTINGS_PER_COMMIT = 100;
const FEEDERS = 4;
/** Alone, then many at once, which all meet in the bank's balance; the better of the two counts. */
const PEER_RUNS = [
  { workers: 1, postings: 300 },
  { workers: 16, postings: 48 },
];
const ALONE = 100;
const SELLERS = 500;

/**
 * Postings a second through inbox and writer, from the first commit to the last decision, on the local Firestore; and
 * how long a single one takes. The peer is the plain way: a transaction for each posting, which reads and writes its two
 * balances and creates the journal. It keeps no roll-ups, no order and no hashes.
 */
export async function run(say: (line: string) => void = () => undefined): Promise<Figure[]> {
  const platform = await startPlatform({ ports: 'free', only: ['firestore'], quiet: true });
  Object.assign(process.env, platform.env);
  const app = initializeApp({ projectId: platform.projectId }, 'bench-ledger');
  try {
    const db = firestoreDatabase(getFirestore(app));
    const deps: StreamDeps = { db, now: () => new Date() };
    await openAccounts(deps);
    say(`${POSTINGS} postings over ${SELLERS} accounts, ${POSTINGS_PER_COMMIT} in a commit`);
    const rate = await throughput(deps);
    const alone = await single(deps);
    say('The same as a transaction each');
    const peer = await transactions(db);
    return [
      figure('ledger postings', rate, peer.rate, 'postings/s'),
      figure('one posting, decided', alone, peer.alone, 'ms (median)'),
    ];
  } finally {
    await deleteApp(app);
    await platform.stop();
  }
}

const stamp = (): string => new Date().toISOString();
const ORG = 'bench';

async function openAccounts(deps: StreamDeps): Promise<void> {
  const open = (id: string, parentId: string | null, postable: boolean, type: 'asset' | 'liability'): LedgerIntent => ({
    type: 'open_account',
    id: `open-${id}`,
    account: { id, name: id, type, parentId, postable, closed: false, mirrors: null },
  });
  const chart = [
    open('assets', null, false, 'asset'),
    open('bank', 'assets', true, 'asset'),
    open('liabilities', null, false, 'liability'),
    open('payables', 'liabilities', false, 'liability'),
    ...Array.from({ length: SELLERS }, (_, index) => open(`seller-${index}`, 'payables', true, 'liability')),
  ];
  await deps.db.commit(ledgerIntents(ORG, 'chart', chart, stamp()));
  const refused = await awaitDecided(deps, ORG, 'ledger', 'chart');
  if (refused.length > 0) throw new Error(`the chart was refused: ${refused[0]?.message}`);
}

const posting = (id: string, seller: number): LedgerIntent => ({
  type: 'record',
  id,
  state: 'posted',
  source: { executionId: 'execution', effectId: id, kind: 'stripe.payout' },
  journal: {
    memo: `Payout ${id}`,
    effectiveDay: null,
    entries: [
      { accountId: `seller-${seller % SELLERS}`, side: 'debit', amountMinor: `${1000 + seller}`, currency: 'USD' },
      { accountId: 'bank', side: 'credit', amountMinor: `${1000 + seller}`, currency: 'USD' },
    ],
  },
});

async function throughput(deps: StreamDeps): Promise<number> {
  const started = performance.now();
  const commits = POSTINGS / POSTINGS_PER_COMMIT;
  let decided = 0;
  const feed = async (feeder: number): Promise<void> => {
    for (let commit = feeder; commit < commits; commit += FEEDERS) {
      const intents = Array.from({ length: POSTINGS_PER_COMMIT }, (_, index) =>
        posting(`p-${commit}-${index}`, commit * POSTINGS_PER_COMMIT + index),
      );
      await deps.db.commit(ledgerIntents(ORG, `c-${commit}`, intents, stamp()));
    }
  };
  const drain = async (): Promise<void> => {
    while (decided < commits) decided += (await drainStream(deps, ORG, 'ledger')).decided.size;
  };
  await Promise.all([...Array.from({ length: FEEDERS }, (_, feeder) => feed(feeder)), drain()]);
  const seconds = (performance.now() - started) / 1000;
  const report = await verifyOrganization(deps.db, ORG, { checkpoints: null, publicKey: null });
  if (!report.ok || report.ledger.journals !== POSTINGS) throw new Error('the books are not right after the bench');
  return POSTINGS / seconds;
}

async function single(deps: StreamDeps): Promise<number> {
  return medianOf(ALONE, async (index) => {
    await deps.db.commit(ledgerIntents(ORG, `alone-${index}`, [posting(`alone-${index}`, index)], stamp()));
    await awaitDecided(deps, ORG, 'ledger', `alone-${index}`);
  });
}

async function transactions(db: Database): Promise<{ rate: number; alone: number }> {
  const balance = (account: string): string => paths.balance('peer', account, 'USD');
  const post = (id: string, seller: string): Promise<void> =>
    db.transaction(async (tx) => {
      const touched = [balance(seller), balance('bank')];
      const stored = await tx.getAll(touched);
      tx.write(
        {
          op: 'create',
          path: paths.journal('peer', id),
          data: {
            id,
            memo: `Payout ${id}`,
            entries: [
              { accountId: seller, side: 'debit', amountMinor: '1000', currency: 'USD' },
              { accountId: 'bank', side: 'credit', amountMinor: '1000', currency: 'USD' },
            ],
            recordedAt: stamp(),
          },
        },
        ...touched.map((path, index) => ({
          op: 'set' as const,
          path,
          data: {
            sumMinor: ((stored[index] ? BigInt(stored[index].data['sumMinor'] as string) : 0n) + 1000n).toString(),
          },
        })),
      );
    });
  const alone = await medianOf(ALONE, (index) => post(`alone-${index}`, 'seller-0'));
  const rates: number[] = [];
  for (const { workers, postings } of PEER_RUNS) {
    const started = performance.now();
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < postings) {
        const index = next++;
        await retried(() => post(`p-${workers}-${index}`, `seller-${index % SELLERS}`));
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    rates.push(postings / ((performance.now() - started) / 1000));
  }
  return { rate: Math.max(...rates), alone };
}

/** The SDK gives up after some attempts, a user would not. */
async function retried(work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 20) throw error;
    }
  }
}

async function medianOf(times: number, work: (index: number) => Promise<void>): Promise<number> {
  const measured: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const started = performance.now();
    await work(index);
    measured.push(performance.now() - started);
  }
  return measured.sort((a, b) => a - b)[Math.floor(times / 2)] as number;
}
