import { hexToBytes } from '@noble/hashes/utils.js';
import { toBase64 } from './checkpoint.ts';
import type { Hash } from './merkle.ts';

/**
 * That one leaf lies in a log, as a text that other tools check without this platform: C2SP `tlog-proof`
 * (https://c2sp.org/tlog-proof), to be stored as `.tlog-proof`.
 *
 *     c2sp.org/tlog-proof@v1
 *     index 17
 *     <base64 of a hash, from the leaf upwards, one a line>
 *
 *     <the signed checkpoint>
 *
 * @param index the leaf's place, from 0
 * @param note the checkpoint whose tree the path leads to, as it was signed
 */
export function formatTlogProof(index: number, path: readonly Hash[], note: string): string {
  const hashes = path.map((hash) => `${toBase64(hexToBytes(hash))}\n`).join('');
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${hashes}\n${note}`;
}
