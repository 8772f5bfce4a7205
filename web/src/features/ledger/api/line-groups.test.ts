import { expect, test } from 'vitest';
import { lineGroups } from './line-groups.ts';

test('sections follow the currency, and the converted one is its own', () => {
  const line = (currency: string, converted = false) => ({ currency, converted });
  const groups = lineGroups([line('EUR'), line('EUR'), line('USD'), line('USD', true)]);
  expect(groups.map(({ key, lines }) => [key, lines.length])).toEqual([
    ['EUR', 2],
    ['USD', 1],
    ['in USD', 1],
  ]);
});
