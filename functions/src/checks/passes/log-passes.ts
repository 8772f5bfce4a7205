import { commitment } from '@countersign/domain/audit/event';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { paths } from '@countersign/domain/paths';
import {
  auditEventSchema,
  auditPersonalSchema,
  type AuditEventBody,
  type AuditPersonal,
} from '@countersign/domain/schemas/audit';
import { readWaiting, wrongInList } from '../../streams/verify/audit-checks.ts';
import { Places } from '../places.ts';
import type { Turn } from '../turn.ts';
import type { Pass } from './pass.ts';

const MAX_NAMED_GAPS = 20;

/** Every event in its place, also what is none. */
export const eventsPass: Pass = {
  name: 'events',
  reads: (_, { sizes }) => sizes.audit,
  step: async (turn, { marks }, cursor) => {
    const places = new Places(turn, 'audit', marks.audit);
    const next = await turn.walk(paths.audit(turn.orgId), cursor, async (docs) => {
      for (const { id, path, data } of turn.parse(docs, auditEventSchema)) {
        if (data.body.id !== id) turn.findings.add('event', path, `calls itself ${data.body.id}`);
        places.add(data.seq, auditLeaf(data), path);
        const wrong = wrongInList(data, turn.notes.history.listedFrom);
        if (wrong !== null) turn.findings.add('event', path, wrong);
      }
      await places.flush();
    });
    if (next === null)
      for (const [first, last] of marks.audit.gaps(MAX_NAMED_GAPS))
        turn.findings.add(
          'leaf',
          `audit ${first === last ? `leaf ${first}` : `leaves ${first} to ${last}`}`,
          'no document has this place: it was deleted or moved',
        );
    return next;
  },
};

/** Values that are still there, against what their events committed to. */
export const personalPass: Pass = {
  name: 'personal',
  reads: (_, { sizes }) => sizes.audit,
  step: (turn, _, cursor) =>
    turn.walk(`${paths.organization(turn.orgId)}/auditPersonal`, cursor, async (docs) => {
      const values = turn.parse(docs, auditPersonalSchema);
      const wrong = await uncommitted(turn, values);
      for (const { path, field } of wrong)
        turn.findings.add('personal', path, `${field} is not the value that its event committed to`);
    }),
};

interface Values {
  readonly id: string;
  readonly path: string;
  readonly data: AuditPersonal;
}

async function uncommitted(turn: Turn, values: readonly Values[]): Promise<{ path: string; field: string }[]> {
  const stored = await turn.db.getAll(values.map(({ id }) => paths.auditEvent(turn.orgId, id)));
  const placed = new Map<string, AuditEventBody['commitments']>();
  for (const doc of stored) {
    const body = auditEventSchema.safeParse(doc?.data).data?.body;
    if (body !== undefined) placed.set(body.id, body.commitments);
  }
  const lost = values.filter(({ id }) => !placed.has(id));
  // Committed, and without a place yet; or placed in the moment between the two looks.
  if (lost.length > 0) {
    for (const body of await readWaiting(turn.db, turn.orgId, 'audit', turn.findings))
      placed.set(body.id, body.commitments);
    const again = await turn.db.getAll(lost.map(({ id }) => paths.auditEvent(turn.orgId, id)));
    for (const doc of again) {
      const body = auditEventSchema.safeParse(doc?.data).data?.body;
      if (body !== undefined) placed.set(body.id, body.commitments);
    }
  }
  return values.flatMap(({ id, path, data }) =>
    Object.entries(data.values)
      .filter(([field, { value, salt }]) => placed.get(id)?.[field] !== commitment(salt, value))
      .map(([field]) => ({ path, field })),
  );
}
