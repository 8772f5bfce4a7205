import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonical JSON', () => {
  test('is what the library makes of any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 1_000 },
    );
  });

  test('has the names in the order of their UTF-16 code units, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 1_000 },
    );
    expect(canonicalJson({ 10: 'b', 9: 'a', '\u{1f600}': 1, '\ufb33': 2, '\r': 3 })).toBe(
      '{"\\r":3,"10":"b","9":"a","\u{1f600}":1,"\ufb33":2}',
    );
  });

  test('is what the library makes of values that are not plain JSON', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    const strange = [
      { a: undefined, b: 1 },
      [undefined, 1],
      new Date(0),
      { at: new Date(0) },
      new Map([[1, 2]]),
      Object.assign(Object.create(null), { z: 1, a: 'b' }),
      [new String('text')],
      { toJSON: () => ({ b: 1, a: 2 }) },
      deep,
      -0,
      1e21,
    ];
    for (const value of strange) expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  test('refuses what has no JSON form', () => {
    for (const value of [Number.NaN, [Infinity], '\ud800', { a: ['x\udc00'] }, { '\ud800': 1 }])
      expect(() => canonicalJson(value)).toThrow('not allowed');
    expect(() => canonicalJson(undefined)).toThrow(expect.objectContaining({ code: 'internal' }));
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => canonicalJson(circle)).toThrow('Circular');
  });
});
