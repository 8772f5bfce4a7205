import { plural } from '@countersign/domain/plan/sentence';
import type { Checkpoint, StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import { unsealed } from './seal-state.ts';

export interface StreamFacts {
  readonly name: StreamName;
  readonly head: StreamHead | null;
  readonly checkpoint: Checkpoint | null;
}

export const NOUNS: Readonly<Record<StreamName, string>> = { audit: 'event', ledger: 'ledger record' };

/** "all 56 events and 1,679 of 1,680 ledger records"; of a stream without records nothing is said. */
export function sealedInWords(streams: readonly StreamFacts[]): string {
  const parts = streams.flatMap(({ name, head }) => {
    if (head === null || head.size === 0) return [];
    const waiting = unsealed(head);
    const noun = NOUNS[name];
    if (waiting === 0) return [head.size === 1 ? `the one ${noun}` : `all ${plural(head.size, noun)}`];
    return [`${head.checkpointSize.toLocaleString('en')} of ${plural(head.size, noun)}`];
  });
  return parts.join(' and ');
}

/** When the newest checkpoint was signed, of those streams that have one. */
export function sealedUpTo(streams: readonly StreamFacts[]): string | null {
  const times = streams.flatMap(({ checkpoint }) => (checkpoint === null ? [] : [checkpoint.at])).toSorted();
  return times.at(-1) ?? null;
}
