import type { Decimal, DecimalReader } from './decimal.ts';

/** Room for one more term of up to 15 digits below 2^53. */
const FLUSH_AT = 2 ** 52;

/**
 * An exact sum of decimals of any scales. Integers of one scale are added up as a number while they stay below 2^53,
 * where every integer is exact, and go over into a bigint before they could leave it: no fraction is ever a number.
 */
export class ExactSum {
  readonly #small: number[] = [];
  readonly #big: bigint[] = [];

  /** Add what the reader has read last. */
  add(reader: DecimalReader): void {
    const { scale, big } = reader;
    while (this.#small.length <= scale) {
      this.#small.push(0);
      this.#big.push(0n);
    }
    if (big !== null) {
      this.#big[scale] = (this.#big[scale] ?? 0n) + big;
      return;
    }
    const sum = (this.#small[scale] ?? 0) + reader.small;
    if (sum < FLUSH_AT && sum > -FLUSH_AT) {
      this.#small[scale] = sum;
      return;
    }
    this.#big[scale] = (this.#big[scale] ?? 0n) + BigInt(sum);
    this.#small[scale] = 0;
  }

  /** In the largest scale that was added. */
  total(): Decimal {
    const scale = Math.max(0, this.#small.length - 1);
    let units = 0n;
    for (let at = 0; at <= scale; at += 1)
      units += ((this.#big[at] ?? 0n) + BigInt(this.#small[at] ?? 0)) * 10n ** BigInt(scale - at);
    return { units, scale };
  }
}
