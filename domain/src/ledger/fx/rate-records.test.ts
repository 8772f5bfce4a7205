import { expect, test } from 'vitest';
import { quoteOfRecord, ratePairs } from './rate-records.ts';

const FIELDS = { base: 'EUR', quote: 'USD', rate: '1.1', source: 'ECB', asOf: '2026-01-30', day: '2026-01-31' };

test('a dated record is a quote', () => {
  expect(quoteOfRecord('EUR-USD.2026-01-31', FIELDS)).toEqual({
    base: 'EUR',
    quote: 'USD',
    rate: '1.1',
    source: 'ECB',
    observedAt: '2026-01-30',
    day: '2026-01-31',
  });
});

test.each([
  ['of another day than its id', 'EUR-USD.2026-01-30', {}],
  ['of other currencies than its id', 'GBP-USD.2026-01-31', {}],
  ['the newest, which has no day', 'EUR-USD', { day: undefined }],
  ['without a source', 'EUR-USD.2026-01-31', { source: '' }],
  ['of zero', 'EUR-USD.2026-01-31', { rate: '0.0' }],
  ['a number', 'EUR-USD.2026-01-31', { rate: 1.1 }],
])('a record that is %s is none', (_, id, changed) => {
  expect(quoteOfRecord(id, { ...FIELDS, ...changed })).toBeNull();
});

test('pairs: each and the base currency, each and a pivot, a pivot and the base currency; both ways, once', () => {
  const names = (currencies: string[], base: string): string =>
    ratePairs(currencies, base, ['USD', 'EUR'])
      .map(({ base: one, quote }) => `${one}${quote}`)
      .sort()
      .join(' ');
  expect(names(['GBP'], 'USD')).toBe('EURGBP EURUSD GBPEUR GBPUSD USDEUR USDGBP');
  expect(names(['USD'], 'USD')).toBe('EURUSD USDEUR');
  expect(names(['JPY'], 'CHF')).toBe('CHFEUR CHFJPY CHFUSD EURCHF EURJPY JPYCHF JPYEUR JPYUSD USDCHF USDJPY');
});
