import { formatMoney, toMinor } from '../money/money.ts';
import { plural } from '../plan/sentence.ts';
import type { Risk, RiskFactor } from '../schemas/execution.ts';
import type { BaseAmount } from '../schemas/plan-traits.ts';

/** What is known of a plan and of the runs before it. */
export interface RiskFacts {
  readonly base: BaseAmount;
  readonly payeeCount: number;
  readonly newPayeeCount: number;
  readonly hiddenDestinationCount: number;
  readonly nearDuplicateCount: number;
  /** Null when the organization's time zone is none. */
  readonly offHours: boolean | null;
  /** A schedule asks for it at whatever hour it was given. */
  readonly scheduled: boolean;
  /** Amounts, in minor units of the base currency, of the operation's last completed runs, where they are known. */
  readonly pastAmounts: readonly bigint[];
  /** Completed runs of the operation, up to the number that is looked at. */
  readonly pastRuns: number;
  /** Whether the operation's last run had the same code; null when there is none. */
  readonly sameCode: boolean | null;
  /** Input files whose very bytes another run has had. */
  readonly reusedFiles: readonly { readonly name: string; readonly runs: number }[];
  readonly firstOfRequester: boolean;
}

/** Points by factor. A plan's score is their sum; bands below. */
export const RISK_WEIGHTS = {
  amount_unknown: 20,
  amount_above_three_times_max: 30,
  amount_above_max: 20,
  amount_outlier: 15,
  new_payees: 15,
  mostly_new_payees: 25,
  hidden_destination: 10,
  near_duplicates: 20,
  reused_file: 25,
  changed_code: 15,
  off_hours: 10,
  first_run: 10,
  first_of_requester: 10,
} as const;
type Code = keyof typeof RISK_WEIGHTS;

/** Least score of each band above `low`. */
export const RISK_BANDS = { medium: 25, high: 50, critical: 75 } as const;

export function riskBand(score: number): Risk['band'] {
  if (score >= RISK_BANDS.critical) return 'critical';
  if (score >= RISK_BANDS.high) return 'high';
  return score >= RISK_BANDS.medium ? 'medium' : 'low';
}

/** The risk of a plan: every factor with its points, why it is there, and what would take it away. */
export function assessRisk(facts: RiskFacts): Risk {
  const factors = [
    amountFactor(facts),
    payeeFactor(facts),
    hiddenFactor(facts),
    duplicateFactor(facts),
    fileFactor(facts),
    codeFactor(facts),
    hoursFactor(facts),
    firstRunFactor(facts),
    requesterFactor(facts),
  ].filter((factor) => factor !== null);
  const score = factors.reduce((sum, factor) => sum + factor.weight, 0);
  return { score, band: riskBand(score), factors };
}

function factor(code: Code, title: string, detail: string, remedy: string): RiskFactor {
  return { code, weight: RISK_WEIGHTS[code], title, detail, remedy };
}

/** From so few runs no spread can be told. */
const MIN_RUNS_FOR_SPREAD = 5;

/**
 * Against the largest of the past runs, and against their median: the modified z-score 0.6745 × (x − median) / MAD
 * above 3.5 is an outlier (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993).
 */
function amountFactor({ base, pastAmounts }: RiskFacts): RiskFactor | null {
  if (base.amountMinor === null)
    return factor(
      'amount_unknown',
      'Amount not known',
      `There is no recent rate to ${base.currency} for ${base.unknownCurrencies.join(', ')}`,
      'Record the exchange rate and plan again',
    );
  const amount = toMinor(base.amountMinor);
  if (pastAmounts.length === 0 || amount === 0n) return null;
  const largest = pastAmounts.reduce((most, one) => (one > most ? one : most), 0n);
  const money = (minor: bigint): string => formatMoney(minor, base.currency);
  const remedy = 'Split the run, or have somebody confirm the amount who knows it';
  const detail = `${money(amount)}; the largest of the last ${plural(pastAmounts.length, 'completed run')} was ${money(largest)}`;
  if (amount > 3n * largest) return factor('amount_above_three_times_max', 'Far more than ever', detail, remedy);
  if (amount > largest) return factor('amount_above_max', 'More than ever', detail, remedy);
  const median = medianOf(pastAmounts);
  return isOutlier(amount, median, pastAmounts)
    ? factor('amount_outlier', 'Unusual amount', `${money(amount)}; usual is about ${money(median)}`, remedy)
    : null;
}

