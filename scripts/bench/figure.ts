/** One line of a bench: ours beside a peer, both measured in this run on the same data. `ratio` is ours / peer. */
export interface Figure {
  readonly bench: string;
  readonly ours: number;
  /** Null where there is nothing to compare with; the target is then in the docs. */
  readonly peer: number | null;
  readonly ratio: number | null;
  readonly unit: string;
}

export function figure(bench: string, ours: number, peer: number | null, unit: string): Figure {
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    bench,
    ours: round(ours),
    peer: peer === null ? null : round(peer),
    ratio: peer === null || peer === 0 ? null : round(ours / peer),
    unit,
  };
}
