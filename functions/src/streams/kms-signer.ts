import { createPublicKey } from 'node:crypto';
import { AppError } from '@countersign/domain/errors';
import { GoogleAuth } from 'google-auth-library';
import * as z from 'zod';
import { crc32c } from './crc32c.ts';
import { ed25519Verify } from './ed25519.ts';
import type { Signer } from './ports.ts';

/** A request to Google that carries its own credentials. */
export type GoogleRequest = (options: {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly data?: unknown;
  readonly timeout: number;
}) => Promise<{ readonly data: unknown }>;

const BASE = 'https://cloudkms.googleapis.com';
const TIMEOUT_MS = 10_000;
const ALGORITHM = 'EC_SIGN_ED25519';
const SIGNATURE_BYTES = 64;
const KEY_VERSION = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+\/cryptoKeyVersions\/\d+$/;

const publicKeySchema = z.object({ name: z.string(), algorithm: z.string(), pem: z.string(), pemCrc32c: z.string() });
const signedSchema = z.object({
  name: z.string(),
  signature: z.base64(),
  signatureCrc32c: z.string(),
  verifiedDataCrc32c: z.boolean().default(false),
});

/**
 * An Ed25519 key in Cloud KMS, which never leaves it (REST v1, `cryptoKeyVersions.asymmetricSign`; its `data` is signed
 * as it is, without a digest). What comes back is checked by its sums, and the signature by the key itself: a false one is
 * never published.
 * @param keyVersion `projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N`
 * @throws AppError `failed_precondition`, from its methods, for another kind of key or one that this account may not use;
 *   `unavailable` (retryable) when the service does not answer as it should
 */
export function kmsSigner(keyVersion: string, request: GoogleRequest = withCredentials(), base = BASE): Signer {
  if (!KEY_VERSION.test(keyVersion))
    throw new AppError('failed_precondition', `${keyVersion} names no version of a key in Cloud KMS`);
  const url = `${base}/v1/${keyVersion}`;
  let fetched: Promise<Uint8Array> | null = null;
  const publicKey = (): Promise<Uint8Array> => {
    fetched ??= fetchPublicKey(request, url, keyVersion);
    // A failure is not remembered: the next call asks again.
    fetched.catch(() => (fetched = null));
    return fetched;
  };
  return {
    publicKey,
    async sign(message) {
      const key = await publicKey();
      const data = { data: Buffer.from(message).toString('base64'), dataCrc32c: String(crc32c(message)) };
      const answer = await ask(request, { url: `${url}:asymmetricSign`, method: 'POST', data, timeout: TIMEOUT_MS });
      const signed = signedSchema.safeParse(answer).data;
      const signature = new Uint8Array(Buffer.from(signed?.signature ?? '', 'base64'));
      const holds =
        signed?.name === keyVersion &&
        signed.verifiedDataCrc32c &&
        signed.signatureCrc32c === String(crc32c(signature)) &&
        signature.length === SIGNATURE_BYTES &&
        (await ed25519Verify(key, message, signature));
      if (!holds) throw garbled('The signature');
      return signature;
    },
  };
}

async function fetchPublicKey(request: GoogleRequest, url: string, keyVersion: string): Promise<Uint8Array> {
  const answer = await ask(request, { url: `${url}/publicKey`, method: 'GET', timeout: TIMEOUT_MS });
  const found = publicKeySchema.safeParse(answer).data;
  if (found === undefined) throw garbled('The public key');
  if (found.algorithm !== ALGORITHM)
    throw new AppError('failed_precondition', `The checkpoint key is of ${found.algorithm}; it must be ${ALGORITHM}`);
  if (found.name !== keyVersion || found.pemCrc32c !== String(crc32c(Buffer.from(found.pem))))
    throw garbled('The public key');
  const { x } = createPublicKey(found.pem).export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(String(x), 'base64url'));
}

const garbled = (what: string): AppError =>
  new AppError('unavailable', `${what} of Cloud KMS did not arrive as it was sent`, { retryable: true });

async function ask(request: GoogleRequest, options: Parameters<GoogleRequest>[0]): Promise<unknown> {
  try {
    return (await request(options)).data;
  } catch (cause) {
    const status = statusOf(cause);
    // Denied, not there, disabled: nothing that another try mends.
    if (status !== null && status >= 400 && status < 500 && status !== 429 && status !== 408)
      throw new AppError('failed_precondition', `Cloud KMS refuses the checkpoint key (${status})`, { cause });
    throw new AppError('unavailable', 'Cloud KMS does not answer', { cause, retryable: true });
  }
}

function statusOf(error: unknown): number | null {
  const { status, response } = error as { status?: unknown; response?: { status?: unknown } };
  const found = response?.status ?? status;
  return typeof found === 'number' ? found : null;
}

function withCredentials(): GoogleRequest {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloudkms' });
  return async ({ data, ...options }) => auth.request(data === undefined ? options : { ...options, data });
}
