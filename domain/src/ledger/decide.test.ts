import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Account, Balance } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { accountSchema, balanceSchema } from '../schemas/account.ts';
import { journalSchema, toStoredJournal } from '../schemas/journal.ts';
import { balanceKey, BalanceSheet } from './balance-sheet.ts';
import { balanced, trialBalance } from './balanced.ts';
import type { LedgerDecision } from './decide.ts';
import { accountLeaf, journalLeaf } from './leaf.ts';
import { MemoryLedger } from './testing/memory-ledger.ts';

const AT = '2026-11-22T10:00:00.000Z';
type Opening = Extract<LedgerIntent, { type: 'open_account' }>;
type Record_ = Extract<LedgerIntent, { type: 'record' }>;

const open = (id: string, parentId: string | null, postable: boolean, type: Account['type'] = 'asset'): Opening => ({
  type: 'open_account',
  id: `open-${id}`,
  account: { id, name: id, type, parentId, postable, closed: false, mirrors: null },
});
const record = (
  id: string,
  entries: [string, 'debit' | 'credit', string, string?][],
  state: 'pending' | 'posted' = 'posted',
): Record_ => ({
  type: 'record',
  id,
  state,
  source: { executionId: null, effectId: null, kind: 'test' },
  journal: {
    memo: 'memo',
    effectiveDay: null,
    entries: entries.map(([accountId, side, amountMinor, currency = 'USD']) => ({
      accountId,
      side,
      amountMinor,
      currency,
    })),
  },
});
const reverse = (journalId: string, id = `r-${journalId}`): LedgerIntent => ({
  type: 'reverse',
  id,
  journalId,
  memo: 'came back',
  source: { executionId: null, effectId: null, kind: 'reversal' },
});
const CHART = [
  open('assets', null, false),
  open('cash', 'assets', false),
  open('bank', 'cash', true),
  open('till', 'cash', true),
  open('owed', null, false, 'liability'),
  open('seller', 'owed', true, 'liability'),
];

/** A ledger whose clock stands still unless it is told otherwise. */
class Ledger extends MemoryLedger {
  override run(intents: readonly LedgerIntent[], at = AT): LedgerDecision {
    return super.run(intents, at);
  }
}

const codesOf = (decision: LedgerDecision): string[] => decision.refusals.map((refusal) => refusal.code);

