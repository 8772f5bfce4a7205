import { createHash } from 'node:crypto';
import { assert } from '@countersign/domain/errors';
import { sortKey, type PackRecord } from '@countersign/domain/evidence/pack';
import { canonicalJson } from '@countersign/domain/hash';
import type { ObjectWriter } from '../store/object-store.ts';

const PIECE_BYTES = 256 * 1024;
const NEWLINE = Buffer.from('\n');

export interface WrittenPack {
  readonly generation: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly lines: number;
}

/** Writes records as they come, a piece of the file in memory at most. */
export class PackWriter {
  readonly #writer: ObjectWriter;
  readonly #sum = createHash('sha256');
  #piece: Buffer[] = [];
  #pieceBytes = 0;
  #sizeBytes = 0;
  #before = '';
  lines = 0;

  constructor(writer: ObjectWriter) {
    this.#writer = writer;
  }

  async add(record: PackRecord): Promise<void> {
    const key = sortKey(record);
    assert(key > this.#before, `record ${key} of a pack comes after ${this.#before}`);
    this.#before = key;
    const line = Buffer.concat([Buffer.from(canonicalJson(record)), NEWLINE]);
    this.#sum.update(line);
    this.#piece.push(line);
    this.#pieceBytes += line.length;
    this.#sizeBytes += line.length;
    this.lines += 1;
    if (this.#pieceBytes >= PIECE_BYTES) await this.#flush();
  }

  /** The last line, and the file is there. */
  async close(): Promise<WrittenPack> {
    await this.add({ record: 'end', lines: this.lines, sha256: this.#sum.copy().digest('hex') });
    await this.#flush();
    const { generation } = await this.#writer.close();
    return { generation, sha256: this.#sum.digest('hex'), sizeBytes: this.#sizeBytes, lines: this.lines };
  }

  /** There will be no file. */
  abort(): void {
    this.#writer.abort();
  }

  async #flush(): Promise<void> {
    const piece = Buffer.concat(this.#piece);
    this.#piece = [];
    this.#pieceBytes = 0;
    await this.#writer.write(piece);
  }
}
