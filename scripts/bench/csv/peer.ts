/**
 * The same work as anybody would do it in Node: PapaParse over a file's stream, the rows of each chunk transformed with
 * the same exact decimals, PapaParse again for the text, and a stream to a file. No plan, no hash, no control totals.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { DecimalReader, format, subtract, toScale } from '../../../plugins/csv-transform/src/decimal.ts';

const [, , folder = ''] = process.argv;
const COLUMNS = ['id', 'date', 'account', 'shop', 'region', 'amount', 'fee', 'net', 'currency', 'note'];
const startedAtMs = performance.now();
const source = createReadStream(join(folder, 'in.csv'), { encoding: 'utf8', highWaterMark: 1024 * 1024 });
const target = createWriteStream(join(folder, 'peer.csv'));
const reader = new DecimalReader('.');
const number = (text: string) => {
  if (!reader.read(text)) throw new Error(`${text} is no number`);
  return reader.decimal();
};
let rows = 0;
let header = true;
const parsed = Promise.withResolvers<void>();
Papa.parse<string[]>(source, {
  skipEmptyLines: true,
  chunk: ({ data }, parser) => {
    const out: (string | undefined)[][] = header ? [COLUMNS] : [];
    for (const [id, date, account, shop, region, amount = '', fee = '', currency, status, note] of header
      ? data.slice(1)
      : data) {
      if (status !== 'paid') continue;
      rows += 1;
      const net = format(toScale(subtract(number(amount), number(fee)), 2, 'half_even'), '.');
      out.push([id, date, account, shop, region, amount, fee, net, currency, note]);
    }
    header = false;
    if (out.length === 0) return;
    if (target.write(`${Papa.unparse(out, { newline: '\r\n' })}\r\n`)) return;
    parser.pause();
    target.once('drain', () => parser.resume());
  },
  complete: () => parsed.resolve(),
  error: (error: Error) => parsed.reject(error),
});
await parsed.promise;
target.end();
await once(target, 'finish');
const ms = performance.now() - startedAtMs;
const hash = createHash('sha256');
for await (const chunk of createReadStream(join(folder, 'peer.csv'))) hash.update(chunk as Buffer);
const peakKiB = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
process.stdout.write(`${JSON.stringify({ ms, rows, peakMiB: Number(peakKiB) / 1024, sha256: hash.digest('hex') })}\n`);
