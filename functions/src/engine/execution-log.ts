import { paths } from '@countersign/domain/paths';
import type { LogLine } from '@countersign/domain/schemas/effect';
import type { Deps } from './deps.ts';

const LINES_A_PAGE = 100;
const FLUSH_MS = 400;
const MAX_LINES = 20_000;
const MAX_LINE_CHARS = 2_000;

/**
 * The log of one execution, written in pages: never a document a line. Pages are named by worker and place, so a
 * worker that comes back never overwrites what another wrote. Losing the last lines in a crash loses no money.
 */
export class ExecutionLog {
  readonly #deps: Deps;
  readonly #orgId: string;
  readonly #executionId: string;
  readonly #token: number;
  #pending: LogLine[] = [];
  #page = 0;
  #count = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: Deps, orgId: string, executionId: string, token: number) {
    this.#deps = deps;
    this.#orgId = orgId;
    this.#executionId = executionId;
    this.#token = token;
  }

  line(level: LogLine['level'], message: string, source: LogLine['source'] = 'platform'): void {
    this.#count += 1;
    if (this.#count > MAX_LINES) return;
    const text =
      this.#count === MAX_LINES ? 'The log is full; further lines are left out' : message.slice(0, MAX_LINE_CHARS);
    this.#pending.push({ at: this.#deps.now().toISOString(), level, source, message: text });
    if (this.#pending.length >= LINES_A_PAGE) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Write what is pending. A log that can't be written never stops the work. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#pending;
    if (lines.length === 0) return this.#writing;
    this.#pending = [];
    const first = this.#token * 1_000_000 + this.#page * LINES_A_PAGE * 10;
    this.#page += 1;
    const path = paths.logPage(this.#orgId, this.#executionId, String(first).padStart(12, '0'));
    this.#writing = this.#writing.then(() =>
      this.#deps.db.commit([{ op: 'set', path, data: { first, lines } }]).then(
        () => undefined,
        () => undefined,
      ),
    );
    return this.#writing;
  }
}
