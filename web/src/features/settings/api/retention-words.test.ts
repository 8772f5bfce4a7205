import { KEEP_EVERYTHING } from '@countersign/domain/schemas/retention';
import { expect, test } from 'vitest';
import { isShorter, keptFor, readDays } from './retention-words.ts';

test('an empty field is for ever, and what is no number is nothing', () => {
  expect(['', ' ', '365', '0', '1.5', '-3', 'ever'].map(readDays)).toEqual([
    null,
    null,
    365,
    0,
    undefined,
    undefined,
    undefined,
  ]);
  expect([null, 1, 3650].map(keptFor)).toEqual(['for ever', '1 day', '3,650 days']);
});

test('less of anything is shorter, whatever else becomes longer', () => {
  const year = { ...KEEP_EVERYTHING, uploads: 365, logs: 90 };
  expect(isShorter(KEEP_EVERYTHING, year)).toBe(true);
  expect(isShorter(year, KEEP_EVERYTHING)).toBe(false);
  expect(isShorter(year, { ...year, uploads: null, logs: 60 })).toBe(true);
  expect(isShorter(year, year)).toBe(false);
});
