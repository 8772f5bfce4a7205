import { describe, expect, test } from 'vitest';
import type { Journal } from '../schemas/journal.ts';
import { DayCells } from './day-cells.ts';
import { addSpan, cellsOfJournal, Months, noSums } from './months.ts';
import { between, recording } from './testing/memory-ledger.ts';
import { dated, ledgerWith, OCTOBER, period } from './testing/small-books.ts';

describe('what a batch adds', () => {
  test('by account, currency and day, each sum in its place; what comes to nothing is left out', () => {
    const cells = new DayCells();
    cells.add('a', 'USD', '2026-11-01', 'posted', 'debit', 1n);
    cells.add('a', 'USD', '2026-11-01', 'posted', 'credit', 2n);
    cells.add('a', 'USD', '2026-11-01', 'pending', 'debit', 3n);
    cells.add('a', 'USD', '2026-11-01', 'pending', 'credit', 4n);
    cells.add('a', 'USD', '2026-11-01', 'posted', 'debit', 10n);
    cells.add('b', 'USD', '2026-11-01', 'pending', 'debit', 5n);
    cells.add('b', 'USD', '2026-11-01', 'pending', 'debit', -5n);
    const other = new DayCells();
    for (const [state, side] of [
      ['posted', 'debit'],
      ['posted', 'credit'],
      ['pending', 'debit'],
      ['pending', 'credit'],
    ] as const)
      other.add('a', 'USD', '2026-11-01', state, side, 100n);
    other.add('a', 'EUR', '2026-11-02', 'posted', 'credit', 7n);
    cells.absorb(other);
    expect(cells.toCells()).toEqual([
      ['a', 'USD', '2026-11-01', '111', '102', '103', '104'],
      ['a', 'EUR', '2026-11-02', '0', '7', '0', '0'],
    ]);
  });

  test.each([
    ['posted', 'debit'],
    ['posted', 'credit'],
    ['pending', 'debit'],
    ['pending', 'credit'],
  ] as const)('is kept when only its %s %s is not zero', (state, side) => {
    const cells = new DayCells();
    cells.add('a', 'USD', '2026-11-01', state, side, -1n);
    expect(cells.toCells()).toHaveLength(1);
    const months = new Months();
    for (const cell of cells.toCells()) months.add(cell, '2026-11-22');
    expect([...months.documents()][0]?.cells).toHaveLength(1);
  });
});

