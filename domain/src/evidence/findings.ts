/** What a check is about: the file; the logs; what their events leave; a run, from what was signed to what was booked. */
export type Rule =
  | ('form' | 'order' | 'truncated' | 'checksum')
  | ('checkpoint' | 'consistency' | 'leaf' | 'period')
  | ('event' | 'document' | 'version' | 'opening')
  | ('digest' | 'page' | 'reads' | 'code' | 'input' | 'policy' | 'approval' | 'outcome' | 'journal');

/** Something that does not hold: by which rule, where (a line, a path, a leaf), and in words. */
export interface Finding {
  readonly rule: Rule;
  readonly where: string;
  readonly message: string;
}

/** Says what is wrong, unless something holds. */
export type Must = (holds: boolean, rule: Rule, where: string, message: string) => void;

/** Of thousands of broken things the first ones tell the story. */
const MAX_KEPT = 100;

export class Findings {
  readonly kept: Finding[] = [];
  count = 0;

  readonly must: Must = (holds, rule, where, message) => {
    if (holds) return;
    this.count += 1;
    if (this.kept.length < MAX_KEPT) this.kept.push({ rule, where, message });
  };
}
