import { expect, test } from 'vitest';
import { coarseStateSchema, END_STATES, EXECUTION_STATES } from '../schemas/execution.ts';
import { coarseOf, isOpen, mayMove } from './states.ts';

test('every state has its word in lists', () => {
  for (const state of EXECUTION_STATES) expect(coarseStateSchema.options).toContain(coarseOf(state));
});

const REPAIRS = ['needs_repair completed', 'completed needs_repair'];

test('an end is an end: only what needs repair can still become complete, and what is complete need repair when money comes back', () => {
  for (const from of END_STATES) {
    expect(isOpen(from)).toBe(false);
    for (const to of EXECUTION_STATES)
      expect([from, to, mayMove(from, to)]).toEqual([from, to, REPAIRS.includes(`${from} ${to}`)]);
  }
});

test('money moves only after an approval', () => {
  expect(EXECUTION_STATES.filter((from) => mayMove(from, 'applying'))).toEqual(['approved']);
  expect(EXECUTION_STATES.filter((from) => mayMove(from, 'approved'))).toEqual(['planning', 'awaiting_approval']);
  expect(EXECUTION_STATES.filter((from) => mayMove(from, 'completed'))).toEqual(['applying', 'needs_repair']);
});
