import type { Cycle } from '../notes.ts';
import type { Turn } from '../turn.ts';

/** A part of the cycle: one walk over one kind of document. */
export interface Pass {
  readonly name: string;
  /** About how many documents it reads, of which the progress is told. */
  readonly reads: (turn: Turn, cycle: Cycle) => number;
  /**
   * Go on from the cursor (null: from the beginning), one page at least, until the turn is spent.
   * @returns the next cursor; null when all of it has been looked at
   */
  readonly step: (turn: Turn, cycle: Cycle, cursor: string | null) => Promise<string | null>;
}
