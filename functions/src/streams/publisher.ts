import { AppError } from '@countersign/domain/errors';
import type { CheckpointPublisher } from './ports.ts';

/** @param folder env CHECKPOINT_DIR */
export function folderPublisher(_folder: string): CheckpointPublisher {
  throw new AppError('internal', 'The publisher is not there yet');
}
