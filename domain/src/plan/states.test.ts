import { expect, test } from 'vitest';
import { coarseStateSchema, END_STATES, EXECUTION_STATES } from '../schemas/execution.ts';
import { coarseOf, isOpen, mayMove } from './states.ts';

test('every state has its word in lists', () => {
  for (const state of EXECUTION_STATES) expect(coarseStateSchema.options).toContain(coarseOf(state));
});

test('an end is an end: only what needs repair can still become complete', () => {
  for (const from of END_STATES) {
    expect(isOpen(from)).toBe(false);
    for (const to of EXECUTION_STATES)
      expect([from, to, mayMove(from, to)]).toEqual([from, to, from === 'needs_repair' && to === 'completed']);
  }
});

test('money moves only after an approval', () => {
  expect(EXECUTION_STATES.filter((from) => mayMove(from, 'applying'))).toEqual(['approved']);
  expect(EXECUTION_STATES.filter((from) => mayMove(from, 'approved'))).toEqual(['awaiting_approval']);
  expect(EXECUTION_STATES.filter((from) => mayMove(from, 'completed'))).toEqual(['applying', 'needs_repair']);
});
