import { derivedId } from '@countersign/domain/hash';
import type { Outcome } from '@countersign/domain/schemas/effect';
import { expect, test } from 'vitest';
import { settleJournals } from './page-outcomes.ts';

const outcome = (status: Outcome['status'], fields: Partial<Outcome> = {}): Outcome => ({
  effectId: 'e',
  key: 'k',
  line: null,
  status,
  providerId: null,
  code: null,
  message: null,
  journalId: 'j',
  settlement: null,
  at: '2026-11-22T10:00:00.000Z',
  ...fields,
});
const id = (status: string): string => derivedId('journal-step', 'j', status);

test('succeeded posts, failed and not done void with the reason, unknown waits', () => {
  expect(
    settleJournals([
      outcome('succeeded'),
      outcome('failed', { code: 'refused' }),
      outcome('not_done', { code: 'drift' }),
      outcome('failed'),
      outcome('unknown', { code: 'timeout' }),
      outcome('succeeded', { journalId: null }),
    ]),
  ).toEqual([
    { type: 'post', id: id('succeeded'), journalId: 'j' },
    { type: 'void', id: id('failed'), journalId: 'j', reason: 'refused' },
    { type: 'void', id: id('not_done'), journalId: 'j', reason: 'drift' },
    { type: 'void', id: id('failed'), journalId: 'j', reason: 'failed' },
  ]);
});
