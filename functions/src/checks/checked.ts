import type { CheckResult } from '@countersign/domain/schemas/check';
import type { Write } from '../store/database.ts';
import type { Finding } from '../streams/verify/findings.ts';

/** What a turn comes to. */
export interface Checked {
  readonly scope: CheckResult['scope'];
  readonly because: string | null;
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** What was found before, and was not looked at again since. */
  readonly standing: readonly Finding[];
  readonly cycle: CheckResult['cycle'];
  /** For the commit that ends the turn. */
  readonly writes: readonly Write[];
  /** There is more to look at now. */
  readonly goesOn: boolean;
}
