import { readTable } from '@countersign/domain/csv/read-table';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowsWithReasons, withoutReasons } from './rows-with-reasons.ts';

const COLUMNS = ['reference', 'amount', 'description'];
const ASKED = COLUMNS.map((name) => ({ name, required: true }));
const ROW = { line: 7, cells: { reference: 'A', amount: '10,50', description: '-' }, reason: 'No money, "none"' };

it('is written with the delimiter of its file, so that decimal commas stay readable', () => {
  expect(rowsWithReasons(COLUMNS, [ROW], ';')).toBe(
    'reference;amount;description;line;reason\r\nA;10,50;\'-;7;"No money, ""none"""\r\n',
  );
});

it('comes back without line and reason, wherever a spreadsheet has put them', () => {
  const moved = 'Reason,reference,LINE ,amount,description\r\nno money,A,2,1.00,"x, y"\r\n';
  expect(withoutReasons(moved, COLUMNS)).toBe('reference,amount,description\r\nA,1.00,"x, y"\r\n');
});

it('leaves a file alone that has no reasons, or in which they are the file’s own', () => {
  expect(withoutReasons('reference,amount,description\r\nA,1,x\r\n', COLUMNS)).toBeNull();
  expect(withoutReasons('reference,line\r\nA,1\r\n', ['reference'])).toBeNull();
  expect(withoutReasons('reference,reason\r\nA,x\r\n', ['reference', 'reason'])).toBeNull();
});

it('leaves a file alone that is broken, for the strict reading to say how', () => {
  expect(withoutReasons('reference,reason\r\nA\r\n', ['reference'])).toBeNull();
  expect(withoutReasons('reference,reason\r\n"A,x\r\n', ['reference'])).toBeNull();
});

it('gives back every cell that was written, also what looks like a formula', () => {
  const cell = fc
    .oneof(fc.string(), fc.constantFrom('=1+1', '-5', '+x', '@me', 'a;b', 'a,b', '"q"', 'two\nlines'))
    // The strict reading takes outer white space off, and an apostrophe of its own before a formula is lost.
    .map((text) => text.trim().replaceAll('\r', '').replace(/^'+/, ''))
    .filter((text) => text !== '');
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), fc.constantFrom(',', ';'), (cells, delimiter) => {
      const rows = cells.map((text, at) => ({
        line: at + 2,
        cells: { reference: text, amount: '1', description: text },
        reason: text,
      }));
      const back = withoutReasons(rowsWithReasons(COLUMNS, rows, delimiter), COLUMNS);
      const read = readTable(back ?? '', { columns: ASKED, maxRows: 10 });
      expect(read.issues).toEqual([]);
      expect(read.rows.map((row) => row.cells)).toEqual(rows.map((row) => row.cells));
    }),
  );
});
