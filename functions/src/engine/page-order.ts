/**
 * Pages run side by side, but a page whose effects need others waits until all pages of lesser depth are settled. When
 * one of those does not settle, the waiting ones do nothing.
 */
export class PageOrder {
  /** First page of each depth, in order. */
  readonly #levels: readonly number[];
  readonly #ended: Promise<boolean>[] = [];

  constructor(levels: readonly number[]) {
    this.#levels = levels;
  }

  /** Pages are given in order. `abandoned`: a page before this one did not settle, so this one must not begin. */
  async inTurn<T extends { readonly kind: string }>(index: number, apply: () => Promise<T>): Promise<T | 'abandoned'> {
    const before = Promise.all(this.#ended.slice(0, this.#levels.findLast((first) => first <= index) ?? 0));
    let end: (settled: boolean) => void = () => undefined;
    this.#ended[index] = new Promise((resolve) => {
      end = resolve;
    });
    let settled = false;
    try {
      if ((await before).includes(false)) return 'abandoned';
      const result = await apply();
      settled = result.kind === 'settled';
      return result;
    } finally {
      end(settled);
    }
  }
}
