import type { Journal } from '@countersign/domain/schemas/journal';
import { expect, test } from 'vitest';
import { journalMarks } from './journal-marks.ts';
import { journalSums } from './journal-sums.ts';

type Marked = Parameters<typeof journalMarks>[0];
const plain: Marked = {
  state: 'posted',
  lateFor: null,
  steps: [{ step: 'posted', seq: 1, at: '2026-01-01T00:00:00.000Z', reason: null, routedFrom: null }],
  reversedBy: null,
  reverses: null,
  partReversals: [],
  suspended: [],
  revives: null,
  revivedBy: null,
};
const step = (routedFrom: string | null): Journal['steps'][number] => ({
  step: 'posted',
  seq: 2,
  at: '2026-01-01T00:00:00.000Z',
  reason: null,
  routedFrom,
});

test.each<[Partial<Marked>, string[]]>([
  [{}, ['Posted']],
  [{ state: 'pending' }, ['Pending']],
  [{ state: 'voided', revivedBy: 'j2' }, ['Voided', 'Moved after all, booked anew']],
  [{ lateFor: '2026-01-31' }, ['Posted', 'Late, for 2026-01-31']],
  [{ steps: [step('2026-01-31')] }, ['Posted', 'Late, moved from 2026-01-31']],
  [{ reversedBy: 'j2', partReversals: ['j1', 'j2'] }, ['Posted', 'Reversed']],
  [{ partReversals: ['j1'] }, ['Posted', 'Reversed in part']],
  [{ reverses: 'j0' }, ['Posted', 'Reversal']],
  [{ suspended: [{ entry: 0, accountId: 'x', reason: 'closed' }] }, ['Posted', 'In suspense']],
  [{ revives: 'j0' }, ['Posted', 'Booked after it was voided']],
])('%j', (more, labels) => {
  expect(journalMarks({ ...plain, ...more }).map(({ label }) => label)).toEqual(labels);
});

test('both sides of a journal, per currency', () => {
  const entries: Journal['entries'] = [
    { accountId: 'a', side: 'debit', amountMinor: '9007199254740993', currency: 'USD' },
    { accountId: 'b', side: 'credit', amountMinor: '9007199254740993', currency: 'USD' },
    { accountId: 'a', side: 'debit', amountMinor: '5', currency: 'JPY' },
    { accountId: 'c', side: 'credit', amountMinor: '5', currency: 'JPY' },
  ];
  expect(journalSums(entries)).toEqual([
    { currency: 'USD', debitMinor: '9007199254740993', creditMinor: '9007199254740993' },
    { currency: 'JPY', debitMinor: '5', creditMinor: '5' },
  ]);
});
