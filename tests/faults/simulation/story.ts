import fc from 'fast-check';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';
import { ACCOUNTS, SIGNERS } from './founding.ts';

/** One row of a payouts file, sound or not. */
export interface Row {
  readonly reference: string;
  readonly account: string;
  readonly amount: string;
  readonly currency: string;
}

/** One effect of the mixed plugin, before its plan fills in what it reads. */
export interface Ingredient {
  readonly kind:
    | 'payout'
    | 'transfer'
    | 'journal'
    | 'journal_later'
    | 'record'
    | 'notify'
    | 'call'
    | 'call_keyed'
    | 'file'
    /** Of the story's day, whatever day it is when they are recorded. */
    | 'journal_dated'
    | 'payout_dated';
  /** Which of a few references, records or members it is about: some are about the same. */
  readonly about: number;
  readonly amount: number;
  /** It needs the ingredient so many places before it; 0 for none. */
  readonly needs: number;
}

export interface Run {
  readonly uid: 'olivia' | 'otto';
  readonly startsAfterMs: number;
  /** The same request twice, side by side. */
  readonly twice: boolean;
  readonly what:
    | { readonly plugin: 'stripe-payout'; readonly rows: readonly Row[] }
    | { readonly plugin: 'mixed'; readonly ingredients: readonly Ingredient[] };
  readonly signatures: readonly {
    readonly uid: string;
    readonly afterMs: number;
    readonly digest: 'right' | 'wrong';
  }[];
}

/** What happens meanwhile in the world. */
export type Happening =
  | { readonly what: 'cancel'; readonly run: number; readonly uid: string }
  | { readonly what: 'reject'; readonly run: number; readonly uid: string }
  | { readonly what: 'stop' | 'lift_stop' | 'stricter_policy' | 'open_account' | 'other_stripe' }
  | { readonly what: 'lose_role'; readonly uid: string }
  | { readonly what: 'change_bank'; readonly account: string }
  | { readonly what: 'drain_balance'; readonly account: string; readonly percent: number }
  | { readonly what: 'clock_jump'; readonly ms: number };

/** By the clock, or in the middle: when so many pages have been begun. */
export type Moment = { readonly afterMs: number } | { readonly page: number };

export interface Story {
  readonly levels: readonly ApprovalLevel[];
  readonly pageSize: number;
  readonly pagesAtOnce: number;
  readonly leaseMs: number;
  readonly runs: readonly Run[];
  readonly happenings: readonly { readonly when: Moment; readonly happening: Happening }[];
}

const soundRow: fc.Arbitrary<Row> = fc
  .tuple(
    fc.nat(59),
    fc.constantFrom<readonly [string, string]>(
      ['acct_Alpha', 'USD'],
      ['acct_Alpha', 'EUR'],
      ['acct_Bravo', 'USD'],
      ['acct_Bravo', 'JPY'],
      ['acct_Charlie', 'KWD'],
      ['acct_Hidden', 'USD'],
    ),
    fc.integer({ min: 100, max: 60_000 }),
  )
  .map(([reference, [account, currency], amount]) => ({
    reference: `R-${reference}`,
    account,
    currency,
    amount:
      currency === 'JPY' ? String(amount) : `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`,
  }));

const badRow: fc.Arbitrary<Row> = fc.constantFrom<Row>(
  { reference: 'R-1 ', account: 'acct_Alpha', amount: '10.00', currency: 'USD' },
  { reference: 'r-2', account: 'acct_Alpha', amount: '11.00', currency: 'USD' },
  { reference: 'R-90', account: 'acct_Missing', amount: '12.00', currency: 'USD' },
  { reference: 'R-91', account: 'acct_Alpha', amount: '1e3', currency: 'USD' },
  { reference: 'R-92', account: 'acct_Bravo', amount: '-5', currency: 'USD' },
  { reference: '', account: 'acct_Bravo', amount: '5', currency: 'USD' },
  { reference: 'R-93', account: 'acct_Bravo', amount: '99999999', currency: 'USD' },
);

const row = fc.oneof({ weight: 9, arbitrary: soundRow }, { weight: 1, arbitrary: badRow });

