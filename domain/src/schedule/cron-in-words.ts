import { inWords } from '../plan/sentence.ts';
import { cronIssue } from './cron.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT = WEEKDAYS.map((day) => day.slice(0, 3).toUpperCase());

/**
 * A simple expression in words, such as `at 09:30, Monday to Friday`; null for one that is not sound, or that only its
 * own five fields say well.
 */
export function cronInWords(expression: string): string | null {
  if (cronIssue(expression) !== null) return null;
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = expression
    .trim()
    .toUpperCase()
    .split(/\s+/);
  const time = timeInWords(minute, hour);
  const day = month === '*' ? dayInWords(dayOfMonth, dayOfWeek) : null;
  return time === null || day === null ? null : `${time}, ${day}`;
}

function timeInWords(minute: string, hour: string): string | null {
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (step !== undefined) return hour === '*' && 60 % Number(step) === 0 ? `every ${Number(step)} minutes` : null;
  if (!isNumber(minute)) return null;
  const past = minute.padStart(2, '0');
  if (hour === '*') return Number(minute) === 0 ? 'every hour' : `every hour at ${past} past`;
  const hours = hour.split(',');
  return hours.every(isNumber) ? `at ${inWords(hours.map((one) => `${one.padStart(2, '0')}:${past}`))}` : null;
}

function dayInWords(dayOfMonth: string, dayOfWeek: string): string | null {
  if (dayOfMonth === '*') return dayOfWeek === '*' ? 'every day' : weekdaysInWords(dayOfWeek);
  // Cron takes a day that is one of both: a sentence would not be read so.
  if (dayOfWeek !== '*') return null;
  if (dayOfMonth === 'L') return 'on the last day of the month';
  const days = dayOfMonth.split(',');
  return days.every(isNumber) ? `on day ${inWords(days)} of the month` : null;
}

function weekdaysInWords(field: string): string | null {
  const range = field.split('-').map(weekday);
  if (range.length === 2) return range.includes(null) ? null : `${range.join(' to ')}`;
  const days = field.split(',').map(weekday);
  return days.includes(null) ? null : `on ${inWords(days.filter((day) => day !== null))}`;
}

function weekday(text: string): string | null {
  const index = isNumber(text) ? Number(text) % 7 : SHORT.indexOf(text);
  return WEEKDAYS[index] ?? null;
}

const isNumber = (text: string): boolean => /^\d{1,2}$/.test(text);
