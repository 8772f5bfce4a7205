import { expect, it } from 'vitest';
import { cronInWords } from './cron-in-words.ts';

it.each([
  ['30 9 * * MON-FRI', 'at 09:30, Monday to Friday'],
  ['0 9,17 * * *', 'at 09:00 and 17:00, every day'],
  ['*/15 * * * *', 'every 15 minutes, every day'],
  ['5 * * * 1', 'every hour at 05 past, on Monday'],
  ['0 * * * *', 'every hour, every day'],
  ['0 8 1,15 * *', 'at 08:00, on day 1 and 15 of the month'],
  ['0 18 L * *', 'at 18:00, on the last day of the month'],
  ['0 6 * * sat,7', 'at 06:00, on Saturday and Sunday'],
])('%s is %s', (expression, words) => {
  expect(cronInWords(expression)).toBe(words);
});

it.each([
  ['0 9 1 * MON', 'a day that is one of two kinds'],
  ['0 9 * 3 *', 'a month'],
  ['0 9 * * FRI#2', 'a second Friday'],
  ['*/7 * * * *', 'steps that the hour does not hold evenly'],
  ['0 9-17 * * *', 'a range of hours'],
  ['0 25 * * *', 'an hour that is none'],
  ['', 'nothing'],
])('%s stays as it is: %s', (expression) => {
  expect(cronInWords(expression)).toBeNull();
});
