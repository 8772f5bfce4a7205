import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointText, formatCheckpoint, toBase64 } from '@countersign/domain/audit/checkpoint';
import { verifyCosignatures } from '@countersign/domain/audit/cosignature';
import { parseWitnessPolicy } from '@countersign/domain/audit/witness-policy';
import { paths } from '@countersign/domain/paths';
import type { Alert } from '@countersign/domain/schemas/alert';
import type { Checkpoint } from '@countersign/domain/schemas/stream';
import { witnessStateSchema, type WitnessState } from '@countersign/domain/schemas/witness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { STAND_IN_NAME } from '../../scripts/local/witness/policy.ts';
import { createStandIn } from '../../scripts/local/witness/server.ts';
import { ed25519Verify } from '../../functions/src/streams/ed25519.ts';
import { drainStream, sealStream, type SealDeps, type Witnesses } from '../../functions/src/streams/index.ts';
import { chart, handIn, payout, testWorld, type TestWorld } from '../../functions/src/streams/test-kit.ts';
import { askOverHttp } from '../../functions/src/witnesses/client.ts';
import { cosignDue, cosignStream } from '../../functions/src/witnesses/cosign.ts';
import { litewitness, startLitewitness, type RunningWitness } from '../support/litewitness.ts';
import { localFirestore, type LocalFirestore } from './local-firestore.ts';

/** The witness's client over HTTP and a real Firestore, against the stand-in and against the real litewitness. */
const real = await litewitness();
if ('missing' in real) console.warn(`SKIPPED: the real litewitness can't cosign our checkpoints here: ${real.missing}`);

interface Kind {
  readonly name: string;
  readonly skip: boolean;
  readonly start: (folder: string, world: TestWorld) => Promise<RunningWitness>;
  /** What it says of another tree of the size that it has seen: 409 by the specification. */
  readonly fork: number;
}

const KINDS: readonly Kind[] = [
  {
    name: STAND_IN_NAME,
    skip: false,
    fork: 409,
    start: async (folder, world) => {
      const logKeyFile = join(folder, 'log.pub');
      await writeFile(logKeyFile, toBase64(await world.signer.publicKey()));
      const standIn = await createStandIn({ folder, logKeyFile });
      const { url } = await standIn.listen(0);
      return { url, key: await standIn.witness.verifierKey(), trust: () => undefined, stop: standIn.close };
    },
  },
  {
    name: 'witness.example/real',
    skip: 'missing' in real,
    fork: 422,
    start: (folder) => startLitewitness('path' in real ? real.path : '', folder),
  },
];

let firestore: LocalFirestore;
let runs = 0;
beforeAll(() => {
  firestore = localFirestore();
});
afterAll(() => firestore.close());

