import { changeSchema } from '@countersign/domain/schemas/proposal';
import { expect, it } from 'vitest';
import { beforeOf, factsOf, proposedOf } from './change-facts.ts';

it('says each field of a change in words, and who it is about', () => {
  const change = changeSchema.parse({ kind: 'member.roles', uid: 'u1', roles: ['approver'], active: false });
  expect(factsOf(proposedOf(change))).toEqual([
    { label: 'Member', lines: ['u1'], member: true },
    { label: 'Roles', lines: ['approver'] },
    { label: 'Has access', lines: ['no'] },
  ]);
});

it('never shows where a secret is staged', () => {
  const change = changeSchema.parse({ kind: 'secret.set', name: 'stripe-secret-key', stagedId: 'staged-7' });
  expect(JSON.stringify(factsOf(proposedOf(change)))).not.toContain('staged-7');
});

it('has hosts on both sides in the same form, also when there were none', () => {
  const change = changeSchema.parse({ kind: 'hosts.set', allowedHosts: ['erp.example.com'] });
  expect(factsOf(beforeOf(change, []))).toEqual([{ label: 'Allowed hosts', lines: ['Nothing'] }]);
  expect(factsOf(proposedOf(change))).toEqual([{ label: 'Allowed hosts', lines: ['erp.example.com'] }]);
});

it('reads days, nested fields and fields of records', () => {
  const hours = changeSchema.parse({
    kind: 'business-hours.set',
    timeZone: 'Europe/Zurich',
    businessHours: { days: [1, 5], from: '08:00', to: '18:00' },
    calendar: null,
  });
  expect(factsOf(proposedOf(hours))).toEqual([
    { label: 'Time zone', lines: ['Europe/Zurich'] },
    { label: 'Business hours', lines: ['days: Monday, Friday', 'from: 08:00', 'to: 18:00'] },
    { label: 'Calendar', lines: ['Nothing'] },
  ]);
  const type = changeSchema.parse({
    kind: 'record-type.set',
    recordType: { type: 'price', title: 'Price', fields: [{ name: 'unit', type: 'decimal', required: true }] },
  });
  expect(factsOf(proposedOf(type)).at(-1)).toEqual({ label: 'Fields', lines: ['unit, type decimal, required yes'] });
});

it('says nothing of what is not there', () => {
  expect(factsOf(null)).toEqual([]);
});

it('limits of an account are read in words, with amounts in major units', () => {
  const guards = [{ kind: 'not_below_zero' }, { kind: 'credit_limit', currency: 'USD', limitMinor: '10050' }];
  expect(factsOf({ guards })).toEqual([
    { label: 'Limits', lines: ['Never below zero, in any currency', 'At most USD 100.50 below zero'] },
  ]);
  expect(factsOf({ guards: [] })).toEqual([{ label: 'Limits', lines: ['No limit'] }]);
});

it('compares how long things are kept, and says for ever where there is no number', () => {
  const keepDays = { uploads: 365, results: null, logs: null, notifications: null, personal: null };
  const change = changeSchema.parse({ kind: 'retention.set', keepDays });
  const before = beforeOf(change, { ...keepDays, uploads: null });
  expect(factsOf(before)[0]).toEqual({ label: 'Uploads', lines: ['for ever'] });
  expect(factsOf(proposedOf(change)).slice(0, 2)).toEqual([
    { label: 'Uploads', lines: ['365 days'] },
    { label: 'Results', lines: ['for ever'] },
  ]);
});