const ingredient: fc.Arbitrary<Ingredient> = fc.record({
  kind: fc.constantFrom<Ingredient['kind']>(
    'payout',
    'payout',
    'transfer',
    'journal',
    'journal_later',
    'record',
    'notify',
    'call',
    'call_keyed',
  ),
  about: fc.nat(11),
  amount: fc.integer({ min: 100, max: 30_000 }),
  needs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) }),
});

export const rows = (maxLength: number): fc.Arbitrary<Row[]> => fc.array(row, { minLength: 1, maxLength });
export const ingredients = (maxLength: number): fc.Arbitrary<Ingredient[]> =>
  fc.array(ingredient, { minLength: 1, maxLength });

const run: fc.Arbitrary<Run> = fc.record({
  uid: fc.constantFrom('olivia', 'olivia', 'otto'),
  startsAfterMs: fc.nat(60_000),
  twice: fc.boolean(),
  what: fc.oneof(
    fc.record({
      plugin: fc.constant('stripe-payout' as const),
      rows: fc.oneof(
        { weight: 3, arbitrary: fc.array(row, { minLength: 1, maxLength: 12 }) },
        { weight: 1, arbitrary: fc.array(row, { minLength: 12, maxLength: 40 }) },
      ),
    }),
    fc.record({
      plugin: fc.constant('mixed' as const),
      ingredients: fc.array(ingredient, { minLength: 1, maxLength: 14 }),
    }),
  ),
  signatures: fc.array(
    fc.record({
      uid: fc.constantFrom(...SIGNERS, ...SIGNERS, 'olivia', 'vera', 'ina', 'nobody'),
      afterMs: fc.nat(90_000),
      digest: fc.constantFrom('right', 'right', 'right', 'wrong'),
    }),
    { minLength: 2, maxLength: 9 },
  ),
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constant('cancel' as const), run: fc.nat(2), uid: fc.constantFrom('olivia', 'otto', 'ada') }),
  fc.record({ what: fc.constant('reject' as const), run: fc.nat(2), uid: fc.constantFrom('amir', 'edith', 'vera') }),
  fc.record({
    what: fc.constantFrom('stop', 'lift_stop', 'stricter_policy', 'open_account', 'other_stripe' as const),
  }) as fc.Arbitrary<Happening>,
  fc.record({ what: fc.constant('lose_role' as const), uid: fc.constantFrom(...SIGNERS) }),
  fc.record({ what: fc.constant('change_bank' as const), account: fc.constantFrom(...ACCOUNTS) }),
  fc.record({
    what: fc.constant('drain_balance' as const),
    account: fc.constantFrom(...ACCOUNTS),
    percent: fc.integer({ min: 10, max: 100 }),
  }),
  fc.record({
    what: fc.constant('clock_jump' as const),
    ms: fc.oneof(fc.integer({ min: 5_000, max: 200_000 }), fc.constantFrom(21 * 3_600_000, 25 * 3_600_000)),
  }),
);

export const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({ afterMs: fc.nat(150_000) }),
  fc.record({ page: fc.integer({ min: 1, max: 8 }) }),
);

export const stories: fc.Arbitrary<Story> = fc.record({
  levels: fc.constantFrom<readonly ApprovalLevel[]>(
    [{ role: 'approver', people: 1 }],
    [{ role: 'approver', people: 1 }],
    [{ role: 'approver', people: 2 }],
    [
      { role: 'approver', people: 1 },
      { role: 'executive', people: 1 },
    ],
  ),
  pageSize: fc.integer({ min: 1, max: 5 }),
  pagesAtOnce: fc.integer({ min: 1, max: 4 }),
  leaseMs: fc.constantFrom(10_000, 60_000),
  runs: fc.array(run, { minLength: 1, maxLength: 3 }),
  happenings: fc.array(fc.record({ when: moment, happening }), { maxLength: 4 }),
});

export function storyOf(seed: number): Story {
  const [story] = fc.sample(stories, { seed, numRuns: 1 });
  if (story === undefined) throw new Error('there is no story');
  return story;
}