describe('a batch', () => {
  test('opens accounts under their parents and rolls balances up to the root', () => {
    const ledger = new Ledger();
    expect(
      codesOf(
        ledger.run([
          ...CHART,
          record('j1', [
            ['bank', 'debit', '500'],
            ['seller', 'credit', '500'],
          ]),
        ]),
      ),
    ).toEqual([]);
    expect(ledger.accounts.get('bank')).toMatchObject({ depth: 2, path: ['assets', 'cash'], seq: 2, version: 1 });
    for (const id of ['bank', 'cash', 'assets'])
      expect(ledger.balance(id)).toMatchObject({ postedDebitMinor: '500', postedCreditMinor: '0' });
    for (const id of ['seller', 'owed'])
      expect(ledger.balance(id)).toMatchObject({ postedDebitMinor: '0', postedCreditMinor: '500' });
    expect(ledger.balance('till')).toBeUndefined();
    expect(ledger.leaves).toHaveLength(7);
  });

  test('takes a posted journal back by another with its sides swapped, once', () => {
    const ledger = new Ledger();
    ledger.run([
      ...CHART,
      record('a', [
        ['bank', 'debit', '7'],
        ['seller', 'credit', '7'],
      ]),
    ]);
    expect(codesOf(ledger.run([reverse('a'), reverse('a')], '2026-12-01T08:00:00.000Z'))).toEqual([]);
    expect(codesOf(ledger.run([reverse('a')]))).toEqual([]);
    expect(ledger.journals.get('a')).toMatchObject({ state: 'posted', reverses: null, reversedBy: 'r-a' });
    expect(ledger.journals.get('r-a')).toMatchObject({
      state: 'posted',
      reverses: 'a',
      effectiveDay: '2026-12-01',
      accounts: ['bank', 'seller'],
      entries: [
        { accountId: 'bank', side: 'credit', amountMinor: '7' },
        { accountId: 'seller', side: 'debit', amountMinor: '7' },
      ],
    });
    for (const id of ['bank', 'assets', 'seller'])
      expect(ledger.balance(id)).toMatchObject({ postedDebitMinor: '7', postedCreditMinor: '7' });
    // What was posted and reversed in one batch is the same.
    const entries: Parameters<typeof record>[1] = [
      ['till', 'debit', '3'],
      ['seller', 'credit', '3'],
    ];
    ledger.run([record('b', entries, 'pending'), { type: 'post', id: 'p', journalId: 'b' }, reverse('b')]);
    expect(ledger.journals.get('b')).toMatchObject({ state: 'posted', reversedBy: 'r-b' });
    expect(ledger.balance('till')).toMatchObject({ postedDebitMinor: '3', postedCreditMinor: '3' });
  });

  test('moves a pending journal to posted, or takes it away when voided', () => {
    const ledger = new Ledger();
    ledger.run([
      ...CHART,
      record(
        'a',
        [
          ['bank', 'debit', '7'],
          ['seller', 'credit', '7'],
        ],
        'pending',
      ),
      record(
        'b',
        [
          ['bank', 'debit', '9'],
          ['seller', 'credit', '9'],
        ],
        'pending',
      ),
    ]);
    expect(ledger.balance('assets')).toMatchObject({ postedDebitMinor: '0', pendingDebitMinor: '16' });
    ledger.run([
      { type: 'post', id: 'p', journalId: 'a' },
      { type: 'void', id: 'v', journalId: 'b', reason: 'declined' },
    ]);
    expect(ledger.balance('assets')).toMatchObject({ postedDebitMinor: '7', pendingDebitMinor: '0' });
    expect(ledger.journals.get('b')).toMatchObject({
      state: 'voided',
      steps: [{ step: 'pending' }, { step: 'voided', reason: 'declined' }],
    });
  });

  test('records and posts in one batch', () => {
    const ledger = new Ledger();
    const decision = ledger.run([
      ...CHART,
      record(
        'a',
        [
          ['bank', 'debit', '7'],
          ['seller', 'credit', '7'],
        ],
        'pending',
      ),
      { type: 'post', id: 'p', journalId: 'a' },
    ]);
    expect(decision.journalsStepped).toEqual([]);
    expect(decision.journalsCreated).toMatchObject([{ id: 'a', state: 'posted', steps: [{ seq: 6 }, { seq: 7 }] }]);
  });

  const refusedCases: [string, LedgerIntent, string][] = [
    [
      'unbalanced',
      record('x', [
        ['bank', 'debit', '5'],
        ['seller', 'credit', '6'],
      ]),
      'unbalanced',
    ],
    [
      'balanced in sum but not by currency',
      record('x', [
        ['bank', 'debit', '5', 'USD'],
        ['seller', 'credit', '5', 'EUR'],
      ]),
      'unbalanced',
    ],
    [
      'zero',
      record('x', [
        ['bank', 'debit', '0'],
        ['seller', 'credit', '0'],
      ]),
      'amount_not_positive',
    ],
    [
      'negative',
      record('x', [
        ['bank', 'debit', '-5'],
        ['seller', 'credit', '-5'],
      ]),
      'amount_not_positive',
    ],
    [
      'huge',
      record('x', [
        ['bank', 'debit', '9'.repeat(70)],
        ['seller', 'credit', '9'.repeat(70)],
      ]),
      'amount_too_large',
    ],
    [
      'account missing',
      record('x', [
        ['bank', 'debit', '5'],
        ['nobody', 'credit', '5'],
      ]),
      'account_missing',
    ],
    [
      'not postable',
      record('x', [
        ['cash', 'debit', '5'],
        ['seller', 'credit', '5'],
      ]),
      'account_not_postable',
    ],
    [
      'too many entries',
      record(
        'x',
        Array.from({ length: 502 }, (_, index) => ['bank', index % 2 === 0 ? 'debit' : 'credit', '1'] as const).map(
          ([a, s, m]) => [a, s, m],
        ),
      ),
      'entries_over_limit',
    ],
    [
      'no such day',
      {
        ...record('x', [
          ['bank', 'debit', '5'],
          ['seller', 'credit', '5'],
        ]),
        journal: {
          ...record('x', [
            ['bank', 'debit', '5'],
            ['seller', 'credit', '5'],
          ]).journal,
          effectiveDay: '2026-02-30',
        },
      },
      'day_invalid',
    ],
    ['post of nothing', { type: 'post', id: 'x', journalId: 'nothing' }, 'journal_missing'],
    ['void of nothing', { type: 'void', id: 'x', journalId: 'nothing', reason: '' }, 'journal_missing'],
    ['void of posted', { type: 'void', id: 'x', journalId: 'posted', reason: '' }, 'journal_posted'],
    ['reversal of nothing', reverse('nothing'), 'journal_missing'],
    ['reversal of voided', reverse('voided'), 'journal_voided'],
    ['reversal of pending', reverse('pending'), 'journal_pending'],
    ['second reversal', reverse('reversed', 'again'), 'journal_reversed'],
    ['reversal under a used id', reverse('posted', 'voided'), 'intent_id_reused'],
    [
      'same id, another journal',
      record('posted', [
        ['bank', 'debit', '2'],
        ['seller', 'credit', '2'],
      ]),
      'intent_id_reused',
    ],
    ['account exists and differs', open('bank', 'assets', true), 'account_exists'],
    ['parent missing', open('new', 'nowhere', true), 'parent_missing'],
    ['parent postable', open('new', 'bank', true), 'parent_postable'],
    ['parent of another type', open('new', 'assets', true, 'liability'), 'parent_type_differs'],
    [
      'opened closed',
      { ...open('new', 'assets', true), account: { ...open('new', 'assets', true).account, closed: true } },
      'account_closed',
    ],
  ];
  test.each(refusedCases)('refuses what is %s, alone and without a trace', (_, intent, code) => {
    const ledger = new Ledger();
    const entries: Parameters<typeof record>[1] = [
      ['bank', 'debit', '1'],
      ['seller', 'credit', '1'],
    ];
    ledger.run([
      ...CHART,
      record('posted', entries),
      record('voided', entries, 'pending'),
      { type: 'void', id: 'v', journalId: 'voided', reason: 'no' },
      record('pending', entries, 'pending'),
      record('reversed', entries),
      reverse('reversed'),
    ]);
    const decision = ledger.run([record('good-1', entries), intent, record('good-2', entries)]);
    expect(decision.refusals).toMatchObject([{ index: 1, code }]);
    expect(decision.journalsCreated.map((journal) => journal.id)).toEqual(['good-1', 'good-2']);
    expect(decision.leaves).toHaveLength(2);
    expect(decision.accountsOpened).toEqual([]);
    expect(ledger.balance('bank')).toMatchObject({ postedDebitMinor: '4', postedCreditMinor: '1' });
  });

  test('refuses entries in a closed account, and accounts under one', () => {
    const ledger = new Ledger();
    ledger.run(CHART);
    for (const id of ['till', 'owed'])
      ledger.accounts.set(id, { ...(ledger.accounts.get(id) as Account), closed: true });
    expect(
      codesOf(
        ledger.run([
          record('x', [
            ['till', 'debit', '5'],
            ['bank', 'credit', '5'],
          ]),
          open('new', 'owed', true, 'liability'),
        ]),
      ),
    ).toEqual(['account_closed', 'parent_closed']);
  });

  test('refuses a tree deeper than eight levels below the root', () => {
    const ledger = new Ledger();
    const chain = Array.from({ length: 10 }, (_, index) =>
      open(`a${index}`, index === 0 ? null : `a${index - 1}`, false),
    );
    expect(codesOf(ledger.run(chain))).toEqual(['tree_too_deep']);
    expect(ledger.accounts.get('a8')?.path).toHaveLength(8);
  });
});

