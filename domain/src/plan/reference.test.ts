import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeReference } from './reference.ts';

const same: readonly (readonly [string, string, string])[] = [
  ['INV-1001', 'inv-1001', 'case'],
  ['INV-1001', '  INV-1001\t', 'outer white space'],
  ['INV  1001', 'INV 1001', 'inner white space'],
  ['INV\u00a01001', 'INV 1001', 'a no-break space'],
  ['INV\u20031001', 'INV 1001', 'an em space'],
  ['INV\n1001', 'INV 1001', 'a line break in a quoted cell'],
  ['Zoe\u0308-1', 'Zo\u00eb-1', 'composed and decomposed letters'],
  ['STRASSE-1', 'Straße-1', 'sharp s'],
  ['ΟΔΟΣ-1', 'οδος-1', 'final sigma'],
  ['\ufeffINV-1', 'INV-1', 'a byte order mark left in the cell'],
  ['inv-1 ', 'INV-1', 'case and a space at the end'],
  ['ＩＮＶ－１００１', 'INV-1001', 'full-width letters, digits and hyphen of an East Asian keyboard'],
  ['INV\u20131001', 'INV-1001', 'an en dash that a spreadsheet put in'],
  ['INV\u20111001', 'INV-1001', 'a hyphen that does not break'],
  ['INV\u22121001', 'INV-1001', 'a minus sign'],
  ['INV-\u200b1001', 'INV-1001', 'a zero-width space from a web page'],
  ['INV\u00ad-1001', 'INV-1001', 'a soft hyphen'],
  ['\u202aINV-1001\u202c', 'INV-1001', 'marks of writing direction'],
  ['INV-1001\u0000', 'INV-1001', 'a control character of an old export'],
  ['INV \u200b 1001', 'INV 1001', 'spaces on both sides of what can not be seen'],
  ['\ufb01n-1', 'fin-1', 'a ligature from a PDF'],
];

const different: readonly (readonly [string, string, string])[] = [
  ['INV-1001', 'INV-1002', 'a digit'],
  ['INV-1001', 'INV1001', 'a hyphen'],
  ['INV 1001', 'INV1001', 'a space'],
  ['0012', '12', 'leading zeros'],
  ['INV-١', 'INV-1', 'digits of another script'],
  ['INV_1001', 'INV-1001', 'an underscore'],
  ['INV/1001', 'INV-1001', 'a slash'],
  ['INV-1001', 'INV-1001A', 'a suffix'],
  ['INV-O1', 'INV-01', 'a letter O'],
  ['\u0410-1', 'A-1', 'a Cyrillic letter that looks alike'],
];

describe('normalizeReference', () => {
  it.each(same)('%j and %j are the same reference (%s)', (left, right) => {
    expect(normalizeReference(left)).toBe(normalizeReference(right));
  });

  it.each(different)('%j and %j are different references (%s)', (left, right) => {
    expect(normalizeReference(left)).not.toBe(normalizeReference(right));
  });

  it('joins the cases of every character, and is stable on each', () => {
    const apart: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = `a${String.fromCodePoint(code)}b`;
      const once = normalizeReference(text);
      const same = [once, text.toUpperCase(), text.toLowerCase()].every((form) => normalizeReference(form) === once);
      if (!same) apart.push(`U+${code.toString(16)}`);
    }
    expect(apart).toEqual([]);
  });

  it('is stable: a normalized reference normalizes to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = normalizeReference(text);
        expect(normalizeReference(once)).toBe(once);
      }),
    );
  });
});
