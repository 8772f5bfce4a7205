import type { VerifySignature } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';

/**
 * Ed25519 by the browser itself.
 * @throws AppError `failed_precondition` in a browser that does not know it yet
 */
export const browserVerify: VerifySignature = async (publicKey, message, signature) => {
  const key = await crypto.subtle.importKey('raw', own(publicKey), 'Ed25519', false, ['verify']).catch(() => {
    throw new AppError(
      'failed_precondition',
      'This browser does not know Ed25519, so it can’t check signatures. A newer one does, and npm run verify.',
    );
  });
  return crypto.subtle.verify('Ed25519', key, own(signature), own(message));
};

/** Bytes in a buffer of their own, which is what the browser takes. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
