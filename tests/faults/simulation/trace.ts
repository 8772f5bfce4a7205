import { createHash, type Hash } from 'node:crypto';

/** Everything that happens in a simulated world, in order, as a hash; a seed that is played twice must give the same. */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #say: ((line: string) => void) | null;
  #lines = 0;

  constructor(say: ((line: string) => void) | null = null) {
    this.#say = say;
  }

  get lines(): number {
    return this.#lines;
  }

  note(nowMs: number, what: string): void {
    this.#lines += 1;
    this.#hash.update(`${nowMs} ${what}\n`);
    this.#say?.(`${new Date(nowMs).toISOString().slice(5, 23)} ${what}`);
  }

  /** Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
