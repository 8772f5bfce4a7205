import { describe, expect, test } from 'vitest';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { between, opening, recording } from './testing/memory-ledger.ts';
import { AT, codes, changing, ledgerWith } from './testing/small-books.ts';

describe('an account', () => {
  test('is renamed, closed and opened again, each time with what it was before', () => {
    const ledger = ledgerWith();
    ledger.run([changing('1', 'till', { name: 'The till' }), changing('2', 'till', { closed: true })], AT);
    expect(ledger.accounts.get('till')).toMatchObject({
      name: 'The till',
      closed: true,
      closedOn: '2026-11-22',
      version: 3,
      changes: [
        { before: { name: 'till' }, after: { name: 'The till' } },
        { before: { closed: false, closedOn: null }, after: { closed: true, closedOn: '2026-11-22' } },
      ],
    });
    expect(codes(ledger.run([recording('a', between('till', 'seller', '5'))], AT))).toEqual(['account_closed']);
    expect(
      codes(ledger.run([changing('3', 'till', { closed: false }), changing('3', 'till', { closed: false })], AT)),
    ).toEqual([]);
    expect(ledger.accounts.get('till')).toMatchObject({ closed: false, closedOn: null, version: 4 });
    expect(codes(ledger.run([changing('4', 'till', { name: 'The till' })], AT))).toEqual(['nothing_to_change']);
    // Who asks again for the account as it was opened is told that it is there.
    expect(codes(ledger.run([opening('till', 'assets', true)], AT))).toEqual([]);
  });

  test('is not closed with money in it or on its way, nor above an open one', () => {
    const ledger = ledgerWith(
      recording('a', between('bank', 'seller', '5')),
      recording('b', between('till', 'seller', '5'), 'pending'),
    );
    expect(
      codes(
        ledger.run(
          ['bank', 'till', 'owed'].map((id) => changing(`close-${id}`, id, { closed: true })),
          AT,
        ),
      ),
    ).toEqual(['account_not_empty', 'account_not_empty', 'account_not_empty']);
    const empty = ledgerWith();
    expect(codes(empty.run([changing('c', 'owed', { closed: true })], AT))).toEqual(['account_has_open_children']);
    expect(
      codes(empty.run([changing('d', 'seller', { closed: true }), changing('c', 'owed', { closed: true })], AT)),
    ).toEqual([]);
    expect(codes(empty.run([changing('e', 'seller', { closed: false })], AT))).toEqual(['parent_closed']);
  });

  test('takes its own currency only, and nothing before the day it opens', () => {
    const ledger = ledgerWith(opening('euro', 'assets', true, 'asset', { currency: 'EUR', openedOn: '2026-11-20' }));
    const entry = (id: string, currency: string, effectiveDay: string): LedgerIntent =>
      recording(id, between('euro', 'seller', '5', currency), 'posted', { journal: { effectiveDay } });
    expect(
      codes(
        ledger.run(
          [entry('a', 'USD', '2026-11-20'), entry('b', 'EUR', '2026-11-19'), entry('c', 'EUR', '2026-11-20')],
          AT,
        ),
      ),
    ).toEqual(['account_currency', 'account_not_open_yet']);
  });

  test('is changed once under one id, and not to something else', () => {
    const ledger = ledgerWith();
    const set = { name: 'One', closed: true };
    ledger.run([changing('1', 'till', set), changing('2', 'till', { name: 'Two' })], AT);
    // A day later, what came to be by itself (the closing day) is still what it was.
    const later = '2026-11-23T10:00:00.000Z';
    expect(
      codes(ledger.run([changing('1', 'till', set), changing('1', 'till', { ...set, branch: null })], later)),
    ).toEqual([]);
    const others: LedgerIntent[] = [
      changing('1', 'till', { name: 'Two' }),
      changing('1', 'till', { name: 'One' }),
      { type: 'change_account', id: '1', accountId: 'till', set, reason: 'another' },
    ];
    expect(codes(ledger.run(others, later))).toEqual(['intent_id_reused', 'intent_id_reused', 'intent_id_reused']);
    expect(ledger.accounts.get('till')).toMatchObject({ name: 'Two', closed: true, version: 3 });
  });

  test('that is open has no last day', () => {
    const ledger = ledgerWith();
    expect(codes(ledger.run([changing('1', 'till', { closedOn: '2026-01-01' })], AT))).toEqual(['day_invalid']);
    const close = changing('2', 'till', { closed: true, closedOn: '2026-02-30' });
    expect(codes(ledger.run([close], AT))).toEqual(['day_invalid']);
    ledger.run([changing('3', 'till', { closed: true, closedOn: '2026-01-01' })], AT);
    expect(codes(ledger.run([changing('4', 'till', { closedOn: '2026-01-02' })], AT))).toEqual([]);
    expect(ledger.accounts.get('till')).toMatchObject({ closed: true, closedOn: '2026-01-02' });
  });

  test('under one that sums up one currency is of that currency', () => {
    const ledger = ledgerWith(opening('dollars', 'assets', false, 'asset', { currency: 'USD' }));
    const under = (id: string, currency?: string): LedgerIntent =>
      opening(id, 'dollars', true, 'asset', currency === undefined ? {} : { currency });
    expect(codes(ledger.run([under('a', 'EUR'), under('b'), under('c', 'USD')], AT))).toEqual([
      'account_currency',
      'account_currency',
    ]);
  });

  test('for suspense takes anything, and stays open', () => {
    const ledger = ledgerWith();
    const suspense = (postable: boolean, more = {}): LedgerIntent =>
      opening('suspense', 'owed', postable, 'liability', more);
    const wrong = [suspense(false), suspense(true, { currency: 'USD' }), suspense(true, { openedOn: '2026-11-01' })];
    expect(codes(ledger.run(wrong, AT))).toEqual(['suspense_account', 'suspense_account', 'suspense_account']);
    expect(codes(ledger.run([suspense(true, { branch: 'north' })], AT))).toEqual([]);
    expect(codes(ledger.run([changing('1', 'suspense', { closed: true })], AT))).toEqual(['suspense_account']);
    expect(codes(ledger.run([changing('2', 'suspense', { name: 'To be placed' })], AT))).toEqual([]);
  });
});
