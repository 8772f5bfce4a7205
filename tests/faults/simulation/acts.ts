import fc from 'fast-check';
import { ingredients, moment, rows, type Ingredient, type Moment, type Run } from './story.ts';

/** What failed or was not done is asked for once more, some time after the run has ended. */
export interface Resume {
  readonly run: number;
  readonly uid: 'olivia' | 'otto';
  readonly afterMs: number;
  /** With another file: rows with the same references, sound now. */
  readonly corrected: boolean;
  /** Asked for by two people side by side: at most one may begin. */
  readonly twice: boolean;
}

export interface Timetable {
  readonly uid: 'olivia' | 'otto';
  readonly everyMinutes: number;
  readonly startsAfterMs: number;
  readonly lastsMs: number;
  readonly what: Run['what'];
  /** A file parameter takes the newest upload of its name. */
  readonly newest: boolean;
  /** Nothing ticks meanwhile: times are missed. */
  readonly outage: { readonly afterMs: number; readonly forMs: number } | null;
  readonly pausedAfterMs: number | null;
}

/** The database of some time ago comes back; Stripe and what was published stay as they are. */
export interface Restore {
  readonly backupAfterMs: number;
  readonly lostMs: number;
  /** How long nobody tells the platform, where it can find out by itself; 0: they tell before anything runs again. */
  readonly toldAfterMs: number;
  readonly stopLiftedAfterMs: number;
}

/** The period of the story's day is closed in the middle of it. */
export interface Closing {
  readonly when: Moment;
  readonly reopenedAfterMs: number | null;
}

/** Acts beside a story; most worlds have some of them. */
export interface Acts {
  readonly resumes: readonly Resume[];
  /** Added to the runs of the mixed plugin. */
  readonly added: readonly { readonly run: number; readonly ingredient: Ingredient }[];
  readonly timetable: Timetable | null;
  /** Two people settle what is unknown: while all goes wrong, and when all has come to rest. */
  readonly settlement: { readonly afterMs: number; readonly liesPercent: number } | null;
  readonly restore: Restore | null;
  readonly closing: Closing | null;
}

const uid = fc.constantFrom('olivia' as const, 'otto' as const);

const resume: fc.Arbitrary<Resume> = fc.record({
  run: fc.nat(2),
  uid,
  afterMs: fc.nat(120_000),
  corrected: fc.boolean(),
  twice: fc.boolean(),
});

const timetable: fc.Arbitrary<Timetable> = fc.record({
  uid,
  everyMinutes: fc.constantFrom(5, 6, 10),
  startsAfterMs: fc.nat(60_000),
  lastsMs: fc.integer({ min: 200_000, max: 1_500_000 }),
  what: fc.oneof(
    fc.record({ plugin: fc.constant('stripe-payout' as const), rows: rows(6) }),
    fc.record({ plugin: fc.constant('mixed' as const), ingredients: ingredients(5) }),
  ),
  newest: fc.boolean(),
  outage: fc.option(fc.record({ afterMs: fc.nat(400_000), forMs: fc.integer({ min: 60_000, max: 1_800_000 }) })),
  pausedAfterMs: fc.option(fc.nat(600_000), { freq: 1 }),
});

const restore: fc.Arbitrary<Restore> = fc.record({
  backupAfterMs: fc.integer({ min: 3_000, max: 150_000 }),
  lostMs: fc.integer({ min: 3_000, max: 200_000 }),
  toldAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 30_000, max: 300_000 })),
  stopLiftedAfterMs: fc.nat(90_000),
});

const added = fc.record({
  run: fc.nat(2),
  ingredient: fc.record({
    kind: fc.constantFrom<Ingredient['kind']>('file', 'file', 'journal_dated', 'payout_dated'),
    about: fc.nat(11),
    amount: fc.integer({ min: 100, max: 30_000 }),
    needs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 })),
  }),
});

const sometimes = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 100 - weight, arbitrary: fc.constant(null) }, { weight, arbitrary });

export const acts: fc.Arbitrary<Acts> = fc.record({
  resumes: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(resume, { minLength: 1, maxLength: 3 }) },
  ),
  added: fc.array(added, { maxLength: 4 }),
  timetable: sometimes(20, timetable),
  settlement: sometimes(40, fc.record({ afterMs: fc.nat(150_000), liesPercent: fc.constantFrom(0, 30, 60) })),
  restore: sometimes(15, restore),
  closing: sometimes(
    25,
    fc.record({ when: moment, reopenedAfterMs: fc.option(fc.integer({ min: 1_000, max: 120_000 }), { freq: 1 }) }),
  ),
});

/** By a lot of their own: a story stays what it was when acts are added to it. */
export function actsOf(seed: number): Acts {
  const [found] = fc.sample(acts, { seed: seed ^ 0x5eed_ac75, numRuns: 1 });
  if (found === undefined) throw new Error('there are no acts');
  return found;
}
