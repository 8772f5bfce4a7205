import { plural } from '@countersign/domain/plan/sentence';
import type { CheckResult } from '@countersign/domain/schemas/check';
import type { StreamHead } from '@countersign/domain/schemas/stream';
import type { Shape, Tone } from '../../../components/execution-state.ts';

export interface SealState {
  readonly label: string;
  readonly tone: Tone;
  readonly shape: Shape;
}

/** Sealing takes seconds; what waits for longer is a matter for somebody. */
const SEALED_WITHIN_MS = 2 * 60_000;
/** A check that is due may wait its turn. */
const CHECKED_WITHIN_MS = 30 * 60_000;

/** One word on everything: what does not hold comes first, then what waits, then what nobody has looked at. */
export function sealState(
  heads: readonly Pick<StreamHead, 'size' | 'checkpointSize' | 'unsealedSince'>[],
  check: Pick<CheckResult, 'ok' | 'scope' | 'cycle' | 'findingCount' | 'nextAt'> | null,
  now: number,
): SealState {
  if (check !== null && !check.ok)
    return {
      label: `${plural(check.findingCount, 'thing')} ${check.findingCount === 1 ? 'does' : 'do'} not hold`,
      tone: 'bad',
      shape: 'octagon',
    };
  const waiting = heads.reduce((sum, head) => sum + unsealed(head), 0);
  if (waiting > 0) {
    const late = heads.some(({ unsealedSince: at }) => at !== null && now - Date.parse(at) > SEALED_WITHIN_MS);
    return {
      label: `${plural(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'} for a seal`,
      tone: late ? 'act' : 'busy',
      shape: late ? 'triangle' : 'clock',
    };
  }
  if (heads.every(({ size }) => size === 0)) return { label: 'Nothing is recorded yet', tone: 'quiet', shape: 'dots' };
  if (check === null) return { label: 'Everything sealed, not checked yet', tone: 'busy', shape: 'ring-check' };
  if (now - Date.parse(check.nextAt) > CHECKED_WITHIN_MS)
    return { label: 'Everything sealed; the check is late', tone: 'act', shape: 'triangle' };
  if (check.scope === 'cycle' && (check.cycle?.last ?? null) === null)
    return { label: 'Everything sealed; not all of it is checked yet', tone: 'busy', shape: 'ring-check' };
  if (check.scope === 'clock')
    return { label: 'Everything sealed; only waiting times were checked', tone: 'act', shape: 'ring-check' };
  return { label: 'Everything is in order', tone: 'good', shape: 'disc-check' };
}

export const unsealed = ({ size, checkpointSize }: Pick<StreamHead, 'size' | 'checkpointSize'>): number =>
  Math.max(0, size - checkpointSize);