function isOutlier(amount: bigint, median: bigint, past: readonly bigint[]): boolean {
  if (past.length < MIN_RUNS_FOR_SPREAD || amount <= median) return false;
  const spread = medianOf(past.map((one) => (one > median ? one - median : median - one)));
  // Runs that were all alike have no spread: then a tenth more is unusual.
  if (spread === 0n) return (amount - median) * 10n > median;
  return (amount - median) * 6745n > 35_000n * spread;
}

/** The lower median. */
function medianOf(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n;
}

function payeeFactor({ payeeCount, newPayeeCount }: RiskFacts): RiskFactor | null {
  if (newPayeeCount === 0) return null;
  const detail = `${newPayeeCount} of ${plural(payeeCount, 'payee')} ${newPayeeCount === 1 ? 'was' : 'were'} never paid before at this bank`;
  const remedy = 'Confirm the bank accounts by another channel; pay a small amount first';
  return newPayeeCount * 2 > payeeCount
    ? factor('mostly_new_payees', 'Mostly new payees', detail, remedy)
    : factor('new_payees', 'New payees', detail, remedy);
}

function hiddenFactor({ hiddenDestinationCount }: RiskFacts): RiskFactor | null {
  return hiddenDestinationCount === 0
    ? null
    : factor(
        'hidden_destination',
        'Bank account not shown',
        `Stripe hides the bank account of ${plural(hiddenDestinationCount, 'payee')}, so a change of it can not be seen`,
        'Ask the payee which bank account Stripe pays to',
      );
}

function duplicateFactor({ nearDuplicateCount }: RiskFacts): RiskFactor | null {
  return nearDuplicateCount === 0
    ? null
    : factor(
        'near_duplicates',
        'Possible duplicates',
        `${plural(nearDuplicateCount, 'row')} with account, amount and currency of another`,
        'Look at these rows; take out what is paid already',
      );
}

function fileFactor({ reusedFiles }: RiskFacts): RiskFactor | null {
  const [first] = reusedFiles;
  return first === undefined
    ? null
    : factor(
        'reused_file',
        'File used before',
        reusedFiles.map(({ name, runs }) => `${name} was the input of ${plural(runs, 'other run')}`).join('; '),
        'Make sure that it is not last time’s file; upload the new one',
      );
}

function codeFactor({ sameCode }: RiskFacts): RiskFactor | null {
  return sameCode === false
    ? factor(
        'changed_code',
        'Changed code',
        'The plugin is not the one that the last run of this operation had',
        'Compare with the last run; the factor is gone once a run with this code has been made',
      )
    : null;
}

function hoursFactor({ offHours, scheduled }: RiskFacts): RiskFactor | null {
  if (offHours === false || scheduled) return null;
  return factor(
    'off_hours',
    'Off hours',
    offHours === null
      ? 'The organization’s time zone is not known'
      : 'It was asked for outside the organization’s business hours',
    offHours === null ? 'Set the time zone' : 'Ask for it during business hours',
  );
}

function firstRunFactor({ pastRuns }: RiskFacts): RiskFactor | null {
  return pastRuns > 0
    ? null
    : factor(
        'first_run',
        'First run',
        'This operation has never completed before: there is nothing to compare with',
        'Begin with a small run',
      );
}

function requesterFactor({ firstOfRequester }: RiskFacts): RiskFactor | null {
  return firstOfRequester
    ? factor(
        'first_of_requester',
        'First run of this person',
        'The one who asks has never asked for a run before',
        'Make sure that it is who they say',
      )
    : null;
}
