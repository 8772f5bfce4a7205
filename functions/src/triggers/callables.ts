import { toAppError, type AppError, type ErrorCode } from '@countersign/domain/errors';
import type { CommandName } from '@countersign/domain/schemas/commands';
import { HttpsError, onCall, type CallableFunction, type FunctionsErrorCode } from 'firebase-functions/https';
import { REGION } from '../config.ts';
import { log } from '../log.ts';
import type { Command } from '../commands/run-command.ts';

/** What Firebase's own codes can say; the caller finds ours in the details, and the message as it is: the web SDK adds to it. */
const HTTPS_CODES: Partial<Record<ErrorCode, FunctionsErrorCode>> = {
  invalid_argument: 'invalid-argument',
  input_error: 'invalid-argument',
  unauthenticated: 'unauthenticated',
  permission_denied: 'permission-denied',
  self_approval: 'permission-denied',
  not_found: 'not-found',
  already_exists: 'already-exists',
  already_signed: 'failed-precondition',
  stale_digest: 'failed-precondition',
  failed_precondition: 'failed-precondition',
  idempotency_key_reused: 'already-exists',
  claim_taken: 'failed-precondition',
  stopped: 'failed-precondition',
  limit_exceeded: 'resource-exhausted',
  resource_exhausted: 'resource-exhausted',
  provider_error: 'unavailable',
  unavailable: 'unavailable',
};

const USUAL = { region: REGION, timeoutSeconds: 60, memory: '512MiB', maxInstances: 20 } as const;
/** For what makes large files: a PDF of 20,000 lines takes some 400 MiB, and five seconds of a processor. */
export const LARGE = { timeoutSeconds: 180, memory: '1GiB', maxInstances: 5 } as const;

/** A command as a callable function: parse, call, map the error. */
export function callable<N extends CommandName, P>(
  name: N,
  load: () => Promise<Command<N, P>>,
  size: typeof LARGE | Record<string, never> = {},
): CallableFunction<unknown, Promise<unknown>> {
  return onCall({ ...USUAL, ...size }, async (request) => {
    const [{ runCommand }, { runtime }, command] = await Promise.all([
      import('../commands/run-command.ts'),
      import('../runtime.ts'),
      load(),
    ]);
    try {
      return await runCommand(
        runtime(),
        command,
        request.auth === undefined ? null : { uid: request.auth.uid },
        request.data,
      );
    } catch (error) {
      throw toHttpsError(name, toAppError(error));
    }
  });
}

/** An error of ours as Firebase's own; what is not the caller's fault is logged, and told in general words. */
export function toHttpsError(command: string, failure: AppError): HttpsError {
  const code = HTTPS_CODES[failure.code];
  if (code !== undefined)
    return new HttpsError(code, failure.message, { code: failure.code, message: failure.message, ...failure.details });
  log.commandFailed({
    command,
    code: failure.code,
    message: failure.cause instanceof Error ? (failure.cause.stack ?? failure.message) : failure.message,
  });
  return new HttpsError('internal', 'Something went wrong on our side. Nothing was changed; try again.', {
    code: 'internal',
  });
}
