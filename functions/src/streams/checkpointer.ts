import { AppError } from '@countersign/domain/errors';
import type { Checkpoint, StreamName } from '@countersign/domain/schemas/ledger';
import type { SealDeps } from './ports.ts';

export function sealStream(_deps: SealDeps, _orgId: string, _name: StreamName, _options: { readonly force?: boolean } = {}): Promise<Checkpoint | null> {
  return Promise.reject(new AppError('internal', 'The checkpointer is not there yet'));
}
