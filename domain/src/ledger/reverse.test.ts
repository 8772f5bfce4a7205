import { describe, expect, test } from 'vitest';
import { journalSchema, toStoredJournal, type Journal } from '../schemas/journal.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { between, recording } from './testing/memory-ledger.ts';
import { AT, changing, codes, dated, ledgerWith, OCTOBER, period, takingBack } from './testing/small-books.ts';

describe('a reversal', () => {
  test('in part takes back what is left and no more, and both ends say so', () => {
    const ledger = ledgerWith(recording('a', between('bank', 'seller', '10')));
    expect(codes(ledger.run([takingBack('r1', 'a', '4'), takingBack('r1', 'a', '4')], AT))).toEqual([]);
    expect(ledger.journals.get('a')).toMatchObject({
      reversedBy: null,
      partReversals: ['r1'],
      reversedMinor: ['4', '4'],
    });
    expect(codes(ledger.run([takingBack('r2', 'a', '7'), takingBack('r2', 'a', '0')], AT))).toEqual([
      'reversal_amounts',
      'reversal_amounts',
    ]);
    expect(codes(ledger.run([takingBack('r2', 'a')], AT))).toEqual([]);
    expect(ledger.journals.get('r2')).toMatchObject({
      reverses: 'a',
      entries: [{ amountMinor: '6' }, { amountMinor: '6' }],
    });
    expect(ledger.journals.get('a')).toMatchObject({ reversedBy: 'r2', partReversals: ['r1', 'r2'] });
    expect(codes(ledger.run([takingBack('r3', 'a')], AT))).toEqual(['journal_reversed']);
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '10', postedCreditMinor: '10' });
  });

  test('under an id that has taken back something else is refused', () => {
    const ledger = ledgerWith(recording('a', [...between('bank', 'seller', '10'), ...between('till', 'seller', '10')]));
    const part = (amounts: string[], more = {}): LedgerIntent => takingBack('r', 'a', undefined, { amounts, ...more });
    expect(codes(ledger.run([part(['4', '4', '0', '0'])], AT))).toEqual([]);
    expect(
      codes(ledger.run([part(['4', '4', '0', '0']), part(['4', '4', '0', '0'], { day: '2026-11-22' })], AT)),
    ).toEqual([]);
    const others = [
      part(['5', '5', '0', '0']),
      // As much, of other entries.
      part(['0', '0', '4', '4']),
      part(['4', '4', '0', '0'], { memo: 'another' }),
      part(['4', '4', '0', '0'], { day: '2026-11-21' }),
      // All that was left it never took.
      takingBack('r', 'a'),
    ];
    expect(codes(ledger.run(others, AT))).toEqual(others.map(() => 'intent_id_reused'));
    expect(codes(ledger.run([takingBack('all', 'a')], AT))).toEqual([]);
    expect(codes(ledger.run([takingBack('all', 'a'), takingBack('all', 'a', '1')], AT))).toEqual(['intent_id_reused']);
    expect(ledger.journals.size).toBe(3);
  });

  test('can be made fifty times, and once more for all that is left', () => {
    const ledger = ledgerWith(recording('a', between('bank', 'seller', '100')));
    const parts = Array.from({ length: 51 }, (_, index) => takingBack(`r${index}`, 'a', '1'));
    expect(codes(ledger.run(parts, AT))).toEqual(['reversals_over_limit']);
    expect(codes(ledger.run([takingBack('rest', 'a')], AT))).toEqual([]);
    const journal = ledger.journals.get('a');
    expect(journal).toMatchObject({ reversedBy: 'rest', reversedMinor: ['100', '100'] });
    expect(journalSchema.parse(toStoredJournal(journal as Journal))).toEqual(journal);
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '100', postedCreditMinor: '100' });
  });

  test('is itself taken back by another, and what it took back stays so', () => {
    const ledger = ledgerWith(
      recording('a', between('bank', 'seller', '10')),
      takingBack('r', 'a'),
      takingBack('rr', 'r'),
    );
    expect(ledger.journals.get('r')).toMatchObject({ reverses: 'a', reversedBy: 'rr' });
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '20', postedCreditMinor: '10' });
    expect(codes(ledger.run([takingBack('x', 'a')], AT))).toEqual(['journal_reversed']);
    expect(codes(ledger.run([takingBack('y', 'rr')], AT))).toEqual([]);
  });

  test('for a day that is closed counts for the first open one, with an alert; held to the rules, it is refused', () => {
    const ledger = ledgerWith(OCTOBER, dated('a', '2026-10-05'), period('close_period', '2026-10'));
    const late = (id: string, more = {}): LedgerIntent => takingBack(id, 'a', '2', { day: '2026-10-06', ...more });
    expect(codes(ledger.run([late('x', { guarded: true })], AT))).toEqual(['period_closed']);
    const { alerts } = ledger.run([late('r')], AT);
    expect(alerts).toMatchObject([{ kind: 'late_posting', journalId: 'r' }]);
    expect(ledger.journals.get('r')).toMatchObject({ effectiveDay: '2026-11-01', lateFor: '2026-10-06' });
    expect(ledger.run([takingBack('s', 'a', '1', { day: '2026-11-02' })], AT).alerts).toEqual([]);
  });

  test('of all at once has no parts to tell; of some entries, it has only these', () => {
    const entries = [...between('bank', 'seller', '10'), ...between('till', 'seller', '7')];
    const ledger = ledgerWith(recording('a', entries), recording('b', entries), takingBack('all', 'a'));
    expect(ledger.journals.get('a')).toMatchObject({ reversedBy: 'all', partReversals: [], reversedMinor: [] });
    expect(codes(ledger.run([takingBack('all', 'a')], AT))).toEqual([]);
    expect(ledger.journals.get('all')?.state).toBe('posted');
    expect(ledger.journals.get('all')?.steps).toEqual([
      { step: 'posted', seq: expect.any(Number), at: AT, reason: null, routedFrom: null },
    ]);
    // Two entries are taken back whole, the others not at all.
    ledger.run([takingBack('r', 'b', undefined, { amounts: ['10', '10', '0', '0'], day: '2026-11-20' })], AT);
    expect(ledger.journals.get('b')).toMatchObject({
      reversedBy: null,
      partReversals: ['r'],
      reversedMinor: ['10', '10', '0', '0'],
    });
    expect(ledger.journals.get('r')).toMatchObject({
      effectiveDay: '2026-11-20',
      lateFor: null,
      accounts: ['bank', 'seller'],
      entries: [
        { accountId: 'bank', side: 'credit', amountMinor: '10' },
        { accountId: 'seller', side: 'debit', amountMinor: '10' },
      ],
    });
    expect(ledger.journals.get('r')?.entries).toHaveLength(2);
  });

  test.each([
    [['-1', '-1'], 'are below zero'],
    [['-1', '1'], 'are below zero'],
    [['0', '0'], 'are all zero'],
    [['1'], 'are 1; it has 2 entries'],
    [['1', '2'], 'are not balanced in each currency'],
    [['10', '11'], 'are more than is left: entry 2 has 10 (minor units), not 11'],
  ])('of %j is refused: the amounts %s', (amounts, how) => {
    const ledger = ledgerWith(recording('a', between('bank', 'seller', '10')));
    expect(ledger.run([takingBack('r', 'a', undefined, { amounts })], AT).refusals).toMatchObject([
      { code: 'reversal_amounts', message: `The amounts that take journal a back ${how}` },
    ]);
  });

  test('is refused for what is not posted, not there, or of no day; and under the id of another journal', () => {
    const ledger = ledgerWith(
      dated('a', '2026-11-20', 'pending'),
      dated('b', '2026-11-20', 'pending'),
      { type: 'void', id: 'v', journalId: 'b', reason: '' },
      dated('c', '2026-11-20'),
    );
    const asked = ['a', 'b', 'none'].map((id) => takingBack(`r-${id}`, id));
    const days = [takingBack('x', 'c', undefined, { day: '2026-02-30' }), takingBack('a', 'c')];
    expect(codes(ledger.run([...asked, ...days], AT))).toEqual([
      'journal_pending',
      'journal_voided',
      'journal_missing',
      'day_invalid',
      'intent_id_reused',
    ]);
  });

  test('passes a guard, unless it is held to it', () => {
    const guards = changing('g', 'bank', { guards: [{ kind: 'not_below_zero' }] });
    const ledger = ledgerWith(
      recording('in', between('bank', 'seller', '10')),
      recording('out', between('seller', 'bank', '10')),
      guards,
    );
    expect(codes(ledger.run([takingBack('h', 'in', '1', { guarded: true })], AT))).toEqual(['guard_below_zero']);
    expect(codes(ledger.run([takingBack('h', 'out', '1', { guarded: true })], AT))).toEqual([]);
    expect(codes(ledger.run([takingBack('r', 'in')], AT))).toEqual([]);
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '11', postedCreditMinor: '20' });
  });

  test('held to the rules is refused up to the last closed day, and no further', () => {
    const ledger = ledgerWith(OCTOBER, dated('a', '2026-10-05'));
    const held = (id: string, day: string): LedgerIntent => takingBack(id, 'a', '1', { day, guarded: true });
    expect(codes(ledger.run([held('x', '2026-10-31')], AT))).toEqual([]);
    ledger.run([period('close_period', '2026-10')], AT);
    expect(codes(ledger.run([held('y', '2026-10-31'), held('z', '2026-11-01')], AT))).toEqual(['period_closed']);
  });
});
