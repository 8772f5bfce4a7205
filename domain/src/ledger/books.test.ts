import { describe, expect, test } from 'vitest';
import type { Guard } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import type { LedgerDecision } from './decide.ts';
import { between, MemoryLedger, opening, recording } from './testing/memory-ledger.ts';

const AT = '2026-11-22T10:00:00.000Z';
const codes = ({ refusals }: LedgerDecision): string[] => refusals.map((refusal) => refusal.code);

const CHART = [
  opening('assets', null, false),
  opening('bank', 'assets', true),
  opening('till', 'assets', true),
  opening('owed', null, false, 'liability'),
  opening('seller', 'owed', true, 'liability'),
];

function ledgerWith(...intents: LedgerIntent[]): MemoryLedger {
  const ledger = new MemoryLedger();
  expect(codes(ledger.run([...CHART, ...intents], AT))).toEqual([]);
  return ledger;
}

const month = (id: string, from: string, to: string): LedgerIntent => ({
  type: 'open_period',
  id: `open-${id}`,
  period: { id, from, to },
});
const OCTOBER = month('2026-10', '2026-10-01', '2026-10-31');
const NOVEMBER = month('2026-11', '2026-11-01', '2026-11-30');
const period = (
  type: 'close_period' | 'lock_period' | 'reopen_period',
  periodId: string,
  id?: string,
): LedgerIntent => ({
  type,
  id: id ?? `${type}-${periodId}`,
  periodId,
  reason: 'because',
});
const dated = (
  id: string,
  effectiveDay: string,
  state: 'pending' | 'posted' = 'posted',
  late?: 'route',
): LedgerIntent =>
  recording(id, between('bank', 'seller', '5'), state, {
    journal: { effectiveDay, ...(late === undefined ? {} : { late }) },
  });

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
});

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

