import { describe, expect, test } from 'vitest';
import type { Effect } from '../schemas/effect.ts';
import { exampleEffect } from './example-effect.ts';
import { depthsOf, MAX_NEEDS_DEPTH, referencesIn, withProviderIds } from './needs.ts';

const effect = (key: string, ...needs: string[]): Effect => ({ ...exampleEffect(), key, needs });

describe('how deep effects lie', () => {
  test.each<[string, Effect[], number[]]>([
    ['none', [], []],
    ['side by side', [effect('a'), effect('b')], [0, 0]],
    ['a chain', [effect('a'), effect('b', 'a'), effect('c', 'b')], [0, 1, 2]],
    [
      'the deepest need counts',
      [effect('a'), effect('b', 'a'), effect('c', 'b', 'a'), effect('d', 'a', 'b')],
      [0, 1, 2, 2],
    ],
  ])('%s', (_, effects, depths) => {
    expect(depthsOf(effects)).toEqual(depths);
  });

  test.each([
    ['one that is not there', [effect('a', 'x')], 'Effect "a" needs "x", which is not before it in the plan', 'a'],
    ['one that comes after', [effect('a', 'b'), effect('b')], 'Effect "a" needs "b"', 'a'],
    ['itself', [effect('a', 'a')], 'Effect "a" needs "a"', 'a'],
  ])('what needs %s is no plan', (_, effects, message, key) => {
    expect(() => depthsOf(effects)).toThrow(
      expect.objectContaining({
        code: 'plugin_error',
        details: { key },
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  test('a chain may be as long as its limit, and not one longer', () => {
    const chain = Array.from({ length: MAX_NEEDS_DEPTH + 1 }, (_, at) =>
      at === 0 ? effect('0') : effect(String(at), String(at - 1)),
    );
    expect(depthsOf(chain).at(-1)).toBe(MAX_NEEDS_DEPTH);
    const last = String(MAX_NEEDS_DEPTH + 1);
    expect(() => depthsOf([...chain, effect(last, String(MAX_NEEDS_DEPTH))])).toThrow(
      expect.objectContaining({
        code: 'plugin_error',
        message: `Effect "${last}" is at the end of a chain longer than ${MAX_NEEDS_DEPTH}`,
        details: { key: last },
      }),
    );
  });
});

describe('ids that the provider gives', () => {
  const idOf = (key: string): string | null | undefined => ({ a: 'po_1', lost: null })[key];
  const to = (key: unknown) => ({ $providerIdOf: key });

  test.each<[string, unknown, string[], unknown]>([
    ['nothing to put in', { x: [1, 'a', null, true] }, [], { x: [1, 'a', null, true] }],
    ['a reference by itself', to('a'), ['a'], 'po_1'],
    ['within objects and lists', { x: [to('a'), { y: to('a') }] }, ['a', 'a'], { x: ['po_1', { y: 'po_1' }] }],
    ['one that is left as it is', [to('later')], ['later'], [to('later')]],
    ['something beside it: no reference', { ...to('a'), b: 1 }, [], { ...to('a'), b: 1 }],
    ['no key: no reference', to(1), [], to(1)],
    ['a reference to a reference is none', to(to('a')), ['a'], { $providerIdOf: 'po_1' }],
    ['another name', { providerIdOf: 'a' }, [], { providerIdOf: 'a' }],
    ['an empty object', {}, [], {}],
    ['a list of one pair', [['$providerIdOf', 'a']], [], [['$providerIdOf', 'a']]],
    ['null', null, [], null],
    ['a text', 'a', [], 'a'],
  ])('%s', (_, json, references, replaced) => {
    expect(referencesIn(json)).toEqual(references);
    expect(withProviderIds(json, idOf)).toEqual(replaced);
  });

  test('one that the provider never gave is not made up', () => {
    expect(() => withProviderIds([to('lost')], idOf)).toThrow(
      expect.objectContaining({ code: 'internal', message: 'The effect "lost" has no provider id' }),
    );
  });
});
