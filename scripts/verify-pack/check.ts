import { createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fromBase64, type VerifySignature } from '@countersign/domain/audit/checkpoint';
import { parseWitnessPolicy, policyOfKeys, type WitnessPolicy } from '@countersign/domain/audit/witness-policy';
import { AppError } from '@countersign/domain/errors';
import { withQuorum } from '@countersign/domain/evidence/quorum';
import { verifyPack } from '@countersign/domain/evidence/verify-pack';
import { useNativeHash } from '../../functions/src/native-hash.ts';
import { packSentences } from './sentences.ts';

export interface CheckOptions {
  /** Files with later checkpoints, packs, or proofs from `npm run evidence -- --consistency`. */
  readonly checkpoint?: readonly string[] | undefined;
  /** A file with the base64 of 32 bytes. */
  readonly 'public-key'?: string | undefined;
  /** Keys of witnesses, as `name+id+base64`. */
  readonly witness?: readonly string[] | undefined;
  /** How many of them must have cosigned both checkpoints. */
  readonly quorum?: string | undefined;
  /** Instead of both: a file with a policy, as C2SP `tlog-policy` has it. */
  readonly 'witness-policy'?: string | undefined;
  readonly json?: boolean | undefined;
}

const ed25519: VerifySignature = async (publicKey, message, signature) => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
};

/** Check a pack in a file: no network, no database. @returns the exit code: 0 when all of it holds */
export async function checkPackFile(file: string, options: CheckOptions): Promise<number> {
  useNativeHash();
  const policy = await policyOf(options);
  const report = await verifyPack(readChunks(file), {
    publicKey:
      options['public-key'] === undefined ? null : fromBase64((await readText(options['public-key'])).trim(), 32),
    witnesses: policy.witnesses,
    later: await Promise.all((options.checkpoint ?? []).map(readHead)),
    verify: ed25519,
  });
  const judged = withQuorum(report, policy);
  if (options.json === true) console.log(JSON.stringify(judged));
  else for (const line of packSentences(judged)) console.log(line);
  return judged.ok ? 0 : 1;
}

async function policyOf({ witness = [], quorum = '0', 'witness-policy': file }: CheckOptions): Promise<WitnessPolicy> {
  if (file === undefined) {
    if (!/^\d{1,2}$/.test(quorum)) throw new AppError('invalid_argument', '--quorum is a number of witnesses');
    return policyOfKeys(witness, Number(quorum));
  }
  if (witness.length > 0 || quorum !== '0')
    throw new AppError('invalid_argument', 'Give a policy, or keys and their number, not both');
  const policy = parseWitnessPolicy(await readText(file));
  // Our logs have one key, and it is given once.
  if (policy.logs.length > 0)
    throw new AppError('invalid_argument', `${file} names logs: give the key of ours with --public-key instead`);
  return policy;
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Checkpoints and their proofs are the first lines of a pack, which may be larger than what fits into memory. */
const HEAD_BYTES = 4 * 1024 * 1024;

async function readHead(file: string): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file, { end: HEAD_BYTES - 1 })) pieces.push(chunk as Buffer);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const head = Buffer.concat(pieces);
  return head.subarray(0, head.length < HEAD_BYTES ? head.length : head.lastIndexOf('\n') + 1).toString();
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

const unreadable = (file: string, cause: unknown): AppError =>
  new AppError('not_found', `${file} can not be read`, { cause });
