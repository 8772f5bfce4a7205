/** Something that does not hold: which check, on what (a path or a place), and in words. */
export interface Finding {
  readonly check: FindingCheck;
  readonly where: string;
  readonly message: string;
}

export type FindingCheck =
  | 'shape'
  | 'leaf'
  | 'tree'
  | 'checkpoint'
  | 'journal'
  | 'account'
  | 'period'
  | 'balance'
  | 'month'
  | 'trial_balance'
  | 'event'
  | 'document'
  | 'personal'
  /** Of the continuous check: something waits for longer than it should. */
  | 'waiting';

/** Of thousands of broken things the first ones by name tell the story. */
const MAX_KEPT = 100;

export class Findings {
  readonly kept: Finding[] = [];
  count = 0;

  add(check: FindingCheck, where: string, message: string): void {
    this.count += 1;
    if (this.kept.length < MAX_KEPT) this.kept.push({ check, where, message });
  }
}
