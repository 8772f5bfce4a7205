import { describe, expect, test } from 'vitest';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { between, recording } from './testing/memory-ledger.ts';
import { AT, codes, dated, ledgerWith, OCTOBER, period } from './testing/small-books.ts';

describe('a pending journal', () => {
  test('expires when its time has come, not before, and only while it is pending', () => {
    const pending = recording('a', between('bank', 'seller', '5'), 'pending', {
      expiresAt: '2026-11-23T00:00:00.000Z',
    });
    const ledger = ledgerWith(pending, dated('b', '2026-11-22', 'pending'));
    const expire = (journalId: string): LedgerIntent => ({ type: 'expire', id: `x-${journalId}`, journalId });
    expect(codes(ledger.run([expire('a'), expire('b'), expire('c')], AT))).toEqual([
      'journal_not_expired',
      'journal_not_expired',
      'journal_missing',
    ]);
    expect(codes(ledger.run([expire('a')], '2026-11-23T00:00:00.000Z'))).toEqual([]);
    expect(ledger.journals.get('a')).toMatchObject({ state: 'voided', steps: [{}, { reason: 'expired' }] });
    expect(ledger.balance('bank')).toMatchObject({ pendingDebitMinor: '5' });
  });

  test('that was voided and is posted after all is booked again, once, and each points at the other', () => {
    const ledger = ledgerWith(dated('a', '2026-11-20', 'pending'));
    const post: LedgerIntent = { type: 'post', id: 'again', journalId: 'a' };
    ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: 'declined' }], AT);
    expect(codes(ledger.run([post, post], AT))).toEqual([]);
    expect(ledger.journals.get('a')).toMatchObject({ state: 'voided', revivedBy: 'again' });
    expect(ledger.journals.get('again')).toMatchObject({ state: 'posted', revives: 'a', lateFor: '2026-11-20' });
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '5', pendingDebitMinor: '0' });
    expect(codes(ledger.run([{ ...post, id: 'third' }], AT))).toEqual(['journal_voided']);
  });

  test('that is booked again after its account was closed goes to suspense, balanced, with an alert', () => {
    const ledger = ledgerWith(recording('a', between('till', 'seller', '5'), 'pending'));
    ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: 'declined' }], AT);
    ledger.run([{ type: 'change_account', id: 'c', accountId: 'till', set: { closed: true }, reason: 'gone' }], AT);
    const decision = ledger.run([{ type: 'post', id: 'p', journalId: 'a' }], AT);
    expect(decision.alerts.map((alert) => alert.kind)).toEqual(['suspense', 'revived']);
    expect(ledger.journals.get('p')).toMatchObject({
      entries: [{ accountId: 'suspense', side: 'debit' }, { accountId: 'seller' }],
      suspended: [{ entry: 0, accountId: 'till' }],
    });
    expect(ledger.balance('suspense')).toMatchObject({ postedDebitMinor: '5' });
  });
});

test('what lay in suspense before it was voided lies there again when its money moved after all, and says so', () => {
  const ledger = ledgerWith(recording('a', between('bank', 'nowhere', '5'), 'pending', { must: true }));
  ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: '' }], AT);
  const { alerts } = ledger.run([{ type: 'post', id: 'p', journalId: 'a' }], AT);
  expect(alerts.map(({ kind }) => kind)).toEqual(['suspense', 'revived']);
  expect(ledger.journals.get('p')?.suspended).toMatchObject([{ entry: 1, accountId: 'nowhere' }]);
  expect(ledger.balance('suspense')).toMatchObject({ postedCreditMinor: '5', pendingCreditMinor: '0' });
});

describe('what must be booked', () => {
  test('is booked past a guard, a closed period and a missing account; not when it is unbalanced', () => {
    const ledger = ledgerWith(OCTOBER, period('close_period', '2026-10'));
    const must = (
      id: string,
      entries = between('bank', 'nowhere', '5'),
      day: string | null = '2026-10-03',
    ): LedgerIntent => recording(id, entries, 'posted', { must: true, journal: { effectiveDay: day } });
    const decision = ledger.run([must('a')], AT);
    expect(codes(decision)).toEqual([]);
    expect(decision.alerts.map(({ kind, journalId }) => [kind, journalId])).toEqual([
      ['suspense', 'a'],
      ['late_posting', 'a'],
    ]);
    expect(ledger.journals.get('a')).toMatchObject({
      effectiveDay: '2026-11-01',
      lateFor: '2026-10-03',
      accounts: ['bank', 'suspense'],
      suspended: [{ entry: 1, accountId: 'nowhere' }],
    });
    expect(codes(ledger.run([must('a')], AT))).toEqual([]);
    expect(codes(ledger.run([must('b', [...between('bank', 'nowhere', '5'), ['bank', 'debit', '1']])], AT))).toEqual([
      'unbalanced',
    ]);
  });
});

describe('linked journals', () => {
  test('are recorded all or none, each seeing the ones before it', () => {
    const ledger = ledgerWith({
      type: 'change_account',
      id: 'g',
      accountId: 'bank',
      set: { guards: [{ kind: 'not_below_zero' }] },
      reason: '',
    });
    const linked = (id: string, amount: string): LedgerIntent => ({
      type: 'record_linked',
      id,
      journals: [
        recording(`${id}-in`, between('bank', 'seller', '10')),
        recording(`${id}-out`, between('seller', 'bank', amount)),
      ],
    });
    const refused = ledger.run([linked('a', '11')], AT);
    expect(codes(refused)).toEqual(['guard_below_zero']);
    expect([refused.leaves, refused.journalsCreated, refused.balances, refused.cells]).toEqual([[], [], [], []]);
    expect(codes(ledger.run([linked('b', '10'), linked('b', '10')], AT))).toEqual([]);
    expect(ledger.journals.get('b-out')).toMatchObject({ group: 'b', state: 'posted' });
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '10', postedCreditMinor: '10' });
    expect(ledger.leaves).toHaveLength(ledger.size);
  });
});
