import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import type { Period } from '../schemas/period.ts';
import type { Book } from './book.ts';
import { dayAfter, isDay } from './days.ts';
import { MAX_PERIODS } from './periods.ts';
import { refuse, type Refused } from './refusal.ts';

const MAX_STEPS = 200;

export function openPeriod(book: Book, { id, period }: Extract<LedgerIntent, { type: 'open_period' }>): Refused {
  const there = book.periods.get(period.id);
  if (there !== undefined)
    return there.from === period.from && there.to === period.to
      ? null
      : refuse('period_exists', `Period ${period.id} is there already, from ${there.from} to ${there.to}`);
  // There must be a day after it, for what comes too late for it.
  const isRange = isDay(period.from) && isDay(period.to) && period.from <= period.to && isDay(dayAfter(period.to));
  if (!isRange)
    return refuse('day_invalid', `Period ${period.id} from "${period.from}" to "${period.to}" is no range of days`);
  const overlapping = [...book.periods.values()].find((one) => one.from <= period.to && period.from <= one.to);
  if (overlapping !== undefined)
    return refuse('period_overlaps', `Period ${period.id} would overlap ${overlapping.id}`);
  if (book.closedThrough !== null && period.from <= book.closedThrough)
    return refuse(
      'period_closed',
      `The ledger is closed through ${book.closedThrough}; ${period.id} would begin before`,
    );
  if (book.periods.size >= MAX_PERIODS)
    return refuse('periods_over_limit', `A ledger has at most ${MAX_PERIODS} periods`);
  book.putPeriod({ ...period, state: 'open', steps: [stepOf(book, id, 'opened', '')], version: 1 });
  return null;
}

const WANTED = { close_period: 'closed', lock_period: 'locked', reopen_period: 'reopened' } as const;

type Change = Extract<LedgerIntent, { type: keyof typeof WANTED }>;

/** Closed in their order and reopened in the opposite one: see `closedThrough`. Locked is for good. */
export function changePeriod(book: Book, { type, id, periodId, reason }: Change): Refused {
  const period = book.periods.get(periodId);
  if (period === undefined) return refuse('period_missing', `There is no period ${periodId}`);
  const done = period.steps.find((step) => step.id === id);
  if (done !== undefined)
    return done.step === WANTED[type] && done.reason === reason
      ? null
      : refuse('intent_id_reused', `Period ${periodId} has a step ${id} already, and it differs`);
  if (period.steps.length >= MAX_STEPS)
    return refuse('period_state', `Period ${periodId} has been closed and reopened too often`);
  const refused = checkOrder(book, period, type);
  if (refused !== null) return refused;
  book.putPeriod({
    ...period,
    state: type === 'reopen_period' ? 'open' : WANTED[type],
    steps: [...period.steps, stepOf(book, id, WANTED[type], reason)],
    version: period.version + 1,
  });
  return null;
}

function checkOrder(book: Book, period: Period, type: Change['type']): Refused {
  const needed = { close_period: 'open', lock_period: 'closed', reopen_period: 'closed' }[type];
  if (period.state !== needed)
    return refuse(
      'period_state',
      `Period ${period.id} is ${period.state}; only one that is ${needed} can be ${WANTED[type]}`,
    );
  const others = [...book.periods.values()];
  const inTheWay =
    type === 'reopen_period'
      ? others.find((one) => one.from > period.to && one.state !== 'open')
      : others.find(
          (one) => one.to < period.from && (type === 'close_period' ? one.state === 'open' : one.state !== 'locked'),
        );
  if (inTheWay === undefined) return null;
  return refuse(
    'period_order',
    type === 'reopen_period'
      ? `Period ${inTheWay.id}, which is later, must be reopened before ${period.id}`
      : `Period ${inTheWay.id}, which is earlier, must be ${WANTED[type]} before ${period.id}`,
  );
}

function stepOf(
  book: Book,
  id: string,
  step: Period['steps'][number]['step'],
  reason: string,
): Period['steps'][number] {
  return { id, step, seq: book.seq, at: book.at, reason };
}
