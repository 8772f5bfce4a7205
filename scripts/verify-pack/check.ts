import { createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fromBase64, type VerifySignature } from '@countersign/domain/audit/checkpoint';
import { parseWitnessKey } from '@countersign/domain/audit/cosignature';
import { AppError } from '@countersign/domain/errors';
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
  readonly json?: boolean | undefined;
}

const ed25519: VerifySignature = async (publicKey, message, signature) => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
};

/** Check a pack in a file: no network, no database. @returns the exit code: 0 when all of it holds */
export async function checkPackFile(file: string, options: CheckOptions): Promise<number> {
  useNativeHash();
  const report = await verifyPack(readChunks(file), {
    publicKey:
      options['public-key'] === undefined ? null : fromBase64((await readText(options['public-key'])).trim(), 32),
    witnesses: (options.witness ?? []).map(parseWitnessKey),
    later: await Promise.all((options.checkpoint ?? []).map(readText)),
    verify: ed25519,
  });
  if (options.json === true) console.log(JSON.stringify(report));
  else for (const line of packSentences(report)) console.log(line);
  return report.ok ? 0 : 1;
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (cause) {
    throw unreadable(file, cause);
  }
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
