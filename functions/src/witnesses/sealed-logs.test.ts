import { parseWitnessKey, verifyCosignatures } from '@countersign/domain/audit/cosignature';
import { parseCheckpoint, verifyCheckpoint } from '@countersign/domain/audit/checkpoint';
import { beforeEach, expect, test } from 'vitest';
import { ORG, World } from '../engine/testing/world.ts';
import { sealLogs } from '../evidence/sealed-logs.ts';
import { ed25519Verify } from '../streams/ed25519.ts';
import type { SealDeps } from '../streams/index.ts';
import { TestWitness, witnessesOf } from './testing.ts';

let world: World;
let witness: TestWitness;
let deps: SealDeps;

beforeEach(async () => {
  world = await World.open();
  witness = new TestWitness('north', world.clock);
  deps = { ...world.clock, witnesses: await witnessesOf([witness]) };
});

test('a pack has the cosignatures of its own checkpoints, though they were sealed for it just now', async () => {
  const { checkpoints } = await sealLogs(deps, ORG);
  const key = parseWitnessKey(await witness.key());
  for (const { note, origin } of [checkpoints.audit, checkpoints.ledger]) {
    await verifyCheckpoint(note, origin, await world.clock.signer.publicKey(), ed25519Verify);
    expect(await verifyCosignatures(note, [key], ed25519Verify)).toHaveLength(1);
  }
});

test('a witness that fails or hangs is left out of it', async () => {
  const ask: NonNullable<SealDeps['witnesses']>['ask'] = async (_, body, signal) => {
    if (body.includes('/ledger\n')) throw new Error('broken');
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('timeout'))));
    return { status: 500, body: '' };
  };
  const started = Date.now();
  const { checkpoints } = await sealLogs({ ...deps, witnesses: { ...deps.witnesses!, ask } }, ORG);
  expect(Date.now() - started).toBeLessThan(15_000);
  for (const { note } of Object.values(checkpoints)) expect(parseCheckpoint(note).signatures).toHaveLength(1);
});

test('what others have added to the published copy is in it too', async () => {
  const stranger = 'stranger.example/w';
  const first = await sealLogs(deps, ORG);
  for (const [place, note] of world.clock.notes)
    world.clock.notes.set(place, `${note}\u2014 ${stranger} ${Buffer.from('0123').toString('base64')}\n`);
  const { checkpoints } = await sealLogs(deps, ORG);
  for (const name of ['audit', 'ledger'] as const) {
    expect(checkpoints[name].size).toBe(first.checkpoints[name].size);
    expect(parseCheckpoint(checkpoints[name].note).signatures.map((line) => line.name)).toEqual([
      checkpoints[name].origin,
      'north.example/w',
      stranger,
    ]);
  }
});
