import { canonicalJson } from '../hash.ts';
import type { AuditEvent, AuditEventBody } from '../schemas/audit.ts';
import { auditLeaf } from './leaf.ts';
import { documentsOf } from './lookup.ts';

export interface AuditDecision {
  /** Texts of the new leaves, in order. */
  readonly leaves: readonly string[];
  readonly events: readonly AuditEvent[];
  readonly refusals: readonly { readonly index: number; readonly code: 'intent_id_reused'; readonly message: string }[];
}

/**
 * Give a batch of events their places. An event that is recorded already is accepted without effect; another event
 * under the same id is refused.
 * @param recorded events that exist, by id
 */
export function decideAudit(
  size: number,
  recorded: ReadonlyMap<string, AuditEvent>,
  bodies: readonly AuditEventBody[],
  at: string,
): AuditDecision {
  const events = new Map<string, AuditEvent>();
  const leaves: string[] = [];
  const refusals: AuditDecision['refusals'][number][] = [];
  bodies.forEach((body, index) => {
    const before = events.get(body.id) ?? recorded.get(body.id);
    if (before === undefined) {
      const event: AuditEvent = { seq: size + leaves.length, recordedAt: at, body, documents: documentsOf(body) };
      events.set(body.id, event);
      leaves.push(auditLeaf(event));
    } else if (canonicalJson(before.body) !== canonicalJson(body)) {
      refusals.push({ index, code: 'intent_id_reused', message: `Event ${body.id} is recorded already, and differs` });
    }
  });
  return { leaves, events: [...events.values()], refusals };
}
