import { expect, test } from 'vitest';
import type { AuditEvent } from '../schemas/audit.ts';
import { decideAudit } from './decide.ts';
import { auditEvent } from './event.ts';
import { LookupCheck } from './lookup.ts';

const AT = '2026-11-22T10:00:00.000Z';

function recorded(...paths: string[]): AuditEvent {
  const subjects = paths.map((path, index) => ({ path, version: index + 1, contentHash: 'a'.repeat(64) }));
  const { body } = auditEvent({
    id: 'one',
    type: 'policy.set',
    at: AT,
    actor: { kind: 'system', part: 'engine' },
    subjects,
  });
  const [event] = decideAudit(0, new Map(), [body], AT).events;
  if (event === undefined) throw new Error('the event was refused');
  return event;
}

test('an event is found by each of its documents, once', () => {
  expect(recorded('policies/a', 'members/b', 'policies/a').documents).toEqual(['policies/a', 'members/b']);
  expect(recorded().documents).toEqual([]);
});

test('a list that was changed, or taken away later on, is named; one from before there were lists is not', () => {
  const { documents: _, ...old } = recorded('policies/a');
  const lookups = new LookupCheck();
  expect(lookups.note({ ...old, seq: 7 })).toBeNull();
  expect(lookups.note({ ...recorded('policies/a', 'members/b'), seq: 5 })).toBeNull();
  expect(lookups.note({ ...old, seq: 2 })).toBeNull();
  expect(lookups.hidden).toEqual([7]);
  expect(lookups.note({ ...recorded('policies/a'), documents: [] })).toMatch(/found by other documents/);
  expect(lookups.note({ ...recorded('policies/a'), documents: ['members/b'] })).toMatch(/found by other documents/);
});
