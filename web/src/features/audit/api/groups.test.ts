import type { AuditEvent, AuditEventType } from '@countersign/domain/schemas/audit';
import { expect, test } from 'vitest';
import { groupEvents } from './groups.ts';

const event = (seq: number, type: AuditEventType, executionId: string | null): AuditEvent => ({
  seq,
  recordedAt: '2026-11-22T00:00:00.000Z',
  body: {
    id: `e${seq}`,
    type,
    at: '2026-11-22T00:00:00.000Z',
    actor: { kind: 'system', part: 'engine' },
    executionId,
    subjects: [],
    data: {},
    commitments: {},
  },
});

test('neighbours of one execution form a group, and nothing is lost or reordered', () => {
  const events = [
    event(5, 'execution.completed', 'a'),
    event(4, 'execution.approved', 'a'),
    event(3, 'file.uploaded', null),
    event(2, 'execution.requested', 'a'),
  ];
  const groups = groupEvents(events);
  expect(groups.map((group) => group.executionId)).toEqual(['a', null, 'a']);
  expect(
    groups.flatMap((group) => group.items.flatMap((item) => (item.kind === 'event' ? [item.event] : item.events))),
  ).toEqual(events);
});

test('many page events collapse to one counted line, few do not', () => {
  const many = Array.from({ length: 6 }, (_, index) =>
    event(20 - index, index % 2 === 0 ? 'execution.page_settled' : 'execution.page_intended', 'a'),
  );
  expect(groupEvents([event(21, 'execution.completed', 'a'), ...many])[0]?.items.map((item) => item.kind)).toEqual([
    'event',
    'pages',
  ]);
  expect(groupEvents(many.slice(0, 2))[0]?.items.map((item) => item.kind)).toEqual(['event', 'event']);
});
