import { getStorage } from 'firebase-admin/storage';
import { AppError } from '@countersign/domain/errors';
import { fetchSecret, isLocal } from '../secrets.ts';
import { bucketPublisher } from './bucket-publisher.ts';
import { folderPublisher } from './publisher.ts';
import type { CheckpointPublisher, Signer } from './ports.ts';
import { kmsSigner } from './kms-signer.ts';
import { keySigner, localSigner } from './signer.ts';

/**
 * Locally a key file and a folder. In the cloud a key in Cloud KMS, if CHECKPOINT_KMS_KEY names a version of one, else a
 * secret; and a bucket of its own that the deploy locks.
 */
export function checkpointSigner(): Signer {
  if (isLocal()) return localSigner(folder('LOCAL_KEY_DIR'));
  const { CHECKPOINT_KMS_KEY: key } = process.env;
  return key === undefined || key === '' ? keySigner(() => fetchSecret('checkpoint-signing-key')) : kmsSigner(key);
}

export function checkpointPublisher(): CheckpointPublisher {
  if (isLocal()) return folderPublisher(folder('CHECKPOINT_DIR'));
  return bucketPublisher(getStorage().bucket(`${process.env['GCLOUD_PROJECT'] ?? ''}-checkpoints`));
}

function folder(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new AppError('failed_precondition', `${name} is not set`);
  return value;
}