describe('months', () => {
  test('are documents by month, account and currency, with their days in order', () => {
    const months = new Months();
    months.load({
      month: '2026-11',
      accountId: 'a',
      currency: 'USD',
      cells: [
        ['2026-11-02', '2026-11-05', '1', '2', '3', '4'],
        ['2026-11-01', '2026-11-09', '5', '0', '0', '0'],
      ],
    });
    months.add(['a', 'USD', '2026-11-02', '10', '20', '30', '40'], '2026-11-05');
    months.add(['a', 'USD', '2026-11-01', '1', '0', '0', '0'], '2026-11-03');
    months.add(['a', 'USD', '2026-12-01', '1', '0', '0', '0'], '2026-11-03');
    months.add(['a', 'EUR', '2026-11-01', '0', '0', '0', '0'], '2026-11-03');
    expect(months.size).toBe(3);
    expect(months.keys()).toEqual(['2026-11 a USD', '2026-12 a USD', '2026-11 a EUR']);
    expect([...months.documents()]).toEqual([
      {
        month: '2026-11',
        accountId: 'a',
        currency: 'USD',
        cells: [
          ['2026-11-01', '2026-11-03', '1', '0', '0', '0'],
          ['2026-11-01', '2026-11-09', '5', '0', '0', '0'],
          ['2026-11-02', '2026-11-05', '11', '22', '33', '44'],
        ],
      },
      { month: '2026-12', accountId: 'a', currency: 'USD', cells: [['2026-12-01', '2026-11-03', '1', '0', '0', '0']] },
      { month: '2026-11', accountId: 'a', currency: 'EUR', cells: [] },
    ]);
  });

  test('tell how many a feed would add to them', () => {
    const months = new Months();
    months.add(['a', 'USD', '2026-11-01', '1', '0', '0', '0'], '2026-11-03');
    const cells: Parameters<Months['newIn']>[0]['cells'] = [
      ['a', 'USD', '2026-11-30', '1', '0', '0', '0'],
      ['a', 'USD', '2026-12-01', '1', '0', '0', '0'],
      ['a', 'USD', '2026-12-02', '1', '0', '0', '0'],
      ['b', 'USD', '2026-11-01', '1', '0', '0', '0'],
    ];
    expect(months.newIn({ cells })).toBe(2);
  });

  test.each([
    ['all', null, '2026-11-30', null, 111n],
    ['up to a day', null, '2026-11-01', null, 11n],
    ['from a day', '2026-11-02', '2026-11-30', null, 100n],
    ['on one day', '2026-11-01', '2026-11-01', null, 11n],
    ['as known then', null, '2026-11-30', '2026-11-05', 110n],
    ['as known on an earlier day', null, '2026-11-30', '2026-11-04', 10n],
  ])('%s', (_, from, to, knownAt, expected) => {
    const sums = noSums();
    const cells: Parameters<typeof addSpan>[1] = [
      ['2026-11-01', '2026-11-04', '10', '0', '0', '0'],
      ['2026-11-01', '2026-11-09', '1', '0', '0', '0'],
      ['2026-11-02', '2026-11-05', '100', '2', '3', '4'],
    ];
    addSpan(sums, cells, { from, to, knownAt });
    expect(sums.postedDebit).toBe(expected);
    const third = expected >= 100n ? { postedCredit: 2n, pendingDebit: 3n, pendingCredit: 4n } : noSums();
    expect(sums).toEqual({ ...noSums(), ...third, postedDebit: expected });
  });
});

describe("a journal's share", () => {
  const cells = (journal: Journal | undefined, before = Infinity): string[] =>
    cellsOfJournal(journal as Journal, before)
      .map(({ cell, recordedDay }) => [recordedDay, ...cell].join(' '))
      .filter((text) => text.includes(' bank '));

  test('is pending on its first day, and posted on the day that posting gave it', () => {
    const ledger = ledgerWith(OCTOBER, dated('a', '2026-10-31', 'pending'), period('close_period', '2026-10'));
    ledger.run([{ type: 'post', id: 'p', journalId: 'a' }], '2026-11-23T00:00:00.000Z');
    const journal = ledger.journals.get('a');
    expect(cells(journal)).toEqual([
      '2026-11-22 bank USD 2026-10-31 0 0 5 0',
      '2026-11-23 bank USD 2026-10-31 0 0 -5 0',
      '2026-11-23 bank USD 2026-11-01 5 0 0 0',
    ]);
    // Of the steps before a place only.
    const posted = journal?.steps[1]?.seq ?? 0;
    expect(cells(journal, posted)).toHaveLength(1);
    expect(cells(journal, posted + 1)).toHaveLength(3);
  });

  test('is taken away when it is voided, and plain when it was posted at once', () => {
    const ledger = ledgerWith(
      recording('a', between('seller', 'bank', '5'), 'pending'),
      recording('b', between('seller', 'bank', '7')),
      { type: 'void', id: 'v', journalId: 'a', reason: '' },
    );
    expect(cells(ledger.journals.get('a'))).toEqual([
      '2026-11-22 bank USD 2026-11-22 0 0 0 5',
      '2026-11-22 bank USD 2026-11-22 0 0 0 -5',
    ]);
    expect(cells(ledger.journals.get('b'))).toEqual(['2026-11-22 bank USD 2026-11-22 0 7 0 0']);
  });
});
