import { auditEvent, auditSubject } from '@countersign/domain/audit/event';
import type { Actor } from '@countersign/domain/schemas/common';
import type { AuditEventType, AuditSubject } from '@countersign/domain/schemas/audit';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { derivedId } from '@countersign/domain/hash';
import { randomBytes } from 'node:crypto';
import type { DocRef, Write } from '../store/database.ts';
import { auditIntents, ledgerIntents } from '../streams/index.ts';

type Versioned = { readonly version: number };

/**
 * Everything that one commit changes, and the one audit event that says so. There is no other way to change an
 * audited document, so none changes without its event.
 */
export class ChangeSet {
  readonly orgId: string;
  readonly commitId: string;
  readonly #now: string;
  readonly #actor: Actor;
  readonly #writes: Write[] = [];
  readonly #subjects: AuditSubject[] = [];
  readonly #ledger: LedgerIntent[] = [];
  readonly #facts: Record<string, string> = {};

  /** @param commitId names the commit: the same id a second time is the same commit and changes nothing. */
  constructor(orgId: string, commitId: string, actor: Actor, now: string) {
    this.orgId = orgId;
    this.commitId = commitId;
    this.#actor = actor;
    this.#now = now;
  }

  /** A new audited document at version 1. */
  create<T extends Versioned>(ref: DocRef<T>, document: Omit<T, 'version'>): T {
    const created = { ...document, version: 1 } as unknown as T;
    this.#writes.push({ op: 'create', path: ref.path, data: created as unknown as Record<string, unknown> });
    this.#subject(ref.path, created);
    return created;
  }

  /** The next version of an audited document. */
  change<T extends Versioned>(ref: DocRef<T>, before: T, fields: Partial<Omit<T, 'version'>>): T {
    const after = { ...before, ...fields, version: before.version + 1 };
    this.#writes.push({ op: 'set', path: ref.path, data: after as unknown as Record<string, unknown> });
    this.#subject(ref.path, after);
    return after;
  }

  /** A new document whose stored form differs from its parsed one (fields kept as text). */
  createStored<T extends Versioned>(ref: DocRef<T>, stored: Readonly<Record<string, unknown>>): void {
    const created = { ...stored, version: 1 };
    this.#writes.push({ op: 'create', path: ref.path, data: created });
    this.#subject(ref.path, created);
  }

  /** The next version of such a document. */
  changeStored<T extends Versioned>(ref: DocRef<T>, version: number, stored: Readonly<Record<string, unknown>>): void {
    const after = { ...stored, version: version + 1 };
    this.#writes.push({ op: 'set', path: ref.path, data: after });
    this.#subject(ref.path, after);
  }

  /** Writes to documents that are not versioned: pages, claims, work. */
  also(...writes: Write[]): this {
    this.#writes.push(...writes);
    return this;
  }

  post(...intents: LedgerIntent[]): this {
    this.#ledger.push(...intents);
    return this;
  }

  /** Facts for the event, from whoever writes what it does not name: pages. */
  tell(facts: Readonly<Record<string, string>>): this {
    Object.assign(this.#facts, facts);
    return this;
  }

  /**
   * All writes of the commit, with its audit event.
   * @param personal free text and names: hashed as salted commitments, kept in an erasable document
   */
  toWrites(
    type: AuditEventType,
    event: { executionId?: string | null; data?: Record<string, string>; personal?: Record<string, string> } = {},
  ): Write[] {
    const recorded = auditEvent({
      id: eventIdOf(this.orgId, this.commitId),
      type,
      at: this.#now,
      actor: this.#actor,
      executionId: event.executionId ?? null,
      subjects: this.#subjects,
      data: { ...event.data, ...this.#facts },
      personal: salted(event.personal ?? {}),
    });
    return [
      ...this.#writes,
      ...ledgerIntents(this.orgId, this.commitId, this.#ledger, this.#now),
      ...auditIntents(this.orgId, this.commitId, [recorded], this.#now),
    ];
  }

  #subject(path: string, document: Versioned): void {
    this.#subjects.push(auditSubject(path, document as Versioned & Record<string, unknown>));
  }
}

/** The id of the audit event of a commit. */
export function eventIdOf(orgId: string, commitId: string): string {
  return derivedId('audit-event', orgId, commitId);
}

const SALT_BYTES = 16;

function salted(personal: Readonly<Record<string, string>>): Record<string, { value: string; salt: string }> {
  return Object.fromEntries(
    Object.entries(personal)
      .filter(([, value]) => value !== '')
      .map(([field, value]) => [field, { value, salt: randomBytes(SALT_BYTES).toString('hex') }]),
  );
}
