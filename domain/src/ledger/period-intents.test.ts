import { describe, expect, test } from 'vitest';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { MAX_PERIODS } from './periods.ts';
import { between, recording } from './testing/memory-ledger.ts';
import { AT, codes, dated, ledgerWith, month, NOVEMBER, OCTOBER, period } from './testing/small-books.ts';

describe('periods', () => {
  test('are closed in their order, reopened in the opposite one, and locked for good', () => {
    const ledger = ledgerWith(OCTOBER, NOVEMBER);
    expect(codes(ledger.run([period('close_period', '2026-11')], AT))).toEqual(['period_order']);
    expect(codes(ledger.run([period('close_period', '2026-10'), period('close_period', '2026-11')], AT))).toEqual([]);
    expect(codes(ledger.run([period('reopen_period', '2026-10')], AT))).toEqual(['period_order']);
    expect(codes(ledger.run([period('lock_period', '2026-11')], AT))).toEqual(['period_order']);
    expect(codes(ledger.run([period('lock_period', '2026-10'), period('reopen_period', '2026-11')], AT))).toEqual([]);
    expect(codes(ledger.run([period('reopen_period', '2026-10')], AT))).toEqual(['period_state']);
    expect(ledger.periods.get('2026-11')).toMatchObject({ state: 'open', version: 3 });
    expect(ledger.periods.get('2026-10')).toMatchObject({ state: 'locked', version: 3 });
    // Handed in again, each is accepted without effect.
    expect(codes(ledger.run([period('close_period', '2026-11'), period('reopen_period', '2026-11')], AT))).toEqual([]);
    expect(ledger.periods.get('2026-11')).toMatchObject({ version: 3 });
  });

  test('do not overlap, and none begins in what is closed', () => {
    const ledger = ledgerWith(OCTOBER, period('close_period', '2026-10'));
    expect(
      codes(
        ledger.run(
          [
            month('x', '2026-10-31', '2026-11-30'),
            month('y', '2026-09-01', '2026-09-30'),
            month('z', '2026-12-31', '2026-12-01'),
            month('2026-10', '2026-10-01', '2026-10-30'),
          ],
          AT,
        ),
      ),
    ).toEqual(['period_overlaps', 'period_closed', 'day_invalid', 'period_exists']);
  });

  test('refuse a late entry, or route it to the first open day with a link', () => {
    const ledger = ledgerWith(OCTOBER, period('close_period', '2026-10'));
    expect(codes(ledger.run([dated('a', '2026-10-31'), dated('b', '2026-01-05')], AT))).toEqual([
      'period_closed',
      'period_closed',
    ]);
    expect(codes(ledger.run([dated('c', '2026-10-15', 'posted', 'route'), dated('d', '2026-11-01')], AT))).toEqual([]);
    expect(ledger.journals.get('c')).toMatchObject({ effectiveDay: '2026-11-01', lateFor: '2026-10-15' });
    expect(ledger.journals.get('d')).toMatchObject({ effectiveDay: '2026-11-01', lateFor: null });
    expect(codes(ledger.run([dated('c', '2026-10-15', 'posted', 'route')], AT))).toEqual([]);
    // What names no day is never late.
    const early = ledgerWith(OCTOBER, NOVEMBER, period('close_period', '2026-10'), period('close_period', '2026-11'));
    expect(codes(early.run([recording('e', between('bank', 'seller', '5'))], AT))).toEqual([]);
    expect(early.journals.get('e')).toMatchObject({ effectiveDay: '2026-12-01', lateFor: null });
  });

  test('that close over a pending journal route it when it is posted, and say so', () => {
    const ledger = ledgerWith(OCTOBER, dated('a', '2026-10-31', 'pending'));
    ledger.run([period('close_period', '2026-10')], AT);
    const decision = ledger.run([{ type: 'post', id: 'p', journalId: 'a' }], AT);
    expect(decision.refusals).toEqual([]);
    expect(decision.alerts).toMatchObject([{ kind: 'late_posting', journalId: 'a' }]);
    expect(ledger.journals.get('a')).toMatchObject({
      state: 'posted',
      effectiveDay: '2026-11-01',
      steps: [{ routedFrom: null }, { routedFrom: '2026-10-31' }],
    });
    expect(decision.leaves.join()).toContain(
      '"effectiveDay":"2026-11-01","journalId":"a","reason":null,"routedFrom":"2026-10-31"',
    );
    expect(decision.cells).toEqual(
      expect.arrayContaining([
        ['bank', 'USD', '2026-10-31', '0', '0', '-5', '0'],
        ['bank', 'USD', '2026-11-01', '5', '0', '0', '0'],
      ]),
    );
    expect(codes(ledger.run([dated('a', '2026-10-31', 'pending')], AT))).toEqual([]);
  });

  test('under an id that another step has are refused', () => {
    const ledger = ledgerWith(OCTOBER, period('close_period', '2026-10', 'x'));
    expect(codes(ledger.run([period('close_period', '2026-10', 'x')], AT))).toEqual([]);
    expect(codes(ledger.run([period('reopen_period', '2026-10', 'x')], AT))).toEqual(['intent_id_reused']);
    const other: LedgerIntent = { type: 'close_period', id: 'x', periodId: '2026-10', reason: 'another' };
    expect(codes(ledger.run([other], AT))).toEqual(['intent_id_reused']);
    expect(ledger.periods.get('2026-10')).toMatchObject({ state: 'closed', version: 2 });
  });

  test('leave a day after them, for what comes too late', () => {
    const ledger = ledgerWith();
    const wrong = [month('a', '2026-10-01', '9999-12-31'), month('b', '2026-02-30', '2026-03-31')];
    expect(codes(ledger.run(wrong, AT))).toEqual(['day_invalid', 'day_invalid']);
    expect(codes(ledger.run([month('c', '2026-10-01', '9999-12-30')], AT))).toEqual([]);
  });

  test('are five hundred at the most: the writer has all of them in memory', () => {
    const day = (index: number): string => new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
    const days = Array.from({ length: MAX_PERIODS + 2 }, (_, index) => month(day(index), day(index), day(index)));
    const ledger = ledgerWith();
    expect(codes(ledger.run(days, AT))).toEqual(['periods_over_limit', 'periods_over_limit']);
    // One that is there is there.
    expect(codes(ledger.run(days.slice(0, 1), AT))).toEqual([]);
    expect(ledger.periods.size).toBe(MAX_PERIODS);
  });

  test('take a change after two hundred steps no more', () => {
    const ledger = ledgerWith(OCTOBER);
    const act = (index: number): LedgerIntent =>
      period(index % 2 === 0 ? 'close_period' : 'reopen_period', '2026-10', `step-${index}`);
    expect(
      codes(
        ledger.run(
          Array.from({ length: 200 }, (_, index) => act(index)),
          AT,
        ),
      ),
    ).toEqual(['period_state']);
    expect(ledger.periods.get('2026-10')?.steps).toHaveLength(200);
  });

  test('may touch, and not share a day', () => {
    const ledger = ledgerWith(OCTOBER);
    const refused = ledger.run(
      [
        month('to the first day', '2026-09-01', '2026-10-01'),
        month('from the last day', '2026-10-31', '2026-11-15'),
        month('up to it', '2026-09-01', '2026-09-30'),
        month('from then on', '2026-11-01', '2026-11-30'),
      ],
      AT,
    );
    expect(refused.refusals.map(({ message }) => message)).toEqual([
      'Period to the first day would overlap 2026-10',
      'Period from the last day would overlap 2026-10',
    ]);
    expect(ledger.periods.get('up to it')).toMatchObject({
      state: 'open',
      steps: [{ step: 'opened', reason: '', at: AT }],
    });
    // The same again is the same, and another first or last day is not.
    const again = [OCTOBER, month('2026-10', '2026-10-02', '2026-10-31'), month('2026-10', '2026-10-01', '2026-10-30')];
    expect(codes(ledger.run(again, AT))).toEqual(['period_exists', 'period_exists']);
  });

  test('begin after the last closed day', () => {
    const ledger = ledgerWith(OCTOBER, period('close_period', '2026-10'));
    const gap = ledgerWith(NOVEMBER, period('close_period', '2026-11'));
    expect(codes(ledger.run([month('a', '2026-11-01', '2026-11-01')], AT))).toEqual([]);
    expect(codes(gap.run([month('a', '2026-10-01', '2026-10-31')], AT))).toEqual(['period_closed']);
  });

  test('of one day are not in their own way', () => {
    const ledger = ledgerWith(month('day', '2026-11-01', '2026-11-01'));
    const acts = [
      period('close_period', 'day'),
      period('reopen_period', 'day'),
      period('close_period', 'day', 'again'),
    ];
    expect(codes(ledger.run(acts, AT))).toEqual([]);
  });

  test('that are in the way are named', () => {
    const september = month('2026-09', '2026-09-01', '2026-09-30');
    const ledger = ledgerWith(september, OCTOBER, NOVEMBER);
    const said = (...acts: LedgerIntent[]): string[] => ledger.run(acts, AT).refusals.map(({ message }) => message);
    expect(said(period('close_period', '2026-11'), period('close_period', 'none'))).toEqual([
      'Period 2026-09, which is earlier, must be closed before 2026-11',
      'There is no period none',
    ]);
    expect(said(period('close_period', '2026-09'), period('close_period', '2026-10'))).toEqual([]);
    expect(said(period('lock_period', '2026-10'), period('reopen_period', '2026-09'))).toEqual([
      'Period 2026-09, which is earlier, must be locked before 2026-10',
      'Period 2026-10, which is later, must be reopened before 2026-09',
    ]);
    // A later one that is open is not in the way.
    expect(said(period('reopen_period', '2026-10', 'again'), period('reopen_period', '2026-09', 'too'))).toEqual([]);
    expect(said(period('lock_period', '2026-09'))).toEqual([
      'Period 2026-09 is open; only one that is closed can be locked',
    ]);
  });
});
