import { describe, expect, test } from 'vitest';
import type { Outcome } from '@countersign/domain/schemas/effect';
import { isAsked, isLastAsked, isWaitedFor, pollAfter, pollWithNews, sweepDue } from './settle-later-poll.ts';
import type { Poll } from './work.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const DAY_HOURS = 24;
const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString();
const days = (count: number): string => at(count * DAY_HOURS);

const outcome = (state: 'in_transit' | 'settled' | 'returned', status: Outcome['status'] = 'succeeded'): Outcome => ({
  effectId: 'e',
  key: 'k',
  line: null,
  status,
  providerId: 'po_1',
  code: null,
  message: null,
  journalId: null,
  settlement: { state, at: at(0) },
  at: at(0),
});
const daysAsked = (one: Outcome): number[] =>
  Array.from({ length: 40 }, (_, day) => day + 1).filter((day) => isAsked(one, days(day - 1), days(day)));

const poll = (fields: Partial<Poll> = {}): Poll => ({
  newsAt: at(0),
  dueAt: days(1),
  since: null,
  sweep: null,
  ...fields,
});

describe('a payout is asked about', () => {
  test('each day for ten days on its way, ever more seldom once it arrived, never when it came back', () => {
    expect(daysAsked(outcome('in_transit'))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(daysAsked(outcome('settled'))).toEqual([1, 2, 4, 7, 10]);
    expect(daysAsked(outcome('returned', 'failed'))).toEqual([]);
    expect(daysAsked({ ...outcome('settled'), settlement: null })).toEqual([]);
  });

  test('once, be it late, after the platform stood still for a month', () => {
    expect(isAsked(outcome('settled'), days(2), days(40))).toBe(true);
    expect(isAsked(outcome('settled'), null, days(40))).toBe(true);
    expect(isAsked(outcome('settled'), days(10), days(40))).toBe(false);
  });

  test('for the last time when it is on its way since ten days', () => {
    expect(isLastAsked(outcome('in_transit'), days(9), days(10))).toBe(true);
    expect(isLastAsked(outcome('in_transit'), days(8), days(9))).toBe(false);
    expect(isLastAsked(outcome('settled'), days(9), days(10))).toBe(false);
  });
});

describe('sweeps', () => {
  test('are due a day after the news, and a day apart, for eleven days: every question falls into one', () => {
    let current = pollWithNews(null, at(0)) as Poll;
    const begun: string[] = [];
    for (let hour = 0; hour < 40 * DAY_HOURS; hour += 1) {
      const sweep = sweepDue(current, at(hour));
      if (sweep === null) continue;
      begun.push(sweep.begunAt);
      current = pollAfter(current, { ...sweep, page: null, isUnanswered: false }, at(hour));
    }
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(days));
    expect(current).toMatchObject({ dueAt: null, since: days(11) });
    // News as late as the grain allows, of which only the time of the first was noted.
    const late = { ...outcome('settled'), settlement: { state: 'settled' as const, at: at(0.9) } };
    expect(begun.filter((until, place) => isAsked(late, begun[place - 1] ?? null, until))).toHaveLength(5);
  });

  test('go on where they stopped: at once, or in an hour when there was no answer', () => {
    const stopped = pollAfter(poll(), { begunAt: days(1), page: 20, isUnanswered: false }, at(25));
    expect(stopped).toEqual(poll({ dueAt: at(25), sweep: { begunAt: days(1), page: 20 } }));
    expect(sweepDue(stopped, at(25))).toEqual({ begunAt: days(1), page: 20 });
    const waits = pollAfter(stopped, { begunAt: days(1), page: 20, isUnanswered: true }, at(25));
    expect(waits.dueAt).toBe(at(26));
    expect(sweepDue(waits, at(25.9))).toBeNull();
    expect([isWaitedFor(days(1), at(47.9)), isWaitedFor(days(1), days(2))]).toEqual([true, false]);
  });

  test('begin again with late news; what was asked before is not asked again', () => {
    const asleep = poll({ dueAt: null, since: days(11) });
    expect(sweepDue(asleep, days(20))).toBeNull();
    expect(pollWithNews(asleep, days(20))).toEqual(poll({ newsAt: days(20), dueAt: days(21), since: days(11) }));
  });

  test('are not noted anew for each page of news', () => {
    expect(pollWithNews(poll(), at(0.5))).toBeNull();
    expect(pollWithNews(poll(), at(2))).toEqual(poll({ newsAt: at(2) }));
    expect(pollWithNews(poll({ dueAt: null }), at(0.5))).toMatchObject({ dueAt: at(24.5) });
  });
});
