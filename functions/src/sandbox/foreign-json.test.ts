import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForeign, tooLarge } from './foreign-json.ts';

/** Levels and signs as a parser would find them. */
function measured(value: unknown): { levels: number; signs: number } {
  if (typeof value !== 'object' || value === null) return { levels: 0, signs: 0 };
  const entries = Array.isArray(value) ? value : Object.values(value);
  const inner = entries.map(measured);
  const between = Math.max(0, entries.length - 1) + (Array.isArray(value) ? 0 : entries.length);
  return {
    levels: 1 + Math.max(0, ...inner.map((one) => one.levels)),
    signs: 1 + between + inner.reduce((sum, one) => sum + one.signs, 0),
  };
}

describe('JSON from a plugin', () => {
  it('is measured as it would be parsed, whatever its strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const json = JSON.stringify(value);
        const { levels, signs } = measured(JSON.parse(json));
        expect(tooLarge(json, levels, signs)).toBeUndefined();
        if (levels > 0) expect(tooLarge(json, levels - 1, signs)).toBe('levels');
        if (signs > 0) expect(tooLarge(json, levels, signs - 1)).toBe('values');
      }),
    );
  });

  it.each([
    ['brackets in a string', `"${'['.repeat(1_000)}"`, undefined],
    ['an escaped quote before brackets', `"\\"${'['.repeat(1_000)}"`, undefined],
    ['an escaped backslash before the end of a string', `["\\\\",${'['.repeat(1_000)}`, 'levels'],
    ['a string that does not end', `"${','.repeat(1_000)}`, undefined],
    ['200 levels', '['.repeat(200) + ']'.repeat(200), undefined],
    ['201 levels', '['.repeat(201) + ']'.repeat(201), 'levels'],
    ['201 levels of objects', '{"a":'.repeat(201), 'levels'],
    ['levels side by side', `[${'[],'.repeat(1_000)}0]`, undefined],
    ['millions of empty objects', `[${'{},'.repeat(3_000_000)}0]`, 'values'],
    ['a long string', `"${'x'.repeat(5_000_000)}"`, undefined],
  ])('%s', (_name, json, bound) => {
    expect(tooLarge(json)).toBe(bound);
  });

  it.each(['{"__proto__":{"a":1},"b":2}', '{"\\u005f_proto__":{"a":1},"b":2}', '{"__prot\\u006f__":{"a":1},"b":2}'])(
    'changes no prototype: %s',
    (json) => {
      const value = parseForeign(json) as Record<string, unknown>;
      expect(Object.hasOwn(value, '__proto__')).toBe(false);
      expect({ ...value, a: value['a'] }).toEqual({ b: 2 });
    },
  );
});
