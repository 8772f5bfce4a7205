import { currencyAccounts, fxAccounts } from '@countersign/domain/ledger/fx/accounts';
import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import type { Guard } from '@countersign/domain/schemas/account';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import fc from 'fast-check';

/**
 * Programs for the ledger's property test: rounds in which commits are handed in, some of them again, and writers of two
 * processes decide them, while clocks go on, commits are cut off, replies lost and processes killed.
 */
export const FAULTS = ['fine', 'cut off', 'reply lost', 'killed before', 'killed after', 'overtaken'] as const;
export type Fault = (typeof FAULTS)[number];

/** An exchange is made into its accounts and journal when it is handed in: it depends on what the books say then. */
export type Act =
  | LedgerIntent
  | {
      readonly type: 'exchange';
      readonly id: string;
      readonly currency: string;
      readonly buys: boolean;
      readonly minor: bigint;
    }
  | { readonly type: 'revalue'; readonly id: string; readonly day: string };

export interface Round {
  readonly minutes: number;
  readonly commits: readonly {
    readonly acts: readonly Act[];
    /** Another of those before, once more. */ readonly again: number | null;
  }[];
  readonly process: 0 | 1;
  readonly how: 'one drains' | 'both drain' | 'one waits by name' | 'both wait' | 'months roll' | 'all at once';
  /** What happens to the next commits of either process, one after the other; then all is fine. */
  readonly faults: readonly Fault[];
  /** Of the roll-ups: few, so that one feed goes in parts; and how many commits before it is left. */
  readonly roll: { readonly monthsPerCommit: number; readonly maxCommits: number };
}

export const BASE = 'USD';
const GUARDED: readonly Guard[] = [
  { kind: 'credit_limit', currency: 'USD', limitMinor: '50' },
  { kind: 'daily_limit', currency: 'USD', side: 'credit', limitMinor: '200' },
];
export const CHART: readonly LedgerIntent[] = [
  opening('assets', null, false, 'asset', { guards: [{ kind: 'credit_limit', currency: 'EUR', limitMinor: '300' }] }),
  opening('bank', 'assets', true, 'asset', { guards: [{ kind: 'not_below_zero' }] }),
  opening('till', 'assets', true, 'asset', { guards: [...GUARDED] }),
  opening('euro', 'assets', true, 'asset', { currency: 'EUR' }),
  opening('owed', null, false, 'liability'),
  opening('seller', 'owed', true, 'liability'),
  ...fxAccounts([], BASE).map((account): LedgerIntent => ({ type: 'open_account', id: `open-${account.id}`, account })),
  recording('fund', between('bank', 'seller', 300n)),
];
/** For a currency that is used for the first time, opened in the commit of its first journal. */
export const accountsOf = (currency: string): LedgerIntent[] =>
  currencyAccounts([currency], BASE).map((account): LedgerIntent => ({
    type: 'open_account',
    id: `open-${account.id}`,
    account,
  }));

const DAY_MS = 86_400_000;
const pad = (month: number): string => String(month).padStart(2, '0');
const PERIODS = [8, 9, 10, 11].map((month) => ({
  id: `2026-${pad(month)}`,
  from: `2026-${pad(month)}-01`,
  to: new Date(Date.UTC(2026, month, 0)).toISOString().slice(0, 10),
}));
/** The third is opened by the program, or never. */
export const OPENED_FIRST: readonly LedgerIntent[] = PERIODS.filter((_, index) => index !== 2).map(
  (period): LedgerIntent => ({ type: 'open_period', id: `open-${period.id}`, period }),
);

export const day = fc
  .integer({ min: 0, max: 130 })
  .map((offset) => new Date(Date.UTC(2026, 6, 25) + offset * DAY_MS).toISOString().slice(0, 10));
