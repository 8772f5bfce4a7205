import { witnessKey } from '@countersign/domain/audit/cosignature';
import { localSigner } from '../../../functions/src/streams/signer.ts';

export const STAND_IN_NAME = 'localhost/stand-in-witness';

/** The policy by which a platform on this machine asks its stand-in. Makes the witness's key when it is not there yet. */
export async function standInPolicy(folder: string, port: number): Promise<string> {
  const key = witnessKey({ name: STAND_IN_NAME, publicKey: await localSigner(folder).publicKey() });
  return `witness stand-in ${key} http://127.0.0.1:${port}; quorum stand-in`;
}
