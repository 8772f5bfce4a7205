import { AppError } from '@countersign/domain/errors';
import type { SealDeps } from './ports.ts';

export interface ForgottenResult { readonly drained: number; readonly sealed: number }

export function drainForgotten(_deps: SealDeps, _options: { readonly limit?: number } = {}): Promise<ForgottenResult> {
  return Promise.reject(new AppError('internal', 'The sweeper is not there yet'));
}
