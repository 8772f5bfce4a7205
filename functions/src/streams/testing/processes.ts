import { AppError } from '@countersign/domain/errors';
import type { Database, Write } from '../../store/database.ts';
import type { StreamDeps } from '../ports.ts';
import { hooked } from '../test-kit.ts';
import type { Fault } from './ledger-program.ts';

/** What ends a process in the middle of something: no error of ours, so nobody tries again in it. */
export class Killed extends Error {}

/** Two processes over one store, each with a lane and memory of its own, and a clock that is not quite the other's. */
export class Processes {
  /** Of the next commits of either process. */
  faults: Fault[] = [];
  /** How often each came to pass. */
  readonly seen = new Map<Fault, number>();
  readonly #store: Database;
  readonly #now: () => Date;
  readonly #overtake: (other: StreamDeps) => Promise<void>;
  readonly #all: [StreamDeps, StreamDeps];

  /** @param overtake what the other process does when it comes between */
  constructor(store: Database, now: () => Date, overtake: (other: StreamDeps) => Promise<void>) {
    this.#store = store;
    this.#now = now;
    this.#overtake = overtake;
    this.#all = [this.#start(0), this.#start(1)];
  }

  get(which: 0 | 1): StreamDeps {
    return this.#all[which];
  }

  /** Does something in a process. One that is killed is another one afterwards; what nobody could do is left undone. */
  async run(which: 0 | 1, work: (deps: StreamDeps) => Promise<unknown>): Promise<void> {
    try {
      await work(this.#all[which]);
    } catch (error) {
      if (error instanceof Killed) this.#all[which] = this.#start(which);
      else if (!(error instanceof AppError && error.code === 'unavailable')) throw error;
    }
  }

  #start(which: 0 | 1): StreamDeps {
    const faults = new WeakMap<readonly Write[], Fault>();
    const db = hooked(this.#store, {
      before: async (writes) => {
        const fault = this.faults.shift() ?? 'fine';
        this.seen.set(fault, (this.seen.get(fault) ?? 0) + 1);
        faults.set(writes, fault);
        if (fault === 'cut off') throw new AppError('unavailable', 'cut off', { retryable: true });
        if (fault === 'killed before') throw new Killed();
        if (fault === 'overtaken') await this.#overtake(this.#all[which === 0 ? 1 : 0]);
      },
      after: async (writes) => {
        const fault = faults.get(writes);
        if (fault === 'reply lost') throw new AppError('unavailable', 'reply lost', { retryable: true });
        if (fault === 'killed after') throw new Killed();
      },
    });
    // A quarter of an hour apart, so that around midnight they have different days.
    return { db, now: () => new Date(this.#now().getTime() - which * 15 * 60_000) };
  }
}
