import type { Outcome } from '@countersign/domain/schemas/effect';
import type { Poll } from './work.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The days after which the provider is asked about a payout of which nobody told us anything new. Banks take some
 * business days; and "paid" is not the end: Stripe says that a payout may show as paid first and as failed later, for
 * up to five business days, which ten days hold with two weekends and a holiday (docs.stripe.com/payouts, "Payout
 * failures"). What has arrived comes back early or not at all, so it is asked about ever more seldom.
 */
const ASK_DAYS: Readonly<Record<'in_transit' | 'settled', readonly number[]>> = {
  in_transit: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  settled: [1, 2, 4, 7, 10],
};
const LAST_DAY = 10;
/** Sweeps are a day apart, so the last question may be due just after one of them. */
const WATCHED_MS = (LAST_DAY + 1) * DAY_MS;
/** News that is hardly newer than what is noted is not noted: a page of a thousand is not a write of one document. */
const NEWS_GRAIN_MS = HOUR_MS;
/** While the provider does not answer, a sweep stays where it is, but no longer than this. */
const RETRY_MS = HOUR_MS;
const MAX_SWEEP_WAIT_MS = DAY_MS;

/** Whether a question about it became due after `since` and until `until`. */
export function isAsked({ status, settlement }: Outcome, since: string | null, until: string): boolean {
  if (status !== 'succeeded' || settlement === null || settlement.state === 'returned') return false;
  const { state, at } = settlement;
  return ASK_DAYS[state].some((days) => isWithin(Date.parse(at) + days * DAY_MS, since, until));
}

/** Whether the last question about money on its way is among those due. */
export function isLastAsked({ settlement }: Outcome, since: string | null, until: string): boolean {
  return settlement?.state === 'in_transit' && isWithin(Date.parse(settlement.at) + LAST_DAY * DAY_MS, since, until);
}

function isWithin(ms: number, since: string | null, until: string): boolean {
  return (since === null || ms > Date.parse(since)) && ms <= Date.parse(until);
}

/** With what became known now; null when it is noted already. */
export function pollWithNews(before: Poll | null, now: string): Poll | null {
  const dueAt = later(now, DAY_MS);
  if (before === null) return { newsAt: now, dueAt, since: null, sweep: null };
  const isFresh = Date.parse(now) - Date.parse(before.newsAt) < NEWS_GRAIN_MS;
  if (isFresh && before.dueAt !== null) return null;
  return { ...before, newsAt: now, dueAt: before.dueAt ?? dueAt };
}

/** Where the sweep that is due begins or goes on; null when none is due. */
export function sweepDue(poll: Poll | null, now: string): { begunAt: string; page: number } | null {
  if (poll === null || poll.dueAt === null || poll.dueAt > now) return null;
  return poll.sweep ?? { begunAt: now, page: 0 };
}

export interface SweepStep {
  readonly begunAt: string;
  /** The page at which it goes on; null when it came to the end. */
  readonly page: number | null;
  /** That page was asked about, and the provider gave no answer. */
  readonly isUnanswered: boolean;
}

/** After a step of a sweep; `poll` as it is in the store by then. */
export function pollAfter(poll: Poll, { begunAt, page, isUnanswered }: SweepStep, now: string): Poll {
  if (page !== null) return { ...poll, dueAt: isUnanswered ? later(now, RETRY_MS) : now, sweep: { begunAt, page } };
  const isWatched = Date.parse(begunAt) < Date.parse(poll.newsAt) + WATCHED_MS;
  return { ...poll, dueAt: isWatched ? later(begunAt, DAY_MS) : null, since: begunAt, sweep: null };
}

/** Whether a page that is not answered is passed over: nothing waits for one account for ever. */
export function isWaitedFor(begunAt: string, now: string): boolean {
  return Date.parse(now) - Date.parse(begunAt) < MAX_SWEEP_WAIT_MS;
}

function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString();
}