describe('any program of intents, in any batches', () => {
  const accountId = fc.constantFrom('bank', 'till', 'seller', 'cash', 'nobody');
  const currency = fc.constantFrom('USD', 'JPY');
  const id = fc.nat(12).map((number) => `j${number}`);
  const balancedEntries = fc
    .array(fc.tuple(accountId, accountId, fc.bigInt({ min: 1n, max: 10n ** 30n }), currency), {
      minLength: 1,
      maxLength: 4,
    })
    .map((pairs) =>
      pairs.flatMap(([debit, credit, amount, code]): Parameters<typeof record>[1] => [
        [debit, 'debit', `${amount}`, code],
        [credit, 'credit', `${amount}`, code],
      ]),
    );
  const anyEntries = fc.array(
    fc.tuple(
      accountId,
      fc.constantFrom('debit' as const, 'credit' as const),
      fc.bigInt({ min: -2n, max: 5n }).map(String),
      currency,
    ),
    { minLength: 2, maxLength: 4 },
  );
  const anyIntent: fc.Arbitrary<LedgerIntent> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(id, balancedEntries, fc.constantFrom('pending' as const, 'posted' as const))
        .map((args) => record(...args)),
    },
    { weight: 2, arbitrary: fc.tuple(id, anyEntries).map(([one, entries]) => record(one, entries)) },
    { weight: 3, arbitrary: id.map((journalId): LedgerIntent => ({ type: 'post', id: `p-${journalId}`, journalId })) },
    {
      weight: 3,
      arbitrary: id.map((journalId): LedgerIntent => ({
        type: 'void',
        id: `v-${journalId}`,
        journalId,
        reason: 'because',
      })),
    },
    { weight: 3, arbitrary: id.map((journalId) => reverse(journalId)) },
    // Of a reversal, and a second one.
    { weight: 1, arbitrary: id.map((journalId) => reverse(`r-${journalId}`)) },
    { weight: 1, arbitrary: id.map((journalId) => reverse(journalId, `s-${journalId}`)) },
    { weight: 1, arbitrary: fc.constantFrom(...CHART, open('new', 'cash', true)) },
  );
  const program = fc.record({
    intents: fc.array(anyIntent, { maxLength: 40 }),
    cuts: fc.array(fc.nat(40), { maxLength: 5 }),
  });

  const play = (ledger: Ledger, intents: readonly LedgerIntent[], cuts: readonly number[]): string[] => {
    const borders = [...new Set([0, ...cuts.filter((cut) => cut < intents.length), intents.length])].sort(
      (a, b) => a - b,
    );
    return borders.slice(1).flatMap((border, index) => codesOf(ledger.run(intents.slice(borders[index], border))));
  };

  test('keeps the books: balanced journals, balances that are their sum, a trial balance of zero', () => {
    fc.assert(
      fc.property(program, ({ intents, cuts }) => {
        const ledger = new Ledger();
        ledger.run(CHART);
        play(ledger, intents, cuts);
        const sheet = new BalanceSheet(new Map());
        for (const journal of ledger.journals.values()) {
          expect(balanced(journal.entries)).toBe(true);
          expect(journalSchema.safeParse(toStoredJournal(journal)).success).toBe(true);
          const original = journal.reverses === null ? undefined : ledger.journals.get(journal.reverses);
          if (journal.reverses !== null) expect(original).toMatchObject({ state: 'posted', reversedBy: journal.id });
          if (journal.reversedBy !== null)
            expect(ledger.journals.get(journal.reversedBy)).toMatchObject({ state: 'posted', reverses: journal.id });
          journal.steps.forEach(({ step, seq, at }, index) => {
            for (const { accountId: leaf, currency: code, side, amountMinor } of journal.entries) {
              for (const one of [leaf, ...(ledger.accounts.get(leaf)?.path ?? [])]) {
                const account = ledger.accounts.get(one) as Account;
                // The test's clock stands still, so that a voided journal was voided on its own day.
                if (index === 0) sheet.count(account, code, side, BigInt(amountMinor), at.slice(0, 10));
                else if (step === 'voided') sheet.count(account, code, side, -BigInt(amountMinor), at.slice(0, 10));
                if (index > 0) sheet.add(account, code, 'pending', side, -BigInt(amountMinor), seq + 1, at);
                if (step !== 'voided') sheet.add(account, code, step, side, BigInt(amountMinor), seq + 1, at);
              }
            }
          });
        }
        const byKey = (balances: Iterable<Balance>): Balance[] =>
          [...balances].sort((a, b) =>
            balanceKey(a.accountId, a.currency) < balanceKey(b.accountId, b.currency) ? -1 : 1,
          );
        expect(byKey(ledger.balances.values())).toEqual(byKey(sheet.changed()));
        for (const balance of ledger.balances.values()) expect(balanceSchema.safeParse(balance).success).toBe(true);
        for (const row of trialBalance(ledger.balances.values())) expect(row.differenceMinor).toBe(0n);
      }),
      { numRuns: 300 },
    );
  });

  test('gives every step a place of its own, in order, and a leaf that its document still makes', () => {
    fc.assert(
      fc.property(program, ({ intents, cuts }) => {
        const ledger = new Ledger();
        ledger.run(CHART);
        play(ledger, intents, cuts);
        const leaves: string[] = [];
        for (const account of ledger.accounts.values()) {
          expect(accountSchema.safeParse(account).success).toBe(true);
          leaves[account.seq] = accountLeaf(account, 0);
          account.changes.forEach((change, index) => (leaves[change.seq] = accountLeaf(account, index + 1)));
        }
        for (const journal of ledger.journals.values())
          journal.steps.forEach((step, index) => (leaves[step.seq] = journalLeaf(journal, index)));
        expect(leaves).toEqual(ledger.leaves);
      }),
      { numRuns: 200 },
    );
  });

  test('comes to the same however it is cut into batches', () => {
    fc.assert(
      fc.property(program, ({ intents, cuts }) => {
        const [one, other] = [new Ledger(), new Ledger()];
        one.run(CHART);
        other.run(CHART);
        expect(play(one, intents, [])).toEqual(play(other, intents, cuts));
        expect(other.leaves).toEqual(one.leaves);
        expect([...other.balances]).toEqual(expect.arrayContaining([...one.balances]));
      }),
      { numRuns: 200 },
    );
  });

  test('a second time changes nothing', () => {
    fc.assert(
      fc.property(program, ({ intents, cuts }) => {
        const ledger = new Ledger();
        ledger.run(CHART);
        const accepted = intents.filter((intent) => ledger.run([intent]).refusals.length === 0);
        const before = [
          ledger.leaves.length,
          JSON.stringify([...ledger.balances]),
          JSON.stringify([...ledger.journals]),
        ];
        // What was voided since can't be posted again, nor the other way round: those may be refused, but not carried out.
        play(ledger, accepted, cuts);
        expect([
          ledger.leaves.length,
          JSON.stringify([...ledger.balances]),
          JSON.stringify([...ledger.journals]),
        ]).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});
