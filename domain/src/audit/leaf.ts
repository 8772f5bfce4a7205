import { canonicalJson } from '../hash.ts';
import type { AuditEvent } from '../schemas/audit.ts';

/** A leaf of the audit stream: RFC 8785 text of a typed statement of the whole event, with the time it was recorded. */
export function auditLeaf({ recordedAt, body }: Pick<AuditEvent, 'recordedAt' | 'body'>): string {
  return canonicalJson({ type: 'countersign.audit.event', version: 1, body: { recordedAt, event: body } });
}
