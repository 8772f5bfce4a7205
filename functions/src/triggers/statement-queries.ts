import { toAppError } from '@countersign/domain/errors';
import type { StatementQueryName } from '@countersign/domain/schemas/statement';
import { onCall, type CallableFunction } from 'firebase-functions/https';
import { REGION } from '../config.ts';
import { toHttpsError } from './callables.ts';

/** A query of statements as a callable function: parse, ask, map the error. */
export function statementQuery(name: StatementQueryName): CallableFunction<unknown, Promise<unknown>> {
  return onCall({ region: REGION, timeoutSeconds: 120, memory: '1GiB', maxInstances: 20 }, async (request) => {
    const [{ runStatementQuery }, { runtime }] = await Promise.all([
      import('../ledger/statements/run-statement-query.ts'),
      import('../runtime.ts'),
    ]);
    try {
      const caller = request.auth === undefined ? null : { uid: request.auth.uid };
      return await runStatementQuery(runtime(), name, caller, request.data);
    } catch (error) {
      throw toHttpsError(name, toAppError(error));
    }
  });
}
