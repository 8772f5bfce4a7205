import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { detectDelimiter } from './rows.ts';
import { safeCell, toCsv } from './write.ts';

const columns = ['a', 'b', 'c'].map((name) => ({ name, required: true }));
const read = (text: string) => readTable(text, { columns, maxRows: 1000 });

/** Text that a cell may hold; outer white space is taken off in reading, and CR LF inside becomes LF. */
const cell = fc
  .string({
    unit: fc.constantFrom('a', 'B', '0', '.', ',', ';', '"', "'", '\n', ' ', '=', '-', '\u00e9', '\u{1f600}'),
    maxLength: 12,
  })
  .map((text) => text.trim());

describe('CSV round trip', () => {
  it('what toCsv writes, readTable reads, cell by cell', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: cell, c: cell }), { maxLength: 20 }), (rows) => {
        const table = read(toCsv(['a', 'b', 'c'], rows));
        const expected = rows
          .map((row) => ({ a: safeCell(row.a), b: safeCell(row.b), c: safeCell(row.c) }))
          .filter((row) => Object.values(row).some((text) => text !== ''));
        expect(table.rows.map((row) => row.cells)).toEqual(expected);
        expect(table.issues.filter((issue) => issue.code !== 'no_rows')).toEqual([]);
      }),
    );
  });

  it('every row has the line that it starts on', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 10 }), (rows) => {
        const numbered = rows.map((cells, index) => [`row${index}`, cells[1], cells[2]]);
        const text = Papa.unparse([['a', 'b', 'c'], ...numbered], { newline: '\n' });
        for (const row of read(text).rows) {
          const start = text.indexOf(row.cells['a'] ?? '');
          const line = text.slice(0, text.lastIndexOf('\n', start) + 1).split('\n').length;
          expect(row.line).toBe(line);
        }
      }),
    );
  });
});

describe('toCsv', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-1+1', "'-1+1"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    [' =1', "' =1"],
    ['\uff1d1', "'\uff1d1"],
    ['-12.50', '-12.50'],
    ['-7', '-7'],
    ['12', '12'],
    ['a=b', 'a=b'],
    ['', ''],
  ])('%j becomes %j', (text, safe) => {
    expect(safeCell(text)).toBe(safe);
  });

  it('leaves no cell that a spreadsheet would run', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', ' ', '1', 'a') }), (text) => {
        const safe = safeCell(text);
        expect(/^[=+@\t\r]/.test(safe)).toBe(false);
        expect(safe.startsWith('-') && !/^-[0-9]+(\.[0-9]+)?$/.test(safe)).toBe(false);
      }),
    );
  });
});

describe('readTable', () => {
  it('stops after 50 issues', () => {
    expect(read(`a,b,c\n${'1,2\n'.repeat(500)}`).issues).toHaveLength(50);
  });

  it('stops at the first row over the limit', () => {
    const table = readTable(`a\n${'1\n'.repeat(10)}`, { columns: [{ name: 'a', required: true }], maxRows: 3 });
    expect(table.issues).toMatchObject([{ line: 5, code: 'too_many_rows' }]);
    expect(table.rows).toHaveLength(3);
  });
});

describe('detectDelimiter', () => {
  it.each([
    ['a,b;c,d', ','],
    ['a;b', ';'],
    ['a\tb,c\td', '\t'],
    ['a|b', '|'],
    ['a', ','],
    ['"a,b,c";d', ';'],
    ['\n\na;b', ';'],
    ['', ','],
  ])('%j is parted by %j', (text, delimiter) => {
    expect(detectDelimiter(text)).toBe(delimiter);
  });
});
