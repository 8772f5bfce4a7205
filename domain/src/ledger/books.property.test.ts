import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountSchema, balanceSchema } from '../schemas/account.ts';
import { journalSchema, toStoredJournal } from '../schemas/journal.ts';
import { periodSchema } from '../schemas/period.ts';
import type { Account, Balance } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { balanced, trialBalance } from './balanced.ts';
import { balanceKey, BalanceSheet } from './balance-sheet.ts';
import { availableMinor } from './guards.ts';
import { accountLeaf, journalLeaf, periodLeaf } from './leaf.ts';
import { cellsOfJournal, Months } from './months.ts';
import { closedThrough } from './periods.ts';
import { between, MemoryLedger, opening, recording } from './testing/memory-ledger.ts';

const DAY_MS = 86_400_000;
const CHART = [
  opening('assets', null, false),
  opening('bank', 'assets', true, 'asset', { guards: [{ kind: 'not_below_zero' }] }),
  opening('till', 'assets', true, 'asset', {
    guards: [
      { kind: 'credit_limit', currency: 'USD', limitMinor: '50' },
      { kind: 'daily_limit', currency: 'USD', side: 'credit', limitMinor: '200' },
    ],
  }),
  opening('euro', 'assets', true, 'asset', { currency: 'EUR' }),
  opening('owed', null, false, 'liability'),
  opening('seller', 'owed', true, 'liability'),
];
const PERIODS = ['2026-09', '2026-10', '2026-11'].map((id): LedgerIntent => ({
  type: 'open_period',
  id: `o-${id}`,
  period: { id, from: `${id}-01`, to: id === '2026-10' ? '2026-10-31' : `${id}-30` },
}));

const id = fc.nat(9).map((number) => `j${number}`);
const day = fc
  .integer({ min: 0, max: 110 })
  .map((offset) => new Date(Date.UTC(2026, 7, 25) + offset * DAY_MS).toISOString().slice(0, 10));
const account = fc.constantFrom('bank', 'till', 'euro', 'seller', 'assets', 'nowhere');
const amount = fc.bigInt({ min: 1n, max: 120n });
const entries = fc
  .array(fc.tuple(account, account, amount, fc.constantFrom('USD', 'EUR')), { minLength: 1, maxLength: 3 })
  .map((pairs) => pairs.flatMap(([debit, credit, minor, currency]) => between(debit, credit, minor, currency)));
const source = { executionId: null, effectId: null, kind: 'test' };

const guardedRecord = fc
  .record({
    id,
    entries,
    state: fc.constantFrom('pending' as const, 'posted' as const),
    day: fc.option(day),
    late: fc.constantFrom('refuse' as const, 'route' as const),
  })
  .map((one) =>
    recording(one.id, one.entries, one.state, {
      expiresAt: '2026-11-25T00:00:00.000Z',
      journal: { effectiveDay: one.day, late: one.late },
    }),
  );
const step = fc.oneof(
  id.map((journalId): LedgerIntent => ({ type: 'void', id: `v-${journalId}`, journalId, reason: '' })),
  id.map((journalId): LedgerIntent => ({ type: 'expire', id: `x-${journalId}`, journalId })),
);
const periodAct = fc
  .tuple(
    fc.constantFrom('close_period' as const, 'lock_period' as const, 'reopen_period' as const),
    fc.nat(2),
    fc.nat(5),
  )
  .map(([type, which, number]): LedgerIntent => ({
    type,
    id: `${type}-${number}-${which}`,
    periodId: ['2026-09', '2026-10', '2026-11'][which] as string,
    reason: '',
  }));
const linked = fc
  .tuple(id, fc.array(guardedRecord, { minLength: 2, maxLength: 3 }))
  .map(([group, journals]): LedgerIntent => ({
    type: 'record_linked',
    id: `g-${group}`,
    journals: journals.map((one, index) => ({ ...one, id: `${group}-${index}` })),
  }));
const accountAct = fc
  .tuple(fc.constantFrom('till', 'euro', 'seller', 'owed'), fc.boolean(), fc.nat(30))
  .map(([accountId, closed, number]): LedgerIntent => ({
    type: 'change_account',
    id: `a-${number}`,
    accountId,
    set: { closed },
    reason: '',
  }));
