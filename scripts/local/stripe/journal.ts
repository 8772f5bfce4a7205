import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Change } from './state.ts';

/**
 * An append-only file of changes, one JSON line each. A line is handed to the operating system before its request
 * is answered: a killed process (`kill -9`) loses nothing that was answered. Only `close` waits for the disk, so a
 * power cut can lose the last seconds. A line cut off by a crash is dropped at the next start.
 */
export class Journal {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  /** The changes so far, in order. Only the last line may be damaged; damage before it is an error, not a guess. */
  load(): Change[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    const tail = lines.pop() ?? '';
    const changes = lines.map((line, index) => parseLine(line, `${this.#path}:${index + 1}`));
    // What follows the last newline was never answered, but the next append must not be glued to it.
    if (tail !== '') this.#rewrite(changes);
    return changes;
  }

  append(change: Change): void {
    this.#file ??= openSync(this.#path, 'a');
    writeSync(this.#file, `${JSON.stringify(change)}\n`);
  }

  /** Replace the journal by the state itself, durably. */
  close(snapshot: Iterable<Change>): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#rewrite(snapshot);
  }

  #rewrite(changes: Iterable<Change>): void {
    const temporary = `${this.#path}.tmp`;
    const file = openSync(temporary, 'w');
    let block = '';
    for (const change of changes) {
      block += `${JSON.stringify(change)}\n`;
      if (block.length < 1 << 20) continue;
      writeSync(file, block);
      block = '';
    }
    if (block !== '') writeSync(file, block);
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, this.#path);
  }
}

function parseLine(line: string, where: string): Change {
  try {
    return JSON.parse(line) as Change;
  } catch (error) {
    throw new Error(`${where} is damaged; remove the file to start the local Stripe empty`, { cause: error });
  }
}