/** Few, so that ids meet again with other content. */
const number = fc.nat(9);
const journalId = fc.oneof(
  { weight: 10, arbitrary: number.map((one) => `j${one}`) },
  { weight: 1, arbitrary: number.map((one) => `m${one}`) },
  { weight: 1, arbitrary: fc.tuple(number, fc.nat(2)).map(([one, index]) => `g${one}-${index}`) },
  { weight: 1, arbitrary: fc.tuple(number, fc.nat(2)).map(([one, index]) => `r-j${one}-${index}`) },
  { weight: 1, arbitrary: number.map((one) => `x${one}`) },
);
/** Mostly such that entries are taken; at times of a group, of an account that is not there (yet), or of one currency only. */
const account = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('bank', 'seller', 'seller') },
  { weight: 4, arbitrary: fc.constant('till') },
  { weight: 1, arbitrary: fc.constantFrom('euro', 'assets', 'nowhere', 'new-0', 'new-1', 'new-2') },
);
const minor = fc.bigInt({ min: 1n, max: 120n });
const entries = fc
  .array(fc.tuple(account, account, minor, fc.constantFrom('USD', 'USD', 'EUR')), {
    minLength: 1,
    maxLength: 3,
  })
  .map((pairs) => pairs.flatMap(([debit, credit, amount, currency]) => between(debit, credit, amount, currency)));

type Recording = ReturnType<typeof recording>;
const record = (id: fc.Arbitrary<string>): fc.Arbitrary<Recording> =>
  fc
    .record({
      id,
      entries,
      state: fc.constantFrom('pending' as const, 'posted' as const),
      day: fc.option(day, { freq: 1 }),
      late: fc.constantFrom('refuse' as const, 'route' as const),
      expires: fc.boolean(),
    })
    .map((one) =>
      recording(one.id, one.entries, one.state, {
        ...(one.expires ? { expiresAt: '2026-11-02T00:00:00.000Z' } : {}),
        journal: { effectiveDay: one.day, late: one.late },
      }),
    );
const plainRecord = record(number.map((one) => `j${one}`));
const mustRecord = record(number.map((one) => `m${one}`)).map((one): Recording => ({ ...one, must: true }));
const linked = fc
  .tuple(number, fc.array(record(fc.constant('')), { minLength: 2, maxLength: 3 }))
  .map(([group, journals]): LedgerIntent => ({
    type: 'record_linked',
    id: `g${group}`,
    journals: journals.map((one, index) => ({ ...one, id: `g${group}-${index}` })),
  }));
const step = fc.oneof(
  { weight: 3, arbitrary: journalId.map((id): LedgerIntent => ({ type: 'post', id: `p-${id}`, journalId: id })) },
  {
    weight: 1,
    arbitrary: journalId.map((id): LedgerIntent => ({ type: 'void', id: `v-${id}`, journalId: id, reason: '' })),
  },
  { weight: 1, arbitrary: journalId.map((id): LedgerIntent => ({ type: 'expire', id: `e-${id}`, journalId: id })) },
);
/** `h-` of those that are held to the guards. */
const reversal = fc
  .record({
    of: journalId,
    index: fc.nat(2),
    part: fc.option(fc.bigInt({ min: 0n, max: 40n })),
    day: fc.option(day, { freq: 1 }),
    held: fc.boolean(),
  })
  .map((one): LedgerIntent => ({
    type: 'reverse',
    id: `${one.held ? 'h' : 'r'}-${one.of}-${one.index}`,
    journalId: one.of,
    memo: '',
    source: { executionId: null, effectId: null, kind: 'test' },
    ...(one.part === null ? {} : { amounts: [String(one.part), String(one.part)] }),
    ...(one.day === null ? {} : { day: one.day }),
    ...(one.held ? { guarded: true as const } : {}),
  }));
