import { formatCheckpoint, originOf, checkpointText, toBase64 } from '@countersign/domain/audit/checkpoint';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { EMPTY_ROOT, leafHash, nodeHash, type Hash } from '@countersign/domain/audit/merkle';
import { inclusionRanges, type LeafRange } from '@countersign/domain/audit/proof';
import { PACK_FORMAT, PACK_VERSION } from '@countersign/domain/evidence/pack';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { generateKeyPairSync } from 'node:crypto';
import { PackWriter } from '../../../functions/src/evidence/pack-writer.ts';
import { keySigner } from '../../../functions/src/streams/signer.ts';

const ORG = 'bench';

/** An evidence pack of a period with all of these events: each with its inclusion proof, under a signed checkpoint. */
export async function packOf(events: readonly AuditEvent[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const writer = new PackWriter({
    write: async (bytes) => void pieces.push(bytes),
    close: async () => ({ generation: '1' }),
    abort: () => undefined,
  });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const signer = keySigner(async () => pem);
  const publicKey = await signer.publicKey();
  const texts = events.map((event) => auditLeaf(event));
  const rootOf = subtrees(texts.map((text) => leafHash(text)));
  const [first, last] = [events[0], events.at(-1)];
  await writer.add({
    record: 'manifest',
    format: PACK_FORMAT,
    version: PACK_VERSION,
    organization: ORG,
    subject: { kind: 'period', from: dayOf(first), to: dayOf(last) },
    personal: false,
    publicKey: toBase64(publicKey),
  });
  const logs = [
    { stream: 'audit', size: events.length, root: rootOf({ start: 0, end: events.length }) },
    { stream: 'ledger', size: 0, root: EMPTY_ROOT },
  ] as const;
  for (const { stream, size, root } of logs) {
    const body = { origin: originOf(ORG, stream), size, root };
    const signature = await signer.sign(new TextEncoder().encode(checkpointText(body)));
    await writer.add({ record: 'checkpoint', stream, note: formatCheckpoint(body, publicKey, signature) });
  }
  for (const [seq, text] of texts.entries()) {
    const proof = inclusionRanges(seq, texts.length).map(rootOf);
    await writer.add({ record: 'leaf', stream: 'audit', seq, leaf: JSON.parse(text), proof });
  }
  await writer.close();
  return Buffer.concat(pieces);
}

const dayOf = (event: AuditEvent | undefined): string => (event?.recordedAt ?? '').slice(0, 10);

/** Roots of the ranges that proofs are made of, each computed once. */
function subtrees(leaves: readonly Hash[]): (range: LeafRange) => Hash {
  const known = new Map<number, Hash>();
  return function rootOf({ start, end }): Hash {
    if (end - start === 1) return leaves[start] as Hash;
    const key = start * (leaves.length + 1) + end;
    const found = known.get(key);
    if (found !== undefined) return found;
    let split = 1;
    while (split * 2 < end - start) split *= 2;
    const root = nodeHash(rootOf({ start, end: start + split }), rootOf({ start: start + split, end }));
    known.set(key, root);
    return root;
  };
}
