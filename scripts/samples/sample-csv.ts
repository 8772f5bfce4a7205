import { mulberry32 } from '@countersign/domain/seeded-random';
import { toMajorText } from '@countersign/domain/money/money';
import { floorToStripeStep, fromStripeAmount } from '@countersign/domain/money/stripe-exponents';
import { stripeMinimum } from '@countersign/domain/money/stripe-minimums';

/** A connected account as the local Stripe is told of it; amounts in Stripe's smallest units, currencies lower case. */
export interface SampleAccount {
  readonly id: string;
  readonly payoutsEnabled?: boolean;
  readonly available?: Readonly<Record<string, number>>;
}

export interface SampleRow {
  readonly reference: string;
  readonly account: string;
  readonly amount: string;
  readonly currency: string;
  readonly description: string;
}

export const HEADER = ['reference', 'account', 'amount', 'currency', 'description'] as const;

const REASONS = [
  'October sales',
  'Marketplace sales',
  'Weekly settlement',
  'Refund reserve released',
  'Sales, less fees',
];
/** A file takes at most a fifth of each balance, so that several files can be run one after the other. */
const SHARE_OF_BALANCE = 5n;

/**
 * Rows that can all be paid from these accounts' balances. The same seed gives the same rows; two seeds share no
 * reference.
 */
export function sampleRows(seed: number, count: number, accounts: readonly SampleAccount[]): SampleRow[] {
  const random = mulberry32(seed);
  const purses = accounts.filter((account) => account.payoutsEnabled !== false).flatMap((account) => pursesOf(account));
  const rows: SampleRow[] = [];
  for (let round = 0; rows.length < count && purses.length > 0; round = (round + 1) % purses.length) {
    const purse = purses[round] as Purse;
    const roundsLeft = BigInt(Math.ceil((count - rows.length) / purses.length));
    const most = purse.left / roundsLeft;
    const wanted = floorToStripeStep(
      purse.least + ((most - purse.least) * BigInt(Math.floor(random() * 1_000_000))) / 1_000_000n,
      purse.currency,
    );
    if (most < purse.least || wanted < purse.least) {
      purses.splice(round, 1);
      round -= 1;
      continue;
    }
    purse.left -= wanted;
    rows.push({
      reference: `PO-${seed}-${String(rows.length + 1).padStart(5, '0')}`,
      account: purse.account,
      amount: toMajorText(wanted, purse.currency),
      currency: purse.currency,
      description: REASONS[Math.floor(random() * REASONS.length)] as string,
    });
  }
  if (rows.length < count) throw new Error(`These accounts' balances do for ${rows.length} rows, not for ${count}`);
  return rows;
}

/** A good file: every row can be paid. */
export function sampleCsv(seed: number, rows: number, accounts: readonly SampleAccount[]): string {
  return toText([HEADER, ...sampleRows(seed, rows, accounts).map(cellsOf)]);
}

export const cellsOf = (row: SampleRow): string[] => HEADER.map((name) => row[name]);

/** CSV text as a spreadsheet writes it. */
export function toText(rows: readonly (readonly string[])[], delimiter = ','): string {
  const quoted = (cell: string): string =>
    cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return rows.map((row) => `${row.map(quoted).join(delimiter)}\r\n`).join('');
}

interface Purse {
  readonly account: string;
  readonly currency: string;
  readonly least: bigint;
  left: bigint;
}

function pursesOf(account: SampleAccount): Purse[] {
  return Object.entries(account.available ?? {}).map(([code, amount]) => {
    const currency = code.toUpperCase();
    return {
      account: account.id,
      currency,
      least: leastOf(currency),
      left: (fromStripeAmount(amount, code) ?? 0n) / SHARE_OF_BALANCE,
    };
  });
}

/** One major unit, or Stripe's minimum where that is more. */
function leastOf(currency: string): bigint {
  const one = BigInt(`1${toMajorText(0n, currency).replace(/^0\.?/, '')}`);
  const minimum = stripeMinimum(currency)?.minimumMinor ?? 0n;
  return one > minimum ? one : minimum;
}
