import { atClosing, rateEffect, roundedIn } from './in-base.ts';
import { OTHER_BRANCHES, ROUNDING, TRANSLATION } from './section.ts';
import type { Stand } from './stand.ts';

/**
 * What stands between the two sides of a statement by its nature, each by name, as debits in minor units: what a branch
 * has with others; of a conversion, what the change of rates and the rounding have made. All are worked out from the
 * amounts but the rounding, which is what is left, and may be no more than rounding can make.
 */
export interface Balancing {
  readonly othersMinor: bigint;
  readonly translationMinor: bigint;
  readonly roundingMinor: bigint;
  /** Amounts that were rounded once each. */
  readonly rounded: number;
}

/**
 * @param stands of the branch or of all, whose amounts together are the statement
 * @param excessMinor debit less credit of what is shown
 * @param rounded how many amounts of it were rounded
 */
export function balancingOf(
  stands: readonly Stand[],
  excessMinor: bigint,
  branch: string | null,
  converted: boolean,
  rounded = stands.reduce((sum, stand) => sum + roundedIn(stand), 0),
): Balancing {
  // Without a branch and a conversion a difference is an error, and stays one.
  if (!converted)
    return {
      othersMinor: branch === null ? 0n : -excessMinor,
      translationMinor: 0n,
      roundingMinor: 0n,
      rounded: 0,
    };
  const othersMinor = branch === null ? 0n : -stands.reduce((sum, stand) => sum + atClosing(stand), 0n);
  const translationMinor = rateEffect(...stands);
  return {
    othersMinor,
    translationMinor,
    roundingMinor: -excessMinor - othersMinor - translationMinor,
    // The two lines are rounded as well.
    rounded: rounded + (othersMinor === 0n ? 0 : 1) + (translationMinor === 0n ? 0 : 1),
  };
}

/** The lines that some column needs. */
export function balancingLines(columns: readonly Balancing[]) {
  const lines = [
    { id: OTHER_BRANCHES[0], label: OTHER_BRANCHES[1], of: (one: Balancing) => one.othersMinor },
    { id: TRANSLATION[0], label: TRANSLATION[1], of: (one: Balancing) => one.translationMinor },
    { id: ROUNDING[0], label: ROUNDING[1], of: (one: Balancing) => one.roundingMinor },
  ];
  return lines.filter(({ of }) => columns.some((one) => of(one) !== 0n));
}
