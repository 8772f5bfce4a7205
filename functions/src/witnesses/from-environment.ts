import { AppError } from '@countersign/domain/errors';
import { parseWitnessPolicy } from '@countersign/domain/audit/witness-policy';
import type { Witnesses } from '../streams/index.ts';
import { askOverHttp } from './client.ts';

/**
 * Who cosigns this deployment's checkpoints: CHECKPOINT_WITNESS_POLICY holds the text of a C2SP `tlog-policy`, in which a
 * semicolon may stand for the end of a line. Nobody when it is empty.
 * @throws AppError `failed_precondition` when it is not of the format: a deployment that thinks it is witnessed must be
 */
export function witnessesFromEnvironment(): Witnesses | undefined {
  const { CHECKPOINT_WITNESS_POLICY: text = '' } = process.env;
  if (text.trim() === '') return undefined;
  try {
    return { policy: parseWitnessPolicy(text.replaceAll(';', '\n')), ask: askOverHttp };
  } catch (cause) {
    const how = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('failed_precondition', `CHECKPOINT_WITNESS_POLICY: ${how}`, { cause });
  }
}
