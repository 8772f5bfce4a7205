import { expect, test } from 'vitest';
import { cronIssue, parseCron } from './cron.ts';

test.each([
  ['', 'expression'],
  ['* * * *', 'expression'],
  ['0 0 9 * * *', 'expression'],
  ['@daily', 'expression'],
  ['60 9 * * *', 'minute'],
  ['5/5 9 * * *', 'minute'],
  ['? 9 * * *', 'minute'],
  ['0 24 * * *', 'hour'],
  ['0 noon * * *', 'hour'],
  ['0 9 0 * *', 'day of month'],
  ['0 9 32 * *', 'day of month'],
  ['0 9 * 13 *', 'month'],
  ['0 9 * Januar *', 'month'],
  ['0 9 * * 8', 'day of week'],
  ['0 9 * * MONDAY', 'day of week'],
  ['0 9 31 2 *', 'expression'],
  ['* * * * *', 'minute'],
  ['*/4 * * * *', 'minute'],
  ['0,3 9 * * *', 'minute'],
  // 23:58 and 00:00 of the next day.
  ['0,58 0,23 * * *', 'minute'],
])('%s: the %s is wrong', (expression, field) => {
  const issue = cronIssue(expression);
  expect(issue?.field).toBe(field);
  expect(issue?.remedy).not.toBe('');
  expect(() => parseCron(expression)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', details: { issues: [issue] } }) as Error,
  );
});

test.each([
  '30 9 * * MON-FRI',
  '*/5 * * * *',
  '0 9 L * *',
  '0 9 15W * *',
  '0 9 LW * *',
  '0 9 * * FRI#2',
  '0 9 29 2 *',
  '0 9 1 * MON',
  '  0  9 * * 7 ',
])('%s is sound', (expression) => {
  expect(cronIssue(expression)).toBeNull();
});

test('says what the hour may be', () => {
  expect(cronIssue('0 25 * * *')).toEqual({
    field: 'hour',
    message: '25 can not be the hour',
    remedy: 'Allowed are 0 to 23, as in 9, 9,17, 9-17 or */6',
  });
});

test('times of day and days', () => {
  const cron = parseCron('0,30 9-10 1 * MON');
  expect(cron.times).toEqual([540, 570, 600, 630]);
  // The first of a month, or any Monday.
  expect(cron.dayFrom('2026-11-22')).toBe('2026-11-23');
  expect(cron.dayFrom('2026-12-01')).toBe('2026-12-01');
  expect(parseCron('0 9 29 2 *').dayFrom('2026-01-01')).toBe('2028-02-29');
});
