import { expect, test } from 'vitest';
import { EXECUTION_STATES, type ExecutionState } from '../schemas/execution.ts';
import { draftFate } from './draft-fate.ts';

const ENDED = '2026-03-01T00:00:00.000Z';
const SOON = '2026-03-30T23:59:59.999Z';
const THEN = '2026-03-31T00:00:00.000Z';
const fate = (state: ExecutionState, now: string, attempt = 2, planned: number | null = 2) => {
  const open = ['planning', 'awaiting_approval', 'approved', 'applying'].includes(state);
  const plan = planned === null ? null : { attempt: planned };
  return draftFate({ state, endedAt: open ? null : ENDED, plan }, attempt, now);
};

test.each(['rejected', 'cancelled', 'expired', 'drifted', 'failed'] as const)(
  '%s: deleted after thirty days',
  (state) => {
    expect(fate(state, SOON)).toEqual({ kind: 'wait', until: THEN });
    expect(fate(state, THEN)).toEqual({ kind: 'delete' });
    expect(fate(state, THEN, 1, null)).toEqual({ kind: 'delete' });
  },
);

test.each(['completed', 'needs_repair'] as const)('%s: kept, but for an attempt that was given up', (state) => {
  expect(fate(state, SOON)).toEqual({ kind: 'keep' });
  expect(fate(state, THEN)).toEqual({ kind: 'keep' });
  expect(fate(state, SOON, 1)).toEqual({ kind: 'wait', until: THEN });
  expect(fate(state, THEN, 1)).toEqual({ kind: 'delete' });
});

test('while a run is open, nothing is', () => {
  const open = EXECUTION_STATES.slice(0, EXECUTION_STATES.indexOf('completed'));
  expect(open).toContain('awaiting_approval');
  for (const state of open) expect(fate(state, THEN, 1)).toEqual({ kind: 'wait', until: '2026-04-01T00:00:00.000Z' });
});