/** All that guards rule over. */
const guarded = fc.oneof(
  { weight: 8, arbitrary: guardedRecord },
  { weight: 2, arbitrary: step },
  { weight: 1, arbitrary: linked },
);
/** With what must be booked whatever the guards say. */
const any = fc.oneof(
  { weight: 6, arbitrary: guarded },
  { weight: 3, arbitrary: id.map((journalId): LedgerIntent => ({ type: 'post', id: `p-${journalId}`, journalId })) },
  { weight: 2, arbitrary: periodAct },
  { weight: 1, arbitrary: accountAct },
  {
    weight: 1,
    arbitrary: fc.tuple(guardedRecord, day).map(([one, on]): LedgerIntent => ({
      ...one,
      id: `m-${one.id}`,
      must: true,
      journal: { ...one.journal, effectiveDay: on },
    })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        id,
        number: fc.nat(4),
        part: fc.option(fc.bigInt({ min: 0n, max: 60n })),
        day: fc.option(day),
        held: fc.boolean(),
      })
      .map((one): LedgerIntent => ({
        type: 'reverse',
        id: `r-${one.id}-${one.number}`,
        journalId: one.id,
        memo: '',
        source,
        ...(one.part === null ? {} : { amounts: [String(one.part), String(one.part)] }),
        ...(one.day === null ? {} : { day: one.day }),
        ...(one.held ? { guarded: true as const } : {}),
      })),
  },
);

/** Batches, each on the same day as the one before or some days later. */
const program = (intent: fc.Arbitrary<LedgerIntent>): fc.Arbitrary<{ days: number; intents: LedgerIntent[] }[]> =>
  fc.array(
    fc.record({ days: fc.constantFrom(0, 0, 0, 1, 9), intents: fc.array(intent, { minLength: 1, maxLength: 6 }) }),
    { minLength: 4, maxLength: 16 },
  );

function play(
  batches: { days: number; intents: LedgerIntent[] }[],
  after?: (ledger: MemoryLedger) => void,
): MemoryLedger {
  const ledger = new MemoryLedger();
  let at = Date.UTC(2026, 9, 28, 12);
  ledger.run([...CHART, ...PERIODS, recording('fund', between('bank', 'seller', 300n))], new Date(at).toISOString());
  for (const { days, intents } of batches) {
    at += days * DAY_MS;
    ledger.run(intents, new Date(at).toISOString());
    after?.(ledger);
  }
  return ledger;
}

/** Balances as the journals' steps make them. */
function folded(ledger: MemoryLedger): Balance[] {
  const sheet = new BalanceSheet(new Map());
  for (const journal of ledger.journals.values()) {
    journal.steps.forEach(({ step: name, seq, at }, index) => {
      for (const { accountId, currency, side, amountMinor } of journal.entries) {
        for (const one of [accountId, ...(ledger.accounts.get(accountId)?.path ?? [])]) {
          const where = ledger.accounts.get(one) as Account;
          const minor = BigInt(amountMinor);
          if (index > 0) sheet.add(where, currency, 'pending', side, -minor, seq + 1, at);
          if (name !== 'voided') sheet.add(where, currency, name, side, minor, seq + 1, at);
          const today = at.slice(0, 10);
          if (index === 0) sheet.count(where, currency, side, minor, today);
          else if (name === 'voided' && today === journal.recordedAt.slice(0, 10))
            sheet.count(where, currency, side, -minor, today);
        }
      }
    });
  }
  return byKey(sheet.changed());
}

const byKey = (balances: Iterable<Balance>): Balance[] =>
  [...balances].sort((a, b) => (balanceKey(a.accountId, a.currency) < balanceKey(b.accountId, b.currency) ? -1 : 1));