const periodAct = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'close_period' as const,
          'close_period' as const,
          'lock_period' as const,
          'reopen_period' as const,
        ),
        fc.nat(3),
        fc.nat(9),
      )
      .map(([type, which, id]): LedgerIntent => ({
        type,
        id: `s-${id}`,
        periodId: PERIODS[which]?.id ?? '',
        reason: '',
      })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<LedgerIntent>({
      type: 'open_period',
      id: 'open-later',
      period: PERIODS[2] ?? { id: '', from: '', to: '' },
    }),
  },
);
const GUARD_SETS: readonly (readonly Guard[])[] = [
  [],
  [{ kind: 'not_below_zero' }],
  [{ kind: 'credit_limit', currency: 'USD', limitMinor: '20' }],
  GUARDED,
];
const accountAct = fc
  .record({
    account: fc.constantFrom('till', 'till', 'bank', 'euro', 'seller', 'owed', 'new-1', 'suspense'),
    id: fc.nat(40),
    set: fc.oneof(
      fc.record({ closed: fc.boolean() }),
      fc.record({ guards: fc.constantFrom(...GUARD_SETS).map((guards) => [...guards]) }),
    ),
  })
  .map((one): LedgerIntent => ({
    type: 'change_account',
    id: `a-${one.id}`,
    accountId: one.account,
    set: one.set,
    reason: '',
  }));
/** Under groups that are there, may come, or never are: some are refused, and opened after all by the next. */
const openingAct = fc
  .tuple(fc.nat(2), fc.constantFrom('assets', 'group', 'group', 'nowhere'))
  .map(([which, parent]): LedgerIntent => opening(`new-${which}`, parent, true));
const groupAct = fc.constant(opening('group', 'assets', false, 'asset', { guards: [{ kind: 'not_below_zero' }] }));
/** Opened and posted to in one commit, in one of two orders. */
const openAndPost = fc
  .tuple(openingAct, groupAct, fc.boolean(), plainRecord)
  .map(([open, group, first, one]): Act[] => {
    const to = 'account' in open ? open.account.id : 'bank';
    const draft = {
      ...one.journal,
      entries: one.journal.entries.map((entry) => ({ ...entry, accountId: entry.side === 'debit' ? to : 'seller' })),
    };
    return [...(first ? [group, open] : [open, group, open]), { ...one, journal: draft }];
  });
const exchangeAct = fc
  .record({
    id: number,
    currency: fc.constantFrom('EUR', 'GBP'),
    buys: fc.boolean(),
    minor: fc.bigInt({ min: 1n, max: 90n }),
  })
  .map((one): Act => ({ type: 'exchange', ...one, id: `x${one.id}` }));
const revalueAct = fc.tuple(number, day).map(([id, on]): Act => ({ type: 'revalue', id: `x${id}`, day: on }));

const acts: fc.Arbitrary<Act[]> = fc.oneof(
  { weight: 10, arbitrary: plainRecord.map((one): Act[] => [one]) },
  { weight: 3, arbitrary: mustRecord.map((one): Act[] => [one]) },
  { weight: 4, arbitrary: linked.map((one): Act[] => [one]) },
  { weight: 7, arbitrary: step.map((one): Act[] => [one]) },
  { weight: 6, arbitrary: reversal.map((one): Act[] => [one]) },
  { weight: 5, arbitrary: periodAct.map((one): Act[] => [one]) },
  { weight: 3, arbitrary: accountAct.map((one): Act[] => [one]) },
  { weight: 2, arbitrary: openAndPost },
  { weight: 3, arbitrary: exchangeAct.map((one): Act[] => [one]) },
  { weight: 1, arbitrary: revalueAct.map((one): Act[] => [one]) },
);
const commit = fc.record({
  acts: fc.array(acts, { minLength: 1, maxLength: 4 }).map((some) => some.flat()),
  again: fc.option(fc.nat(30), { freq: 3 }),
});
const round: fc.Arbitrary<Round> = fc.record({
  // Within an hour, some days, or the rest of a month.
  minutes: fc.constantFrom(0, 0, 7, 600, 1500, 20_000),
  commits: fc.array(commit, { minLength: 1, maxLength: 4 }),
  process: fc.constantFrom(0 as const, 1 as const),
  how: fc.constantFrom('one drains', 'both drain', 'one waits by name', 'both wait', 'months roll', 'all at once'),
  faults: fc.array(fc.constantFrom(...FAULTS), { maxLength: 5 }),
  roll: fc.record({ monthsPerCommit: fc.constantFrom(1, 2, 3, 300), maxCommits: fc.constantFrom(1, 2, 200) }),
});

export const program: fc.Arbitrary<Round[]> = fc.array(round, { minLength: 6, maxLength: 25, size: 'max' });
