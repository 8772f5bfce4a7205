import { expect, test } from 'vitest';
import { readActivities, readIds } from './statement-settings.ts';

test('ids, each once; the first that is none is named', () => {
  expect(readIds(' bank\ncash, bank ')).toEqual({ ids: ['bank', 'cash'], bad: null });
  expect(readIds('bank café')).toMatchObject({ bad: 'café' });
});

test('an activity a line', () => {
  expect(readActivities('loans financing\n\nequipment Investing')).toEqual({
    activities: [
      { accountId: 'loans', activity: 'financing' },
      { accountId: 'equipment', activity: 'investing' },
    ],
    bad: null,
  });
  expect(readActivities('loans borrowing').bad).toBe('loans borrowing');
  expect(readActivities('loans').bad).toBe('loans');
});
