import type { AuditEvent, AuditEventBody } from '../schemas/audit.ts';

/** The documents that an event is found by: each path once, in the order of the subjects. */
export const documentsOf = ({ subjects }: Pick<AuditEventBody, 'subjects'>): string[] => [
  ...new Set(subjects.map(({ path }) => path)),
];

/**
 * Whether each event can be found by its documents. No leaf covers the list, so that it can be changed without breaking
 * a hash; what is sealed says what it must be. Events may be told in any order.
 */
export class LookupCheck {
  #firstWith = Infinity;
  readonly #without: number[] = [];

  /** @returns what is wrong with this event's list, or null */
  note({ seq, body, documents }: AuditEvent): string | null {
    if (documents === undefined) {
      this.#without.push(seq);
      return null;
    }
    this.#firstWith = Math.min(this.#firstWith, seq);
    const expected = documentsOf(body);
    const same = documents.length === expected.length && documents.every((path, index) => path === expected[index]);
    return same ? null : 'is found by other documents than those it is about';
  }

  /** Places of events that have no list, behind one that has: it was taken away. Events from before there were lists have none. */
  get hidden(): readonly number[] {
    return this.#without.filter((seq) => seq > this.#firstWith);
  }
}
