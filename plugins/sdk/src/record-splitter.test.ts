import { CsvRowReader, type CsvRow, type Delimiter } from '@countersign/domain/csv/rows';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordSplitter, type CsvRecord } from './record-splitter.ts';

const text = fc.string({
  unit: fc.constantFrom('a', 'bc', ',', ';', '"', '""', '",', ',"', '\n', '\r\n', '\r', ' ', '\u00e9', '\u{1f600}'),
  maxLength: 40,
});
const delimiters = fc.constantFrom<Delimiter>(',', ';');

function split(whole: string, cuts: readonly number[], delimiter: Delimiter) {
  const splitter = new RecordSplitter(delimiter);
  const records: CsvRecord[] = [];
  const pieces: string[] = [];
  for (let start = 0, turn = 0; start < whole.length; turn += 1) {
    const size = cuts[turn % cuts.length] ?? 1;
    pieces.push(whole.slice(start, start + size));
    start += size;
  }
  if (pieces.length === 0) pieces.push('');
  pieces.forEach((piece, index) => records.push(...splitter.push(piece, index === pieces.length - 1)));
  return { records, badQuotesAt: splitter.badQuotesAt };
}

function reference(whole: string, delimiter: Delimiter) {
  const reader = new CsvRowReader(delimiter);
  const rows: CsvRow[] = [];
  reader.push(whole, (row) => rows.push(row));
  reader.end((row) => rows.push(row));
  return rows;
}

describe('RecordSplitter', () => {
  it('gives the rows that the domain reads, with their lines, however the text is cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), delimiters, (body, cuts, mark) => {
        // PapaParse does not allow a space behind a quote at the very end of a file, and does before a line end.
        const whole = `${body}\n`;
        const expected = reference(whole, mark);
        const bad = expected.findIndex((row) => row.badQuotes);
        const sound = bad === -1 ? expected : expected.slice(0, bad);
        const { records, badQuotesAt } = split(whole, cuts, mark);
        expect(records.slice(0, sound.length)).toEqual(sound.map(({ line, cells }) => ({ line, cells })));
        // Where nothing but white space follows a quote that is not closed, the domain's reader sees a blank line.
        const restOf = (line: number): string =>
          whole
            .replace(/\r\n?/g, '\n')
            .split('\n')
            .slice(line - 1)
            .join('');
        if (bad === -1 && badQuotesAt !== null) expect(restOf(badQuotesAt)).toMatch(/^[\s",;]*$/);
        else if (bad === -1)
          expect({ count: records.length, badQuotesAt }).toEqual({ count: sound.length, badQuotesAt: null });
        else expect(badQuotesAt).toBe(expected[bad]?.line);
      }),
      { numRuns: 5_000 },
    );
  });

  it('needs no line end behind the last record', () => {
    fc.assert(
      fc.property(text, delimiters, (body, mark) => {
        expect(split(body, [3], mark)).toEqual(split(`${body}${body.endsWith('\r') ? '' : '\n'}`, [3], mark));
      }),
    );
  });

  it('takes a record that does not end for a quote that is not closed', () => {
    const { records, badQuotesAt } = split(`a,b\n1,"${'x'.repeat(300_000)}`, [1_000], ',');
    expect(records).toEqual([{ line: 1, cells: ['a', 'b'] }]);
    expect(badQuotesAt).toBe(2);
  });
});
