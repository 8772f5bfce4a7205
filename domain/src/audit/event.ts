import { assert } from '../errors.ts';
import { withCommitmentsOnly } from './committed-text.ts';
import { canonicalJson, digestOf, sha256Hex } from '../hash.ts';
import type { AuditEventBody, AuditEventType, AuditPersonal, AuditSubject } from '../schemas/audit.ts';
import type { Actor } from '../schemas/common.ts';

export interface AuditEventInput {
  /** Derived from what happened, so that the same commit tried twice is one event. */
  readonly id: string;
  readonly type: AuditEventType;
  readonly at: string;
  readonly actor: Actor;
  readonly executionId?: string | null;
  readonly subjects?: readonly AuditSubject[];
  /** Machine facts only: no names, no free text. */
  readonly data?: Readonly<Record<string, string>>;
  /** Personal or free text by field name, each with a random salt of at least 16 bytes (hex); only its commitment is hashed. */
  readonly personal?: Readonly<Record<string, { readonly value: string; readonly salt: string }>>;
}

/** What enters the stream, and the personal values behind its commitments, which lie beside it and may be erased. */
export interface RecordedAuditEvent {
  readonly body: AuditEventBody;
  /** Empty when there are none. */
  readonly personal: AuditPersonal['values'];
}

export function auditEvent(input: AuditEventInput): RecordedAuditEvent {
  const personal = Object.entries(input.personal ?? {});
  return {
    body: {
      id: input.id,
      type: input.type,
      at: input.at,
      actor: input.actor,
      executionId: input.executionId ?? null,
      subjects: [...(input.subjects ?? [])],
      data: { ...input.data },
      commitments: Object.fromEntries(personal.map(([field, { value, salt }]) => [field, commitment(salt, value)])),
    },
    personal: Object.fromEntries(personal),
  };
}

/**
 * SHA-256 over the RFC 8785 form of `{salt, value}`, as hex. Without the salt, which is erased with the value, nobody
 * can tell by guessing what the value was.
 */
export function commitment(salt: string, value: unknown): string {
  return sha256Hex(canonicalJson({ salt, value }));
}

/** Fields that hashes must not cover; `commitment` stands for a member's name and email, the comment of an approval or a delegation. */
export const PERSONAL_FIELDS: readonly string[] = ['name', 'email', 'comment', 'salt'];

/** The `commitment` of a member's document. */
export function memberCommitment(salt: string, person: { readonly name: string; readonly email: string }): string {
  return commitment(salt, { name: person.name, email: person.email });
}

/**
 * Hash of an audited document's content. In a document that has a `commitment` (a member, an approval), it stands in place of the
 * personal fields, so that these can be erased without breaking a hash. So does the commitment of a reason (`CommittedText`).
 */
export function contentHash(doc: Readonly<Record<string, unknown>>): string {
  const content =
    'commitment' in doc
      ? Object.fromEntries(Object.entries(doc).filter(([field]) => !PERSONAL_FIELDS.includes(field)))
      : doc;
  return digestOf('countersign.content', 1, withCommitmentsOnly(content));
}

/** A document that a commit leaves behind, as its audit event names it. `path` is the full path; `doc` the document as written. */
export function auditSubject(
  path: string,
  doc: Readonly<Record<string, unknown>> & { readonly version: number },
): AuditSubject {
  return { path: subjectPath(path), version: doc.version, contentHash: contentHash(doc) };
}

/** `orgs/{orgId}/members/x` to `members/x`; the organization itself is `.`. */
export function subjectPath(path: string): string {
  const [root, orgId, ...rest] = path.split('/');
  assert(root === 'orgs' && orgId !== undefined, `${path} lies in an organization`);
  return rest.length === 0 ? '.' : rest.join('/');
}

/**
 * The version that an event's commit gave its execution; 0 where it left that alone, as the settling of a page does. Two
 * commits can reach the log in another order than they were made in; this tells which came later.
 */
export function executionVersion({ executionId, subjects }: Pick<AuditEventBody, 'executionId' | 'subjects'>): number {
  return subjects.find(({ path }) => path === `executions/${executionId}`)?.version ?? 0;
}

/** The full path of an event's subject. */
export function subjectDocument(orgId: string, subject: Pick<AuditSubject, 'path'>): string {
  return subject.path === '.' ? `orgs/${orgId}` : `orgs/${orgId}/${subject.path}`;
}
