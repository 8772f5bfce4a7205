import { mulberry32 } from '@countersign/domain/seeded-random';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/** What is known of a generated file, so that whatever is made of it can be checked. */
export interface Truth {
  readonly rows: number;
  readonly paidRows: number;
  readonly paidAmountCents: bigint;
  readonly paidFeeCents: bigint;
  readonly sizeBytes: number;
}

const HEADER = 'id,date,account,shop,region,amount,fee,currency,status,note';
const REGIONS = ['EU', 'US', 'APAC', 'LATAM'];
const ROWS_A_PIECE = 10_000;

/** The same transformation for every bench and test on these rows. */
export const RECIPE = JSON.stringify({
  steps: [
    { do: 'filter', all: [{ column: 'status', is: '=', to: 'paid' }] },
    { do: 'compute', column: 'net', subtract: ['amount', 'fee'], decimals: 2 },
    { do: 'select', columns: ['id', 'date', 'account', 'shop', 'region', 'amount', 'fee', 'net', 'currency', 'note'] },
  ],
  output: { name: 'paid' },
});

/** Sales of shops: money, days, and names of which every tenth is in quotes. The same seed gives the same rows. */
export function* salesCsv(seed: number, rows: number): Generator<string, Truth, undefined> {
  const random = mulberry32(seed);
  let [paidRows, paidAmountCents, paidFeeCents, sizeBytes] = [0, 0n, 0n, 0];
  let text = `${HEADER}\r\n`;
  for (let row = 1; row <= rows; row += 1) {
    const amount = 100 + Math.floor(random() * 10_000_000);
    const fee = Math.floor(amount / 100);
    const status = random() < 0.9 ? 'paid' : 'refused';
    const shop = row % 10 === 0 ? `"Shop ""${row % 97}"", Harbor"` : `Shop ${row % 97}`;
    const account = `acct_${Math.floor(random() * 1e12).toString(36)}`;
    const day = `2026-0${1 + (row % 9)}-${String(1 + (row % 28)).padStart(2, '0')}`;
    const cells = [row, day, account, shop, REGIONS[row % 4], cents(amount), cents(fee), 'USD', status, `Order ${row}`];
    text += `${cells.join(',')}\r\n`;
    if (status === 'paid') {
      paidRows += 1;
      paidAmountCents += BigInt(amount);
      paidFeeCents += BigInt(fee);
    }
    if (row % ROWS_A_PIECE === 0 || row === rows) {
      sizeBytes += text.length;
      yield text;
      text = '';
    }
  }
  return { rows, paidRows, paidAmountCents, paidFeeCents, sizeBytes };
}

/** The rows as a file on disk, without ever being whole in memory. */
export async function writeSales(file: string, seed: number, rows: number): Promise<Truth> {
  const stream = createWriteStream(file);
  const pieces = salesCsv(seed, rows);
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) {
      stream.end();
      await once(stream, 'finish');
      return value;
    }
    if (!stream.write(value)) await once(stream, 'drain');
  }
}

const cents = (amount: number): string => `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
