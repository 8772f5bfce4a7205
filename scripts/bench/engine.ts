/**
 * Forty light steps: what a durable step costs beside DBOS and Restate, in the same run. Ours is a signed plan of forty
 * messages to a member (a small document each), from the signature to `completed`, with everything that this holds here:
 * intents before and outcomes after, audit events, leases, the stop, the digest, on the local Firestore. It is measured
 * as one page, as such a plan is cut, and as a chain in which each step needs the one before and has a page of its own:
 * our worst case. A peer keeps each step's result before the next begins, with the settings that it comes with.
 */
import type { Effect } from '@countersign/domain/schemas/effect';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { randomBytes } from 'node:crypto';
import { startPlatform } from '../platform.ts';
import { benchOrganization, type BenchOrganization } from './engine/organization.ts';
import { figure, type Figure } from './figure.ts';
import { dbos } from './peers/dbos.ts';
import { PeerUnavailable, type Peer } from './peers/peer.ts';
import { restate } from './peers/restate.ts';

const STEPS = 40;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 9;

interface Contestant {
  readonly name: string;
  /** @returns milliseconds for all steps */
  readonly run: () => Promise<number>;
  readonly measured: number[];
}

export async function run(say: (line: string) => void): Promise<Figure[]> {
  const peers = await startPeers(say);
  const platform = await startPlatform({ ports: 'free', only: ['firestore'], quiet: true });
  Object.assign(process.env, platform.env);
  const app = initializeApp({ projectId: platform.projectId }, 'bench-engine');
  try {
    const organization = await benchOrganization(getFirestore(app));
    const one = contestant('Countersign, one page', () => ours(organization, false));
    const chain = contestant('Countersign, a page for each step', () => ours(organization, true));
    const others = peers.map((peer) => contestant(peer.name, () => peer.run(STEPS)));
    const all = [one, chain, ...others];
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const each of all) await each.run();
    // In turns, so that what else the machine does meets all of them.
    for (let round = 0; round < ROUNDS; round += 1) for (const each of all) each.measured.push(await each.run());
    for (const each of all) say(`${each.name}: ${words(each)}`);
    const best = others.length === 0 ? null : Math.min(...others.map(msPerStep));
    return [
      figure(`engine: ${STEPS} light steps, one page`, msPerStep(one), best, 'ms per step'),
      figure(
        `engine: ${STEPS} light steps, each a page that needs the one before`,
        msPerStep(chain),
        best,
        'ms per step',
      ),
      ...others.map((other) =>
        figure(
          `engine: ${STEPS} light steps, one page, beside ${other.name}`,
          msPerStep(one),
          msPerStep(other),
          'ms per step',
        ),
      ),
    ];
  } finally {
    await deleteApp(app);
    for (const peer of peers) await peer.stop();
    await platform.stop();
  }
}

async function startPeers(say: (line: string) => void): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const [name, start] of Object.entries({ DBOS: dbos, Restate: restate })) {
    try {
      peers.push(await start(say));
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      say(`${name} is not measured: ${error.message}`);
    }
  }
  return peers;
}

const contestant = (name: string, run: () => Promise<number>): Contestant => ({ name, run, measured: [] });

function msPerStep({ measured }: Contestant): number {
  const sorted = measured.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? NaN) / STEPS;
}

function words(each: Contestant): string {
  const perStep = each.measured.map((ms) => ms / STEPS);
  return `${msPerStep(each).toFixed(2)} ms per step (${Math.min(...perStep).toFixed(2)} to ${Math.max(...perStep).toFixed(2)})`;
}

/** Plan, then measure from the signature to the end. */
async function ours(organization: BenchOrganization, chained: boolean): Promise<number> {
  const name = randomBytes(4).toString('hex');
  const effects = Array.from({ length: STEPS }, (_, step): Effect => ({
    kind: 'notify',
    key: `step-${step}`,
    line: null,
    needs: chained && step > 0 ? [`step-${step - 1}`] : [],
    data: { to: { kind: 'member', uid: organization.recipient }, title: `Step ${step}`, body: name },
    claim: null,
    journal: null,
  }));
  return organization.apply(effects);
}
