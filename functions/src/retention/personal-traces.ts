import { withoutText } from '@countersign/domain/audit/committed-text';
import { paths } from '@countersign/domain/paths';
import type { Reason } from '@countersign/domain/schemas/common';
import { isHeld, type LegalHold } from '@countersign/domain/schemas/retention';
import type { Database, Stored, Write } from '../store/database.ts';
import { readPages } from '../streams/verify/read-pages.ts';

/** Writes of one commit. */
const PAGE = 100;
type Data = Record<string, unknown>;

/**
 * Where a person's words lie beside the audit log: documents whose hash covers commitments in their place, and documents that
 * no hash covers.
 */
interface Trace {
  readonly collection: (orgId: string) => string;
  /** The fields that a removal empties; null where there is nothing of the person, or nothing any more. */
  readonly erase: (data: Data, uid: string) => Data | null;
}

/** A plain reason is of a document from before reasons could be removed: its hash covers the text, so it stays. */
function cleared(data: Data, field: string): Data | null {
  const reason = data[field] as Reason | null;
  return reason === null || typeof reason === 'string' || reason.salt === '' ? null : { [field]: withoutText(reason) };
}

/** Changes that are about a member: what others gave as their reasons may well name them. */
export const ABOUT_MEMBERS: ReadonlySet<string> = new Set(['member.roles', 'member.payees', 'person.erase']);

/** Whether a stored proposal is about a member. */
export const isAbout = (proposal: Data, uid: string): boolean =>
  ABOUT_MEMBERS.has(String(proposal['kind'])) &&
  (JSON.parse(String(proposal['change'])) as { readonly uid?: string }).uid === uid;

function reasonsOf(proposal: Data, uid: string): Data | null {
  const both = isAbout(proposal, uid);
  const fields = {
    ...(both || proposal['proposedBy'] === uid ? cleared(proposal, 'reason') : null),
    ...(both || proposal['decidedBy'] === uid ? cleared(proposal, 'decisionReason') : null),
  };
  return Object.keys(fields).length === 0 ? null : fields;
}

/** A reason in a part of a document that says whose it is: a stop, a pause. */
function reasonWithin(data: Data, part: string, uid: string): Data | null {
  const whole = data[part] as Data | undefined;
  const without = whole?.['uid'] === uid ? cleared(whole, 'reason') : null;
  return without === null ? null : { [part]: { ...whole, ...without } };
}

const TRACES: readonly Trace[] = [
  { collection: paths.proposals, erase: reasonsOf },
  {
    collection: paths.unknownProposals,
    // Both reasons of a settlement share a salt, and so go together.
    erase: ({ proposedBy, decidedBy, salt }, uid) =>
      salt === '' || (proposedBy !== uid && decidedBy !== uid)
        ? null
        : { comment: { proposed: '', decided: decidedBy === null ? null : '' }, salt: '' },
  },
  {
    collection: paths.delegations,
    erase: ({ fromUid, salt }, uid) => (fromUid === uid && salt !== '' ? { comment: '', salt: '' } : null),
  },
  { collection: paths.operations, erase: (data, uid) => reasonWithin(data, 'paused', uid) },
  {
    collection: paths.alerts,
    erase: ({ acknowledgedBy, note }, uid) => (acknowledgedBy === uid && (note ?? '') !== '' ? { note: '' } : null),
  },
];

/** Writes that remove what is left of a person's words, as many as one commit takes. @returns none when nothing is left */
export async function traceWrites(
  db: Database,
  orgId: string,
  uid: string,
  holds: readonly LegalHold[],
): Promise<Write[]> {
  const organization = await db.get(paths.organization(orgId));
  const stop = organization === null ? null : reasonWithin(organization.data, 'stop', uid);
  const writes: Write[] = organization === null || stop === null ? [] : [unchanged(organization, stop)];
  for (const { collection, erase } of TRACES)
    for await (const doc of readPages(db, collection(orgId))) {
      const fields = erase(doc.data, uid);
      if (fields !== null) writes.push(unchanged(doc, fields));
      if (writes.length === PAGE) return writes;
    }
  const messages = await db.query({ collection: paths.notifications(orgId), where: [['uid', '==', uid]], limit: PAGE });
  for (const { path, data } of messages)
    if (!isHeld(holds, 'notifications', (data['executionId'] as string | null) ?? null))
      writes.push({ op: 'delete', path });
  return writes;
}

/** Only what was read is changed: nobody's stop is lifted by a removal that came at the same moment. */
const unchanged = ({ path, updateTime }: Stored, data: Data): Write => ({
  op: 'update',
  path,
  data,
  ifUpdateTime: updateTime,
});
