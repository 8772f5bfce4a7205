import type { RecordType } from '@countersign/domain/schemas/record';
import { expect, it } from 'vitest';
import { isSameType, recordTypeOf } from './record-type-draft.ts';

const PRICE = {
  type: 'fund-price',
  title: 'Fund price',
  fields: [{ name: 'unitPrice', type: 'decimal' as const, required: true }],
};

it('is what the server takes, without outer white space', () => {
  const draft = { ...PRICE, title: ' Fund price ', fields: [{ ...PRICE.fields[0]!, name: 'unitPrice ' }] };
  expect(recordTypeOf(draft)).toEqual({ ok: true, recordType: PRICE });
});

it('says in words what is wrong, at its field', () => {
  const field = (name: string) => ({ name, type: 'string' as const, required: false });
  const result = recordTypeOf({ type: 'Fund Price', title: ' ', fields: [field('a'), field('Unit'), field('a')] });
  expect(result.ok ? [] : [...result.issues.keys()]).toEqual(['type', 'title', 'fields.1.name', 'fields.2.name']);
  const empty = recordTypeOf({ ...PRICE, fields: [] });
  expect(empty.ok ? null : empty.issues.get('fields')).toBe('A record needs a field');
});

it('knows whether anything is changed', () => {
  const stored: RecordType = { ...PRICE, createdAt: '2026-01-01T00:00:00.000Z', version: 4 };
  expect(isSameType(PRICE, stored)).toBe(true);
  expect(isSameType({ ...PRICE, fields: [{ ...PRICE.fields[0]!, required: false }] }, stored)).toBe(false);
});
