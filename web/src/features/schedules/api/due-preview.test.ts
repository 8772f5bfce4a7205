import { expect, it } from 'vitest';
import { duePreview } from './due-preview.ts';

const NOW = '2026-03-26T12:00:00.000Z';
const zurich = { cron: '30 9 * * MON-FRI', timeZone: 'Europe/Zurich', calendar: null, onHoliday: null };

it('shows the next five times, over the change of clocks', () => {
  expect(duePreview(zurich, NOW)).toEqual({
    ok: true,
    times: [
      '2026-03-27T08:30:00.000Z',
      // Clocks went forward on Sunday the 29th.
      '2026-03-30T07:30:00.000Z',
      '2026-03-31T07:30:00.000Z',
      '2026-04-01T07:30:00.000Z',
      '2026-04-02T07:30:00.000Z',
    ],
  });
});

it('moves what falls on a holiday', () => {
  const calendar = { name: 'Bank days', weekend: [6, 7], holidays: ['2026-03-27'] };
  const preview = duePreview({ ...zurich, cron: '0 9 27 3 *', calendar, onHoliday: 'next' }, NOW);
  expect(preview.ok && preview.times[0]).toBe('2026-03-30T07:00:00.000Z');
});

it.each([
  [{ ...zurich, cron: '30 9 * *' }, 'cron'],
  [{ ...zurich, timeZone: 'Zurich' }, 'timeZone'],
  [
    {
      ...zurich,
      calendar: { name: 'Closed', weekend: [1, 2, 3, 4, 5, 6], holidays: sundaysOf2026() },
      onHoliday: 'next' as const,
    },
    'calendar',
  ],
])('says which field is wrong', (fields, field) => {
  expect(duePreview(fields, NOW)).toMatchObject({ ok: false, field });
});

function sundaysOf2026(): string[] {
  const first = Date.UTC(2026, 0, 4);
  return Array.from({ length: 52 }, (_, week) => new Date(first + week * 7 * 86_400_000).toISOString().slice(0, 10));
}
