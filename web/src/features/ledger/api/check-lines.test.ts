import type { StatementCheck } from '@countersign/domain/schemas/statement';
import { expect, test } from 'vitest';
import { checkLines } from './check-lines.ts';

const check = (currency: string, said: string, more: Partial<StatementCheck> = {}): StatementCheck => ({
  id: 'zero_sum',
  currency,
  converted: false,
  holds: true,
  differenceMinor: '0',
  ...more,
  text: `${currency}${more.of === undefined ? '' : `, ${more.of}`}: ${said}`,
});
const texts = (...checks: StatementCheck[]) =>
  checkLines(checks).map(({ holds, text }) => `${holds ? '' : '✗ '}${text}`);

test('one stands as it is', () => {
  expect(texts(check('USD', 'zero'))).toEqual(['USD: zero']);
  expect(texts(check('USD', 'zero', { of: '31 Dec 2025' }))).toEqual(['USD, 31 Dec 2025: zero']);
});

test('what is alike is said once, of all currencies and columns', () => {
  expect(texts(check('EUR', 'zero'), check('USD', 'zero'), check('USD', 'sheet'))).toEqual([
    'EUR, USD: zero',
    'USD: sheet',
  ]);
  const of = '31 Dec 2025';
  expect(
    texts(check('EUR', 'zero'), check('EUR', 'zero', { of }), check('USD', 'zero'), check('USD', 'zero', { of })),
  ).toEqual(['All 2 columns, EUR, USD: zero']);
});

test('what does not hold comes first, by itself, and the others say of what they hold', () => {
  const of = '31 Dec 2025';
  expect(
    texts(
      check('EUR', 'zero'),
      check('USD', 'zero'),
      check('USD', 'off by 1', { of, holds: false }),
      check('EUR', 'zero', { of }),
    ),
  ).toEqual(['✗ USD, 31 Dec 2025: off by 1', 'EUR; USD; EUR, 31 Dec 2025: zero']);
});
