import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** Everything that can go wrong between the engine and the world, with how likely it is where it can happen. */
export const FAULTS = {
  /** The process is gone, just before or just after something that it does to the world. */
  crash: 0.006,
  /** A process stands still, for up to nine minutes, before it does something or before it hears of it. */
  stall: 0.003,
  db_read_unavailable: 0.003,
  /** Refused, and not done. */
  db_aborted: 0.01,
  /** Not done, or done: whoever asked does not hear which. */
  db_deadline_before: 0.006,
  db_reply_lost: 0.012,
  /** Done, and the client sends it once more because the first reply was lost. */
  db_sent_again: 0.006,
  /** A transaction's function runs, and what it wrote is dropped: it must run again. */
  db_tried_again: 0.02,
  /** A transaction has gone through, its reply is lost, and the client runs the whole function again. */
  db_run_again: 0.008,
  task_lost: 0.1,
  task_doubled: 0.15,
  task_late: 0.1,
  task_early_again: 0.3,
  tick_lost: 0.15,
  pay_timeout_before: 0.02,
  pay_timeout_after: 0.04,
  /** Cut off; and done later all the same. */
  pay_arrives_late: 0.02,
  /** An error, saved under the key: asked again, Stripe replays it. */
  pay_error_before: 0.015,
  pay_error_after: 0.015,
  pay_throttled: 0.04,
  pay_conflict: 0.01,
  pay_refused: 0.03,
  pay_connector_breaks: 0.006,
  provider_unavailable: 0.02,
  /** The bank sends a payout back, at once or a day later, perhaps after it had arrived. */
  payout_returned: 0.03,
  webhook_lost: 0.1,
  webhook_doubled: 0.2,
  http_timeout_before: 0.04,
  http_timeout_after: 0.06,
  http_error: 0.04,
  http_throttled: 0.04,
  http_unreachable: 0.03,
  http_refused: 0.04,
  object_unavailable: 0.01,
} as const;
export type Fault = keyof typeof FAULTS;

/** How much more or less often than usual each fault happens in one world: most worlds know only some of them. */
export type Weather = Readonly<Partial<Record<Fault, number>>>;

const STRENGTHS = [0, 0, 0.4, 1, 1, 3];

export function weatherOf(random: Random): Weather {
  if (random.chance(0.03)) return {};
  return Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, random.pick(STRENGTHS)]));
}

/** Decides by lot what goes wrong, and counts it. */
export class FaultInjector {
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #weather: Weather;
  readonly #now: () => number;
  readonly counts = new Map<string, number>();
  /** In the calm nothing goes wrong any more. */
  calm = false;
  left: number;

  constructor(random: Random, weather: Weather, budget: number, now: () => number, trace: Trace) {
    this.#random = random;
    this.#weather = weather;
    this.#now = now;
    this.#trace = trace;
    this.left = budget;
  }

  strikes(fault: Fault, where: string): boolean {
    if (this.calm || this.left <= 0) return false;
    if (!this.#random.chance(FAULTS[fault] * (this.#weather[fault] ?? 0))) return false;
    this.count(fault, where);
    return true;
  }

  /** The first of them that strikes. */
  one<F extends Fault>(faults: readonly F[], where: string): F | null {
    return faults.find((fault) => this.strikes(fault, where)) ?? null;
  }

  /** One that the story tells of. */
  count(what: string, where: string): void {
    this.left -= 1;
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    this.#trace.note(this.#now(), `!! ${what} at ${where}`);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
