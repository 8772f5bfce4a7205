import { AppError } from '@countersign/domain/errors';
import type { Signer } from './ports.ts';

/** @param folder outside the database: env LOCAL_KEY_DIR */
export function localSigner(_folder: string): Signer {
  throw new AppError('internal', 'The signer is not there yet');
}
