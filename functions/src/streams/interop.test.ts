import {
  checkpointText,
  formatCheckpoint,
  parseCheckpoint,
  verifierKey,
  verifyCheckpoint,
} from '@countersign/domain/audit/checkpoint';
import {
  cosignatureLine,
  parseWitnessKey,
  verifyCosignatures,
  witnessKey,
} from '@countersign/domain/audit/cosignature';
import { append, EMPTY_TREE, leafHash, rootOf, type Hash } from '@countersign/domain/audit/merkle';
import { consistencyRanges, inclusionRanges, proofFromTiles } from '@countersign/domain/audit/proof';
import { appendToTiles, tileKey } from '@countersign/domain/audit/tiles';
import { verifyConsistency, verifyInclusion } from '@countersign/domain/audit/verify-proof';
import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ed25519Verify } from './ed25519.ts';
import vectors from './interop/vectors.json' with { type: 'json' };
import type { Signer } from './ports.ts';
import { keySigner } from './signer.ts';

/** What Go's own sumdb packages and the witnesses' library make of the same input; `interop/main.go` made the vectors. */
const { origin, size, root } = vectors;
const signerOf = (seed: string): Signer => {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return keySigner(async () => key.export({ type: 'pkcs8', format: 'pem' }) as string);
};
const log = signerOf(vectors.seed);
const witness = signerOf(vectors.witnessSeed);
const NAME = 'witness.example.com/w1';

describe('a checkpoint', () => {
  test('is byte for byte the signed note that sumdb/note makes', async () => {
    const publicKey = await log.publicKey();
    const signature = await log.sign(new TextEncoder().encode(checkpointText({ origin, size, root })));
    expect(formatCheckpoint({ origin, size, root }, publicKey, signature)).toBe(vectors.note);
    expect(verifierKey(origin, publicKey)).toBe(vectors.verifierKey);
  });

  test('that sumdb/note signed is read and verified', async () => {
    const body = await verifyCheckpoint(vectors.note, origin, await log.publicKey(), ed25519Verify);
    expect(body).toEqual({ origin, size, root });
  });
});

describe('a cosignature', () => {
  test('of the witnesses’ own library is verified, and kept beside ours', async () => {
    const publicKey = await log.publicKey();
    expect(await verifyCheckpoint(vectors.cosigned, origin, publicKey, ed25519Verify)).toEqual({ origin, size, root });
    expect(parseCheckpoint(vectors.cosigned).signatures).toHaveLength(2);
    const [found] = await verifyCosignatures(vectors.cosigned, [parseWitnessKey(vectors.witnessKey)], ed25519Verify);
    expect(found?.witness).toBe(NAME);
    expect(found?.time).toBeGreaterThan(1_700_000_000);
  });

  test('that we make for the same time is byte for byte theirs', async () => {
    const key = { name: NAME, publicKey: await witness.publicKey() };
    expect(witnessKey(key)).toBe(vectors.witnessKey);
    const [theirs] = await verifyCosignatures(vectors.cosigned, [key], ed25519Verify);
    const line = await cosignatureLine(key, vectors.note, theirs?.time ?? 0, (message) => witness.sign(message));
    expect(`${vectors.note}${line}`).toBe(vectors.cosigned);
  });

  test('of another text, another time or another key does not hold; of an unknown witness it is left alone', async () => {
    const key = parseWitnessKey(vectors.witnessKey);
    const verify = async (note: string): Promise<unknown> => verifyCosignatures(note, [key], ed25519Verify);
    await expect(verify(vectors.cosigned.replace('\n1204\n', '\n1205\n'))).rejects.toThrow(
      /false cosignature of witness/,
    );
    const lines = vectors.cosigned.split('\n');
    const [, , base64 = ''] = (lines.at(-2) ?? '').split(' ');
    const bytes = Buffer.from(base64, 'base64');
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
    const later = vectors.cosigned.replace(base64, bytes.toString('base64'));
    await expect(verify(later)).rejects.toThrow(/false cosignature/);
    const other = { name: NAME, publicKey: await log.publicKey() };
    expect(await verifyCosignatures(vectors.cosigned, [other], ed25519Verify)).toEqual([]);
    expect(() => parseWitnessKey(vectors.verifierKey)).toThrow(/no key of a witness/);
    expect(() => parseWitnessKey(vectors.witnessKey.replace('w1+', 'w2+'))).toThrow(/no key of a witness/);
  });
});

describe('a tree', () => {
  const leaves: Hash[] = vectors.roots.map((_, index) => leafHash(`leaf ${index}`));
  const rootAt = (count: number): Hash => vectors.roots[count - 1] ?? '';
  const tiles = new Map(
    appendToTiles(EMPTY_TREE, leaves, new Map()).changed.map((tile) => [tileKey(tile), tile.hashes] as const),
  );

  test('has the roots that sumdb/tlog finds, at every size', () => {
    for (let count = 1; count <= leaves.length; count += 1)
      expect(rootOf(append(EMPTY_TREE, leaves.slice(0, count)))).toBe(rootAt(count));
  });

  test('proves as sumdb/tlog does, and verifies its proofs', () => {
    for (const { index, size: count, proof } of vectors.inclusions) {
      expect(proofFromTiles(inclusionRanges(index, count), tiles)).toEqual(proof);
      expect(verifyInclusion(leaves[index] ?? '', index, count, proof, rootAt(count))).toBe(true);
    }
    for (const { before, size: count, proof } of vectors.consistencies) {
      expect(proofFromTiles(consistencyRanges(before, count), tiles)).toEqual(proof);
      expect(verifyConsistency(before, count, rootAt(before), rootAt(count), proof)).toBe(true);
    }
  });
});
