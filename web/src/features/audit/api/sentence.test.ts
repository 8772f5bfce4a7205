import { AUDIT_EVENT_TYPES } from '@countersign/domain/schemas/audit';
import { expect, test } from 'vitest';
import { describeEvent } from './sentence.ts';

test('every type has a sentence, also when no fact is given', () => {
  for (const type of AUDIT_EVENT_TYPES) {
    const sentence = describeEvent({ type, data: {} }, {});
    expect(sentence).toMatch(/^[a-z]/);
    expect(sentence).not.toMatch(/undefined|NaN|\s$|\s{2}/);
  }
});

test('a plan says what leaves and to how many', () => {
  expect(
    describeEvent(
      { type: 'execution.planned', data: { payouts: '214', amounts: 'USD 48,210.55', payees: '198', refused: '6' } },
      {},
    ),
  ).toBe('planned 214 payouts, USD 48,210.55, to 198 payees; 6 rows left out');
});

test('personal values come from beside the stream', () => {
  expect(describeEvent({ type: 'execution.rejected', data: {} }, { reason: 'wrong week' })).toBe(
    'rejected the plan: “wrong week”',
  );
});