describe('any program of all intents, in any batches', () => {
  test('keeps the books: balanced journals, balances and feeds that are their fold, a trial balance of zero', () => {
    fc.assert(
      fc.property(program(any), (batches) => {
        const ledger = play(batches);
        for (const journal of ledger.journals.values()) {
          expect(balanced(journal.entries)).toBe(true);
          expect(journalSchema.parse(toStoredJournal(journal))).toEqual(journal);
        }
        for (const one of ledger.accounts.values()) expect(accountSchema.parse(one)).toEqual(one);
        for (const one of ledger.periods.values()) expect(periodSchema.parse(one)).toEqual(one);
        for (const one of ledger.balances.values()) expect(balanceSchema.parse(one)).toEqual(one);
        expect(byKey(ledger.balances.values())).toEqual(folded(ledger));
        for (const row of trialBalance(ledger.balances.values())) expect(row.differenceMinor).toBe(0n);
        const [fed, fold] = [new Months(), new Months()];
        for (const { cells, day: recorded } of ledger.feeds) for (const cell of cells) fed.add(cell, recorded);
        for (const journal of ledger.journals.values())
          for (const { cell, recordedDay } of cellsOfJournal(journal, Infinity)) fold.add(cell, recordedDay);
        const filled = (months: Months): unknown[] =>
          [...months.documents()]
            .filter((month) => month.cells.length > 0)
            .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        expect(filled(fed)).toEqual(filled(fold));
      }),
      { numRuns: 300 },
    );
  });

  test('leaves no gap in the places, and every leaf is what the documents still make', () => {
    fc.assert(
      fc.property(program(any), (batches) => {
        const ledger = play(batches);
        const leaves: string[] = [];
        const place = (seq: number, leaf: string): void => {
          expect(leaves[seq]).toBeUndefined();
          leaves[seq] = leaf;
        };
        for (const one of ledger.accounts.values()) {
          place(one.seq, accountLeaf(one, 0));
          one.changes.forEach((change, index) => place(change.seq, accountLeaf(one, index + 1)));
        }
        for (const one of ledger.periods.values())
          one.steps.forEach(({ seq }, index) => place(seq, periodLeaf(one, index)));
        for (const one of ledger.journals.values())
          one.steps.forEach(({ seq }, index) => place(seq, journalLeaf(one, index)));
        expect(leaves).toEqual(ledger.leaves);
        let next = 0;
        for (const { firstSeq, nextSeq } of ledger.feeds) {
          expect(firstSeq).toBe(next);
          next = nextSeq;
        }
        expect(next).toBe(ledger.size);
      }),
      { numRuns: 200 },
    );
  });

  test('posts nothing into a day that was closed when it was posted', () => {
    fc.assert(
      fc.property(program(any), (batches) => {
        let closed: string | null = null;
        let seen = 0;
        play(batches, (ledger) => {
          // Within a batch a period may close or open; what was closed before and after was closed all along.
          const now = closedThrough(ledger.periods.values());
          const all = closed === null || now === null ? null : closed < now ? closed : now;
          const reopened = [...ledger.periods.values()].some((one) =>
            one.steps.some(({ step: name, seq }) => name === 'reopened' && seq >= seen),
          );
          for (const journal of ledger.journals.values()) {
            const posted = journal.steps.find(({ step: name, seq }) => name === 'posted' && seq >= seen);
            if (posted !== undefined && all !== null && !reopened) expect(journal.effectiveDay > all).toBe(true);
          }
          closed = now;
          seen = ledger.size;
        });
      }),
      { numRuns: 200 },
    );
  });
});

test('no guard is ever passed by what guards rule over', () => {
  fc.assert(
    fc.property(program(guarded), (batches) => {
      play(batches, (ledger) => {
        for (const balance of ledger.balances.values()) {
          if (balance.accountId !== 'bank' && balance.accountId !== 'till') continue;
          const available = availableMinor('asset', {
            postedDebit: BigInt(balance.postedDebitMinor),
            postedCredit: BigInt(balance.postedCreditMinor),
            pendingDebit: BigInt(balance.pendingDebitMinor),
            pendingCredit: BigInt(balance.pendingCreditMinor),
          });
          if (balance.accountId === 'bank') expect(available >= 0n).toBe(true);
          if (balance.accountId !== 'till' || balance.currency !== 'USD') continue;
          expect(available >= -50n).toBe(true);
          expect(BigInt(balance.dayCreditMinor) <= 200n).toBe(true);
        }
      });
    }),
    { numRuns: 300 },
  );
});
