import { toMajorText } from '@countersign/domain/money/money';
import { mulberry32 } from '@countersign/domain/seeded-random';
import { toText } from './sample-csv.ts';

const HEADER = ['reference', 'date', 'memo', 'account', 'debit', 'credit', 'currency', 'meta:invoice'];
/** Of the chart that an organization begins with: what is debited, what is credited, and what is said of it. */
const KINDS = [
  ['processing-fees', 'bank', 'Bank charges'],
  ['bank', 'fees-earned', 'Fees received'],
  ['suspense', 'fees-earned', 'Fee cleared up'],
  ['bank', 'suspense', 'Receipt nobody knows yet'],
] as const;
const CURRENCIES = ['USD', 'EUR', 'JPY'] as const;
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

/**
 * A file of journals that can all be posted: one entry a row, every third journal with two credits. The same seed gives
 * the same file; two seeds share no reference.
 */
export function sampleJournals(seed: number, journals: number): string {
  const random = mulberry32(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const rows = Array.from({ length: journals }, (_, at) => {
    const [debit, credit, memo] = KINDS[below(KINDS.length)] as (typeof KINDS)[number];
    const currency = CURRENCIES[below(CURRENCIES.length)] as string;
    const reference = `ADJ-${seed}-${String(at + 1).padStart(5, '0')}`;
    const day = new Date(FIRST_DAY + below(300) * DAY_MS).toISOString().slice(0, 10);
    const amount = BigInt(200 + below(5_000_000));
    const part = at % 3 === 0 ? amount / 3n : 0n;
    const credits = part === 0n ? [amount] : [amount - part, part];
    const text = (minor: bigint): string => toMajorText(minor, currency);
    return [
      [reference, day, memo, debit, text(amount), '', currency, `B-${1000 + at}`],
      ...credits.map((minor) => [reference, '', '', credit, '', text(minor), currency, '']),
    ];
  });
  return toText([HEADER, ...rows.flat()]);
}
