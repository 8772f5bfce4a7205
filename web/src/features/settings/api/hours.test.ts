import { expect, it } from 'vitest';
import { hoursInWords, hoursProblem } from './hours.ts';

const OFFICE = { days: [1, 2, 5], from: '08:00', to: '18:00' };

it('reads hours as a person says them', () => {
  expect(hoursInWords(OFFICE)).toBe('Monday, Tuesday and Friday, 08:00 to 18:00');
  expect(hoursInWords({ ...OFFICE, days: [7] })).toBe('Sunday, 08:00 to 18:00');
  expect(hoursInWords({ ...OFFICE, days: [] })).toBe('never');
});

it('wants times of a clock that end after they begin; the end of the day is 24:00', () => {
  expect(hoursProblem(OFFICE)).toBeNull();
  expect(hoursProblem({ ...OFFICE, from: '00:00', to: '24:00' })).toBeNull();
  expect(hoursProblem({ ...OFFICE, from: '8:00' })).toContain('such as');
  expect(hoursProblem({ ...OFFICE, to: '' })).toContain('such as');
  expect(hoursProblem({ ...OFFICE, from: '18:00' })).toContain('end after');
});
