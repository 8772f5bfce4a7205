import { recordSchema } from '@countersign/domain/schemas/record';
import { expect, it } from 'vitest';
import { rateIds, rateRows } from './rate-rows.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const record = (base: string, quote: string, rate: string, asOf: string) =>
  recordSchema.parse({
    type: 'fx-rate',
    id: `${base}-${quote}`,
    fields: JSON.stringify({ base, quote, rate, asOf, source: 'ECB' }),
    executionId: null,
    updatedAt: NOW,
    version: 1,
  });

it('looks for a rate in both ways in which it can be written', () => {
  expect(rateIds(['EUR', 'USD', 'JPY'], 'USD')).toEqual(['EUR-USD', 'USD-EUR', 'JPY-USD', 'USD-JPY']);
});

it('shows the newer of the two, says which is too old, and misses none', () => {
  const rows = rateRows(
    ['EUR', 'JPY', 'KWD', 'USD'],
    'USD',
    [
      record('EUR', 'USD', '1.08', '2026-11-20T00:00:00.000Z'),
      record('USD', 'EUR', '0.91', '2026-11-21T00:00:00.000Z'),
      record('USD', 'JPY', '150', '2026-11-01T00:00:00.000Z'),
    ],
    NOW,
  );
  expect(
    rows.map(({ currency, usable, recorded }) => [currency, usable?.rate ?? null, recorded?.rate ?? null]),
  ).toEqual([
    ['EUR', '0.91', '0.91'],
    ['JPY', null, '150'],
    ['KWD', null, null],
  ]);
});
