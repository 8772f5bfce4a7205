import type { AuditEvent, AuditEventBody } from '../schemas/audit.ts';

/** The documents that an event is found by: each path once, in the order of the subjects. */
export const documentsOf = ({ subjects }: Pick<AuditEventBody, 'subjects'>): string[] => [
  ...new Set(subjects.map(({ path }) => path)),
];

/**
 * Whether each event can be found by its documents. No leaf covers the list, so that it can be changed without breaking
 * a hash; what is sealed says what it must be. Events are told in the order of their places.
 */
export class LookupCheck {
  #begun = false;

  /** @returns what is wrong with this event's list, or null */
  note({ body, documents }: Pick<AuditEvent, 'body' | 'documents'>): string | null {
    if (documents === undefined) {
      return this.#begun ? 'names no documents to be found by, as those before it do' : null;
    }
    this.#begun = true;
    const expected = documentsOf(body);
    const same = documents.length === expected.length && documents.every((path, index) => path === expected[index]);
    return same ? null : 'is found by other documents than those it is about';
  }
}
