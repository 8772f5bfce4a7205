import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';
import type { Signer } from './ports.ts';

const PRIVATE_KEY = 'checkpoint-ed25519.pem';
/** Base64 of the 32 raw bytes, for verifiers. */
export const PUBLIC_KEY = 'checkpoint-ed25519.pub';

/**
 * An Ed25519 key in a folder outside the database, readable by its owner only; made on first use.
 * @param folder env LOCAL_KEY_DIR
 */
export function localSigner(folder: string): Signer {
  const path = join(folder, PRIVATE_KEY);
  return keySigner(async () => (await readIfThere(path)) ?? (await createKey(folder, path)));
}

/**
 * @param fetchPem gives an Ed25519 private key as PKCS #8 PEM; asked once, when it is first needed
 * @throws AppError `failed_precondition`, from its methods, when what it gives is no such key
 */
export function keySigner(fetchPem: () => Promise<string>): Signer {
  let fetched: Promise<KeyObject> | null = null;
  const key = (): Promise<KeyObject> => {
    fetched ??= fetchPem().then(parseKey);
    // A failure is not remembered: the next call asks again.
    fetched.catch(() => (fetched = null));
    return fetched;
  };
  return {
    publicKey: async () => rawPublicKey(await key()),
    sign: async (message) => new Uint8Array(sign(null, message, await key())),
  };
}

/** Two processes may come here at once: each writes its own file, and a link lets only the first one's count. */
async function createKey(folder: string, path: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = join(folder, `.${randomUUID()}`);
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  await link(draft, path).catch(unlessExists);
  await unlink(draft);
  const pem = await readFile(path, 'utf8');
  await writeFile(join(folder, PUBLIC_KEY), `${toBase64(rawPublicKey(parseKey(pem)))}\n`);
  return pem;
}

function parseKey(pem: string): KeyObject {
  const key = tryParse(pem);
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new AppError('failed_precondition', 'The checkpoint key is not an Ed25519 private key in PEM');
  return key;
}

function tryParse(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(x as string, 'base64url'));
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