describe('what must be booked', () => {
  test('is booked past a guard, a closed period and a missing account; not when it is unbalanced', () => {
    const ledger = ledgerWith(OCTOBER, period('close_period', '2026-10'));
    const must = (
      id: string,
      entries = between('bank', 'nowhere', '5'),
      day: string | null = '2026-10-03',
    ): LedgerIntent => recording(id, entries, 'posted', { must: true, journal: { effectiveDay: day } });
    expect(codes(ledger.run([must('a')], AT))).toEqual([]);
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

describe('guards', () => {
  const guard = (accountId: string, ...guards: Guard[]): LedgerIntent => ({
    type: 'change_account',
    id: `guard-${accountId}-${guards.length}`,
    accountId,
    set: { guards },
    reason: 'policy',
  });
  const pay = (id: string, amount: string, state: 'pending' | 'posted' = 'posted'): LedgerIntent =>
    recording(id, between('seller', 'bank', amount), state);
  const fund = recording('fund', between('bank', 'seller', '100'));

  test('not below zero: pending that leaves counts, pending that comes in does not; the refusal says by how much', () => {
    const ledger = ledgerWith(fund, guard('bank', { kind: 'not_below_zero' }));
    expect(codes(ledger.run([pay('a', '60', 'pending')], AT))).toEqual([]);
    const refused = ledger.run([recording('in', between('bank', 'seller', '500'), 'pending'), pay('b', '41')], AT);
    expect(refused.refusals).toMatchObject([
      { code: 'guard_below_zero', details: { accountId: 'bank', currency: 'USD', shortMinor: '1' } },
    ]);
    expect(codes(ledger.run([pay('c', '40')], AT))).toEqual([]);
    // Of two in one batch that fit one by one, the first goes.
    ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: '' }], AT);
    expect(codes(ledger.run([pay('d', '60'), pay('e', '60')], AT))).toEqual(['guard_below_zero']);
    // Posting what was accepted as pending is not asked again.
    const credit = ledgerWith(fund, pay('p', '100', 'pending'), guard('bank', { kind: 'not_below_zero' }));
    expect(codes(credit.run([{ type: 'post', id: 'pp', journalId: 'p' }], AT))).toEqual([]);
  });

  test('a credit limit holds in its currency', () => {
    const ledger = ledgerWith(fund, guard('bank', { kind: 'credit_limit', currency: 'USD', limitMinor: '50' }));
    expect(codes(ledger.run([pay('a', '151')], AT))).toEqual(['guard_credit_limit']);
    expect(codes(ledger.run([pay('b', '150')], AT))).toEqual([]);
    expect(codes(ledger.run([recording('c', between('seller', 'bank', '9', 'EUR'))], AT))).toEqual([]);
  });

  test('a daily limit counts what is recorded on a day, and begins anew the next', () => {
    const limit: Guard = { kind: 'daily_limit', currency: 'USD', side: 'credit', limitMinor: '50' };
    const ledger = ledgerWith(guard('bank', limit));
    expect(codes(ledger.run([pay('a', '30', 'pending'), pay('b', '30')], AT))).toEqual(['guard_daily_limit']);
    ledger.run([{ type: 'void', id: 'v', journalId: 'a', reason: '' }], AT);
    expect(codes(ledger.run([pay('b', '30'), pay('c', '20'), pay('d', '1')], AT))).toEqual(['guard_daily_limit']);
    expect(codes(ledger.run([pay('d', '50')], '2026-11-23T00:00:00.000Z'))).toEqual([]);
  });

  test('of an account above hold for the sum, and what is past one may get better', () => {
    const ledger = ledgerWith(fund, guard('assets', { kind: 'not_below_zero' }));
    expect(codes(ledger.run([recording('a', between('till', 'bank', '500'))], AT))).toEqual([]);
    expect(codes(ledger.run([pay('b', '101')], AT))).toEqual(['guard_below_zero']);
    const past = ledgerWith(pay('deep', '500'), guard('bank', { kind: 'not_below_zero' }));
    expect(codes(past.run([recording('up', between('bank', 'seller', '100')), pay('down', '1')], AT))).toEqual([
      'guard_below_zero',
    ]);
  });

  test('twice the same, or below zero, is refused', () => {
    const ledger = ledgerWith();
    const limit: Guard = { kind: 'credit_limit', currency: 'USD', limitMinor: '-1' };
    expect(codes(ledger.run([guard('bank', { kind: 'not_below_zero' }, { kind: 'not_below_zero' })], AT))).toEqual([
      'guard_invalid',
    ]);
    expect(codes(ledger.run([guard('bank', limit)], AT))).toEqual(['guard_invalid']);
  });
});

describe('an account', () => {
  const change = (
    id: string,
    accountId: string,
    set: Extract<LedgerIntent, { type: 'change_account' }>['set'],
  ): LedgerIntent => ({
    type: 'change_account',
    id,
    accountId,
    set,
    reason: 'because',
  });

  test('is renamed, closed and opened again, each time with what it was before', () => {
    const ledger = ledgerWith();
    ledger.run([change('1', 'till', { name: 'The till' }), change('2', 'till', { closed: true })], AT);
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
      codes(ledger.run([change('3', 'till', { closed: false }), change('3', 'till', { closed: false })], AT)),
    ).toEqual([]);
    expect(ledger.accounts.get('till')).toMatchObject({ closed: false, closedOn: null, version: 4 });
    expect(codes(ledger.run([change('4', 'till', { name: 'The till' })], AT))).toEqual(['nothing_to_change']);
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
          ['bank', 'till', 'owed'].map((id) => change(`close-${id}`, id, { closed: true })),
          AT,
        ),
      ),
    ).toEqual(['account_not_empty', 'account_not_empty', 'account_not_empty']);
    const empty = ledgerWith();
    expect(codes(empty.run([change('c', 'owed', { closed: true })], AT))).toEqual(['account_has_open_children']);
    expect(
      codes(empty.run([change('d', 'seller', { closed: true }), change('c', 'owed', { closed: true })], AT)),
    ).toEqual([]);
    expect(codes(empty.run([change('e', 'seller', { closed: false })], AT))).toEqual(['parent_closed']);
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

describe('a reversal in part', () => {
  test('takes back what is left and no more, and both ends say so', () => {
    const ledger = ledgerWith(recording('a', between('bank', 'seller', '10')));
    const back = (id: string, amount?: string): LedgerIntent => ({
      type: 'reverse',
      id,
      journalId: 'a',
      memo: 'refund',
      source: { executionId: null, effectId: null, kind: 'test' },
      ...(amount === undefined ? {} : { amounts: [amount, amount] }),
    });
    expect(codes(ledger.run([back('r1', '4'), back('r1', '4')], AT))).toEqual([]);
    expect(ledger.journals.get('a')).toMatchObject({
      reversedBy: null,
      partReversals: ['r1'],
      reversedMinor: ['4', '4'],
    });
    expect(codes(ledger.run([back('r2', '7'), back('r2', '0')], AT))).toEqual(['reversal_amounts', 'reversal_amounts']);
    expect(codes(ledger.run([back('r2')], AT))).toEqual([]);
    expect(ledger.journals.get('r2')).toMatchObject({
      reverses: 'a',
      entries: [{ amountMinor: '6' }, { amountMinor: '6' }],
    });
    expect(ledger.journals.get('a')).toMatchObject({ reversedBy: 'r2', partReversals: ['r1', 'r2'] });
    expect(codes(ledger.run([back('r3')], AT))).toEqual(['journal_reversed']);
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '10', postedCreditMinor: '10' });
  });
});
