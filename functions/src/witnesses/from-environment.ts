import { parseWitnessPolicy } from '@countersign/domain/audit/witness-policy';
import type { Witnesses } from '../streams/index.ts';
import { askOverHttp } from './client.ts';

/**
 * Who cosigns this deployment's checkpoints: CHECKPOINT_WITNESS_POLICY holds the text of a C2SP `tlog-policy`, in which a
 * semicolon may stand for the end of a line. Nobody when it is empty.
 * @throws AppError `invalid_argument` when it is not of the format
 */
export function witnessesFromEnvironment(): Witnesses | undefined {
  const { CHECKPOINT_WITNESS_POLICY: text = '' } = process.env;
  if (text.trim() === '') return undefined;
  return { policy: parseWitnessPolicy(text.replaceAll(';', '\n')), ask: askOverHttp };
}
