/** Which places of a stream a document was found for: a bit each, so that a million take 125 kB. */
export class Marks {
  readonly #bits: Uint8Array;
  readonly size: number;

  constructor(size: number, bits = new Uint8Array(Math.ceil(size / 8))) {
    this.size = size;
    this.#bits = bits;
  }

  /** @returns whether it was marked before */
  mark(place: number): boolean {
    const [byte, bit] = [place >> 3, 1 << (place & 7)];
    const before = this.#bits[byte] ?? 0;
    this.#bits[byte] = before | bit;
    return (before & bit) !== 0;
  }

  /** The first unmarked places, as runs with their ends. */
  gaps(limit: number): [first: number, last: number][] {
    const found: [number, number][] = [];
    for (let place = 0; place < this.size && found.length < limit; place += 1) {
      if (this.#has(place)) continue;
      const first = place;
      while (place + 1 < this.size && !this.#has(place + 1)) place += 1;
      found.push([first, place]);
    }
    return found;
  }

  #has(place: number): boolean {
    return ((this.#bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  /** Base64. */
  toText(): string {
    return Buffer.from(this.#bits).toString('base64');
  }

  static fromText(size: number, text: string): Marks {
    return new Marks(size, new Uint8Array(Buffer.from(text, 'base64')));
  }
}
