/** `duplicate`: an effect was done more than once; `lost`: one that counts as done was not, or money that left is nowhere in the ledger. */
export type FindingKind = 'duplicate' | 'lost' | 'violation';

export interface Finding {
  readonly kind: FindingKind;
  readonly rule: string;
  readonly detail: string;
}

const MAX_KEPT = 20;

/** What does not hold in one world. Each rule is told once for each subject. */
export class Findings {
  readonly kept: Finding[] = [];
  readonly #seen = new Set<string>();
  readonly counts: Record<FindingKind, number> = { duplicate: 0, lost: 0, violation: 0 };

  add(kind: FindingKind, rule: string, detail: string): void {
    const key = `${kind} ${rule} ${detail}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.counts[kind] += 1;
    if (this.kept.length < MAX_KEPT) this.kept.push({ kind, rule, detail });
  }

  expect(holds: boolean, rule: string, detail: string): void {
    if (!holds) this.add('violation', rule, detail);
  }

  get none(): boolean {
    return this.#seen.size === 0;
  }
}
