import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { PeerUnavailable } from './peer.ts';

const KEPT_CHARS = 4_000;
const STOP_MS = 10_000;

/** A server of a peer: its last words are kept, and it ends with us. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #words = '';

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const keep = (text: Buffer): void => void (this.#words = (this.#words + text.toString()).slice(-KEPT_CHARS));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => (keep(Buffer.from(error.message)), resolve()));
    });
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    void this.#ended.then(() => process.off('exit', end));
  }

  /** @throws PeerUnavailable when it has ended by itself */
  requireAlive(what: string): void {
    if (this.#child.exitCode !== null || this.#child.pid === undefined)
      throw new PeerUnavailable(`${what} ended by itself:\n${this.#words}`);
  }

  get lastWords(): string {
    return this.#words;
  }

  ended(): Promise<void> {
    return this.#ended;
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(force);
  }

  get succeeded(): boolean {
    return this.#child.exitCode === 0;
  }
}
