import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvProfileSchema } from '../schemas/file.ts';
import { detectType } from './detect-type.ts';
import { CsvProfiler, profileCsv, type FileProfile } from './profile.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, bigEndian: boolean): Uint8Array => {
  const units = `\ufeff${text}`;
  const bytes = new Uint8Array(units.length * 2);
  for (let index = 0; index < units.length; index += 1)
    new DataView(bytes.buffer).setUint16(index * 2, units.charCodeAt(index), !bigEndian);
  return bytes;
};
const inPieces = (bytes: Uint8Array, size: number): FileProfile => {
  const profiler = new CsvProfiler();
  for (let start = 0; start < bytes.length; start += size) profiler.push(bytes.subarray(start, start + size));
  return profiler.finish();
};

const FILE =
  'reference,amount,day,paid,code\r\nINV-1,12.50,2026-01-31,true,007\r\nINV-2,7,2026-02-01,no,\r\n"a ""b"",\nc",1.5,2026-02-02,yes,12\r\n';

describe('profileCsv', () => {
  it('tells columns, types, samples and rows', () => {
    const { detectedType, profile, issues } = profileCsv(utf8(FILE));
    expect([detectedType, issues]).toEqual(['csv', []]);
    expect(csvProfileSchema.parse(profile)).toEqual({
      encoding: 'utf-8',
      byteOrderMark: false,
      delimiter: ',',
      rowCount: 3,
      badRowCount: 0,
      issues: [],
      columns: [
        { name: 'reference', type: 'text', emptyCount: 0, samples: ['INV-1', 'INV-2', 'a "b",\nc'] },
        { name: 'amount', type: 'decimal', emptyCount: 0, samples: ['12.50', '7', '1.5'] },
        { name: 'day', type: 'date', emptyCount: 0, samples: ['2026-01-31', '2026-02-01', '2026-02-02'] },
        { name: 'paid', type: 'boolean', emptyCount: 0, samples: ['true', 'no', 'yes'] },
        { name: 'code', type: 'text', emptyCount: 1, samples: ['007', '12'] },
      ],
    });
  });

  it.each([
    ['a byte order mark', utf8(`\ufeff${FILE}`), { encoding: 'utf-8', byteOrderMark: true }],
    ['UTF-16 little end first', utf16(FILE, false), { encoding: 'utf-16le', byteOrderMark: true }],
    ['UTF-16 big end first', utf16(FILE, true), { encoding: 'utf-16be', byteOrderMark: true }],
    ['semicolons', utf8(FILE.replaceAll(',', ';')), { delimiter: ';' }],
    ['tabs', utf8('a\tb\n1\t2\n3\t4\n5\t6\n'), { delimiter: '\t' }],
    ['a quoted header with commas in it', utf8('"a,b,c,d";x\n1;2\n3;4\n5;6'), { delimiter: ';' }],
  ])('reads %s', (_name, bytes, expected) => {
    expect(profileCsv(bytes).profile).toMatchObject({ ...expected, rowCount: 3, badRowCount: 0 });
  });

  it('names the line of each bad row; one with an open quote reaches to the end of the file', () => {
    const { profile, issues } = profileCsv(utf8('a,b\n1,2\n"x\ny",2\n3\n4,5,6\n"q"z,1\n7,8\n'));
    expect(issues).toEqual([]);
    expect(profile).toMatchObject({ rowCount: 5, badRowCount: 3 });
    expect(profile?.issues.map(({ line, code }) => [line, code])).toEqual([
      [5, 'too_few_cells'],
      [6, 'too_many_cells'],
      [7, 'unclosed_quote'],
    ]);
  });

  it.each([
    ['nothing', utf8(''), 'empty', 'empty_file', null],
    ['a byte order mark only', utf8('\ufeff'), 'empty', 'empty_file', null],
    ['white space', utf8(' \n\n'), 'empty', 'empty_file', null],
    ['a PDF', utf8('%PDF-1.7\n...'), 'pdf', 'file_type', null],
    ['a workbook', utf8('PK\u0003\u0004....[Content_Types].xml'), 'xlsx', 'file_type', null],
    ['an archive', utf8('PK\u0003\u0004....hello.txt'), 'zip', 'file_type', null],
    ['an image', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d]), 'image', 'file_type', null],
    ['zeros', new Uint8Array([0x61, 0x00, 0x62]), 'binary', 'file_type', null],
    ['Latin-1', new Uint8Array([...utf8('a,b\n1,caf'), 0xe9, 0x0a]), 'text', 'encoding', 2],
    ['an open quote in the header', utf8('"a,b\n1,2\n'), 'text', 'unclosed_quote', 1],
  ])('refuses %s', (_name, bytes, type, code, line) => {
    const result = profileCsv(bytes);
    expect(result).toMatchObject({ detectedType: type, issues: [{ code, line }] });
    expect(result.issues[0]?.remedy).not.toBe('');
  });

  it('takes a single column for text, and does not refuse it', () => {
    expect(profileCsv(utf8('reference\n1\n'))).toEqual({ detectedType: 'text', profile: null, issues: [] });
  });

  it('gives the same in pieces of any size', () => {
    const pieces = fc.integer({ min: 1, max: 40 });
    const cell = fc.string({
      unit: fc.constantFrom('a', '1', ',', ';', '"', '\n', '\r\n', ' ', '\u00e9', '\u{1f600}'),
      maxLength: 8,
    });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, pieces, fc.boolean(), (rows, size, bigEndian) => {
        const text = rows
          .map((cells) => cells.map((one) => (one.includes('"') ? `"${one.replaceAll('"', '""')}"` : one)).join(','))
          .join('\r\n');
        expect(inPieces(utf8(text), size)).toEqual(profileCsv(utf8(text)));
        expect(inPieces(utf16(text, bigEndian), size)).toEqual(profileCsv(utf16(text, bigEndian)));
      }),
    );
  });

  it('stops at a quote that is never closed, without keeping the rest in memory', () => {
    const profiler = new CsvProfiler();
    profiler.push(utf8('a,b\n1,"'));
    const piece = utf8('x'.repeat(64 * 1024));
    for (let index = 0; index < 200; index += 1) profiler.push(piece);
    expect(profiler.finish().profile).toMatchObject({
      rowCount: 1,
      badRowCount: 1,
      issues: [{ line: 2, code: 'unclosed_quote' }],
    });
  });
});

describe('detectType', () => {
  it('looks at bytes, not at names', () => {
    expect(detectType(utf8('reference,account'))).toBe('text');
    expect(detectType(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]))).toBe('binary');
  });
});
