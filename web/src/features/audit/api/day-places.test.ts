import { expect, test } from 'vitest';
import { instantsOf, placesBetween } from './day-places.ts';

const minute = (at: number): string => new Date(Date.UTC(2026, 10, 22, 0, at)).toISOString();

test('the places of a time are those of the events that were recorded in it, with few reads', async () => {
  // Three events a minute; those of minute 500 are gone.
  const times = Array.from({ length: 3000 }, (_, seq) => minute(Math.floor(seq / 3)));
  let reads = 0;
  const recordedFrom = async (seq: number): Promise<string | null> => {
    reads += 1;
    return times[seq >= 1500 && seq < 1503 ? 1503 : seq] ?? null;
  };
  const between = (from: number, to: number | null) =>
    placesBetween(recordedFrom, times.length, minute(from), to === null ? null : minute(to));
  expect(await between(10, 20)).toEqual({ from: 30, before: 60 });
  expect(reads).toBeLessThan(30);
  expect(await between(0, 1)).toEqual({ from: 0, before: 3 });
  expect(await between(2000, 2001)).toEqual({ from: 3000, before: 3000 });
  expect(await between(999, null)).toEqual({ from: 2997, before: Number.MAX_SAFE_INTEGER });
  expect((await between(490, 501)).from).toBe(1470);
});

test('a day is that of the zone, and one that is not over has no end', () => {
  const now = Date.parse('2026-11-22T12:00:00.000Z');
  expect(instantsOf('2026-11-21', 'Europe/Berlin', now)).toEqual({
    from: '2026-11-20T23:00:00.000Z',
    to: '2026-11-21T23:00:00.000Z',
  });
  expect(instantsOf('2026-11-22', 'Europe/Berlin', now).to).toBeNull();
});