describe.each(KINDS)('$name', ({ skip, start, name, fork }) => {
  let orgId = '';
  let origin = '';
  let folder = '';
  let world: TestWorld;
  let witness: RunningWitness;
  let deps: SealDeps;

  beforeEach(async () => {
    if (skip) return;
    orgId = `witnessed-${(runs += 1)}`;
    origin = `countersign/${orgId}/ledger`;
    // Its clock is a real one.
    world = testWorld(firestore.db, new Date().toISOString());
    folder = await mkdtemp(join(tmpdir(), 'w-'));
    witness = await start(folder, world);
    witness.trust(origin, await world.signer.publicKey());
    deps = { ...world, witnesses: witnesses() };
    await handIn(world, orgId, 'chart', chart());
    await drainStream(world, orgId, 'ledger');
  });
  afterEach(async () => {
    if (skip) return;
    await witness.stop();
    await rm(folder, { recursive: true });
  });

  const witnesses = (): Witnesses => ({
    policy: parseWitnessPolicy(`witness w ${witness.key} ${witness.url}\nquorum w\n`),
    ask: askOverHttp,
  });
  const state = async (): Promise<WitnessState> =>
    witnessStateSchema.parse((await firestore.db.get(paths.witnesses(orgId, 'ledger')))?.data);
  const alerts = async (): Promise<Alert['kind'][]> =>
    (await firestore.db.query({ collection: paths.alerts(orgId), limit: 9 })).map(({ data }) => (data as Alert).kind);

  /** So many leaves more, sealed. */
  async function grow(id: string, leaves = 1): Promise<Checkpoint> {
    const payouts = Array.from({ length: leaves }, (_, at) => payout(`${id}-${at}`, 0, '1'));
    await handIn(world, orgId, id, payouts);
    await drainStream(world, orgId, 'ledger');
    const checkpoint = await sealStream(deps, orgId, 'ledger', { force: true });
    if (checkpoint === null) throw new Error('nothing was sealed');
    return checkpoint;
  }

  async function forged(size: number): Promise<string> {
    const body = { origin, size, root: 'b'.repeat(64) };
    const signature = await world.signer.sign(new TextEncoder().encode(checkpointText(body)));
    return formatCheckpoint(body, await world.signer.publicKey(), signature);
  }

  test.skipIf(skip)('cosigns what grows, checkpoint after checkpoint, over the edges of tiles', async () => {
    for (const [at, leaves] of [1, 1, 5, 300, 17, 256].entries()) {
      const { size } = await grow(`g${at}`, leaves);
      expect(await cosignDue(deps)).toBeGreaterThan(0);
      const stored = (await firestore.db.get(paths.checkpoint(orgId, 'ledger', size)))?.data as Checkpoint;
      const [found] = await verifyCosignatures(stored.note, deps.witnesses?.policy.witnesses ?? [], ed25519Verify);
      expect(found?.witness).toBe(name);
      expect(Math.abs((found?.time ?? 0) - Date.now() / 1000)).toBeLessThan(60);
      expect(await state()).toMatchObject({ reachedSize: size, nextAt: null, witnesses: [{ problem: null }] });
    }
    expect(world.kept.size).toBe(6);
    expect(await alerts()).toEqual([]);
  });

  test.skipIf(skip)('that we have forgotten tells where it stands', async () => {
    await grow('a', 20);
    await cosignDue(deps);
    const { size } = await grow('b', 300);
    await firestore.db.commit([{ op: 'delete', path: paths.witnesses(orgId, 'ledger') }]);
    await cosignStream(deps, orgId, 'ledger');
    expect(await state()).toMatchObject({ reachedSize: size, witnesses: [{ failures: 0, problem: null }] });
  });

  test.skipIf(skip)('that has seen a fork refuses ours, and both are kept', async () => {
    const { size } = await grow('a', 3);
    const signal = AbortSignal.timeout(10_000);
    expect(await askOverHttp(witness.url, `old 0\n\n${await forged(size)}`, signal)).toMatchObject({ status: 200 });
    await cosignDue(deps);
    expect((await state()).witnesses).toMatchObject([{ cosigned: null, problem: { code: 'disagrees', size } }]);
    expect(await alerts()).toEqual(['witness_disagrees']);
    const [text = ''] = [...world.kept.values()];
    expect(text).toContain(`HTTP status ${fork}`);
  });

  test.skipIf(skip)('that is ahead of all that was published is reported', async () => {
    await grow('a', 3);
    const signal = AbortSignal.timeout(10_000);
    expect(await askOverHttp(witness.url, `old 0\n\n${await forged(4711)}`, signal)).toMatchObject({ status: 200 });
    await cosignDue(deps);
    expect((await state()).witnesses).toMatchObject([{ problem: { code: 'ahead', size: 4711 } }]);
    expect(await alerts()).toEqual(['witness_disagrees']);
  });

  test.skipIf(skip)(
    'that does not know the log, or trusts another key for it, is not what it seems to be',
    async () => {
      await grow('a');
      const stranger = testWorld(firestore.db, new Date().toISOString());
      const other = `${orgId}-other`;
      await handIn(stranger, other, 'chart', chart());
      await drainStream(stranger, other, 'ledger');
      await sealStream({ ...stranger, witnesses: witnesses() }, other, 'ledger', { force: true });
      if (fork === 422) await cosignStream({ ...stranger, witnesses: witnesses() }, other, 'ledger');
      const problem = async (): Promise<string | undefined> =>
        witnessStateSchema.parse((await firestore.db.get(paths.witnesses(other, 'ledger')))?.data).witnesses[0]?.problem
          ?.code;
      // The stand-in knows every log of the platform.
      if (fork === 422) expect(await problem()).toBe('unknown_log');
      witness.trust(`countersign/${other}/ledger`, await world.signer.publicKey());
      stranger.pass(3_600_001);
      await cosignStream({ ...stranger, witnesses: witnesses() }, other, 'ledger');
      expect(await problem()).toBe('unknown_key');
    },
  );
});
