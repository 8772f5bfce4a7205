import { decideAudit } from '@countersign/domain/audit/decide';
import { paths } from '@countersign/domain/paths';
import { auditEventBodySchema, type AuditEvent, type AuditEventBody } from '@countersign/domain/schemas/audit';
import type { Write } from '../store/database.ts';
import { parseItems, type StreamKind } from './stream-kind.ts';

export const auditKind: StreamKind = {
  parse: (text) => parseItems(text, (item) => auditEventBodySchema.safeParse(item)),

  decide: async ({ db, orgId, size, intents, at, careful }) => {
    const bodies = intents as readonly AuditEventBody[];
    const stored = careful ? await db.getAll(bodies.map((body) => paths.auditEvent(orgId, body.id))) : [];
    const recorded = new Map(
      stored.flatMap((doc) => (doc === null ? [] : [[(doc.data as AuditEvent).body.id, doc.data as AuditEvent]])),
    );
    const { events, leaves, refusals } = decideAudit(size, recorded, bodies, at);
    const writes = events.map((event): Write => ({
      op: 'create',
      path: paths.auditEvent(orgId, event.body.id),
      data: { ...event },
    }));
    return { leaves, writes, refusals, diverted: false, cache: undefined };
  },
};
