import { AUDIT_EVENT_TYPES } from '@countersign/domain/schemas/audit';
import { expect, test } from 'vitest';
import { describeEvent, typeGroups } from './sentence.ts';

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

test('an evidence pack says what it is about', () => {
  const data = { about: 'period', from: '2026-11-01', to: '2026-11-30', personal: 'yes' };
  expect(describeEvent({ type: 'evidence.requested', data }, {})).toBe(
    'asked for an evidence pack of 2026-11-01 to 2026-11-30, with personal values',
  );
  expect(describeEvent({ type: 'evidence.exported', data: { about: 'execution' } }, {})).toBe(
    'made an evidence pack of a run',
  );
});

test('every type is in the filter once, under its subject', () => {
  const groups = typeGroups(AUDIT_EVENT_TYPES);
  expect(groups.flatMap(({ items }) => items.map(({ value }) => value)).toSorted()).toEqual(
    [...AUDIT_EVENT_TYPES].toSorted(),
  );
  expect(groups.map(({ group }) => group)).toContain('Statement settings');
  expect(groups.find(({ group }) => group === 'Hold')?.items).toEqual([
    { value: 'hold.placed', label: 'Hold: placed' },
  ]);
});
