import { AppError } from '@countersign/domain/errors';
import type { StreamName } from '@countersign/domain/schemas/ledger';
import type { DrainResult, Refusal, StreamDeps } from './ports.ts';

export function drainStream(_deps: StreamDeps, _orgId: string, _name: StreamName, _options: { readonly maxBatches?: number } = {}): Promise<DrainResult> {
  return Promise.reject(new AppError('internal', 'The writer is not there yet'));
}

export function awaitDecided(_deps: StreamDeps, _orgId: string, _name: StreamName, _commitId: string, _options: { readonly timeoutMs?: number } = {}): Promise<readonly Refusal[]> {
  return Promise.reject(new AppError('internal', 'The writer is not there yet'));
}
