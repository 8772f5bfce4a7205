import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Hash } from './merkle.ts';

const HASH_BYTES = 32;

/** Hashes by their places, some of them perhaps missing. As bytes: as text a long log would take three times the room. */
export class HashList {
  readonly #bytes: Uint8Array;
  readonly #present: Uint8Array;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size * HASH_BYTES);
    this.#present = new Uint8Array(size);
  }

  /** @param index below the size */
  set(index: number, hash: Hash): void {
    this.#bytes.set(hexToBytes(hash), index * HASH_BYTES);
    this.#present[index] = 1;
  }

  get(index: number): Hash | undefined {
    if (this.#present[index] !== 1) return undefined;
    return bytesToHex(this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
  }

  /** From one place to before another; null when one of them is missing. */
  slice(start: number, end: number): Hash[] | null {
    const hashes: Hash[] = [];
    for (let index = start; index < end; index += 1) {
      const hash = this.get(index);
      if (hash === undefined) return null;
      hashes.push(hash);
    }
    return hashes;
  }
}
