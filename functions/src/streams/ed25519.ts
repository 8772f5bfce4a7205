import { createPublicKey, verify } from 'node:crypto';
import type { VerifySignature } from '@countersign/domain/audit/checkpoint';

export const ed25519Verify: VerifySignature = async (publicKey, message, signature) => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
};
