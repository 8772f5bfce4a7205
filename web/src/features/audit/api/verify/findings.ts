/** Something that does not hold: on what, at which place of a stream (null: at no single one), and in words. */
export interface Finding {
  readonly stream: 'audit' | 'ledger';
  readonly where: string;
  readonly seq: number | null;
  readonly message: string;
}

/** Of thousands of broken things the first ones by name tell the story. */
const MAX_KEPT = 50;

export class Findings {
  readonly #kept: Finding[] = [];
  #first: Finding | null = null;
  count = 0;

  add(finding: Finding): void {
    this.count += 1;
    if (this.#kept.length < MAX_KEPT) this.#kept.push(finding);
    if (finding.seq !== null && finding.seq < (this.#first?.seq ?? Infinity)) this.#first = finding;
  }

  /** The first broken place, by its place and not by when it was found; null when none has a place. */
  get first(): Finding | null {
    return this.#first;
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }
}
