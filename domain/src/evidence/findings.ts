/** Rules of a pack; each names what was broken. */
export type Rule =
  | 'form'
  | 'order'
  | 'truncated'
  | 'checksum'
  | 'checkpoint'
  | 'consistency'
  | 'leaf'
  | 'event'
  | 'document'
  | 'version'
  | 'opening'
  | 'digest'
  | 'page'
  | 'reads'
  | 'code'
  | 'input'
  | 'policy'
  | 'approval'
  | 'outcome'
  | 'journal'
  | 'period';

/** Something that does not hold: which rule, where (a line, a path, a leaf), and in words. */
export interface Finding {
  readonly rule: Rule;
  readonly where: string;
  readonly message: string;
}

/** Of thousands of broken things the first ones tell the story. */
const MAX_KEPT = 100;

export class Findings {
  readonly kept: Finding[] = [];
  count = 0;

  add(rule: Rule, where: string, message: string): void {
    this.count += 1;
    if (this.kept.length < MAX_KEPT) this.kept.push({ rule, where, message });
  }
}
