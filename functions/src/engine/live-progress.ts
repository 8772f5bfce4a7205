import { TallyCounter } from '@countersign/domain/plan/totals';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { config } from '../config.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { Deps } from './deps.ts';

type Update = (
  tx: Transaction,
  effects: readonly Effect[],
  outcomes: readonly Outcome[],
) => Promise<{ before: Execution; after: Partial<Omit<Execution, 'version'>> } | null>;

/**
 * What the browser sees while pages are applied. The execution's document is written with a page's outcomes at most
 * once a second, and by one page at a time: a document takes about one write a second.
 */
export class LiveProgress {
  readonly #deps: Deps;
  readonly #orgId: string;
  readonly #executionId: string;
  readonly #counter: TallyCounter;
  readonly #pageCount: number;
  #pagesDone = 0;
  #writing = false;
  #lastWrite = 0;

  constructor(deps: Deps, orgId: string, executionId: string, plan: Plan) {
    this.#deps = deps;
    this.#orgId = orgId;
    this.#executionId = executionId;
    this.#counter = new TallyCounter(plan.totals, plan.effectCount);
    this.#pageCount = plan.pageCount;
  }

  add(effects: readonly Effect[], outcomes: readonly Outcome[]): void {
    this.#counter.add(effects, outcomes);
    this.#pagesDone += 1;
  }

  /** Run a page's commit, with the update of the execution when one is due, else with null. */
  async within(commit: (update: Update | null) => Promise<void>): Promise<void> {
    const now = this.#deps.now().getTime();
    if (this.#writing || now - this.#lastWrite < config.progressMs) return commit(null);
    this.#writing = true;
    this.#lastWrite = now;
    try {
      await commit(async (tx, effects, outcomes) => {
        const before = await read(tx, refs.execution(this.#orgId, this.#executionId));
        if (before === null) return null;
        // With the page that is being committed, which counts only once it is.
        const counter = this.#counter.clone();
        counter.add(effects, outcomes);
        return {
          before,
          after: {
            tally: counter.toTally(),
            progress: { pagesDone: this.#pagesDone + 1, pageCount: this.#pageCount },
            updatedAt: this.#deps.now().toISOString(),
          },
        };
      });
    } finally {
      this.#writing = false;
    }
  }
}
