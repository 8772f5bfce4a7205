/**
 * Numbers in [0, 1) of a seed, always the same: for samples, demo data and tests, never for keys or ids.
 * Mulberry32 by Tommy Ettinger, in the public domain; 32 bits of state.
 */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
