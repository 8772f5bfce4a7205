import { commitment } from '@countersign/domain/audit/event';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { LookupCheck } from '@countersign/domain/audit/lookup';
import { documentsOf } from '@countersign/domain/audit/lookup';
import { paths } from '@countersign/domain/paths';
import {
  auditEventBodySchema,
  auditEventSchema,
  auditPersonalSchema,
  type AuditEvent,
  type AuditEventBody,
} from '@countersign/domain/schemas/audit';
import { inboxSchema, type StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../../store/database.ts';
import { parseItems } from '../stream-kind.ts';
import type { DocumentHistory } from './document-history.ts';
import type { Findings } from './findings.ts';
import type { LeafBook } from './leaf-book.ts';
import type { OutcomeHistory } from './outcome-history.ts';
import { readParsed } from './read-pages.ts';
import { restorationOf, type Restoration } from './restorations.ts';

export interface AuditCounts {
  readonly events: number;
  /** Events whose personal values are still there, and were checked against their commitments. */
  readonly personal: number;
  /** Restores of the database that the log names. */
  readonly restorations: readonly Restoration[];
}

/** Events in their places, and the history of the documents that they name. */
export async function checkAudit(
  db: Database,
  orgId: string,
  leaves: LeafBook,
  history: DocumentHistory,
  outcomes: OutcomeHistory,
  findings: Findings,
): Promise<AuditCounts> {
  const commitments = new Map<string, AuditEventBody['commitments']>();
  const restorations: Restoration[] = [];
  const unlisted: { path: string; seq: number }[] = [];
  let listedFrom: number | null = null;
  const lookups = new LookupCheck();
  let events = 0;
  for await (const { id, path, data } of readParsed(db, paths.audit(orgId), auditEventSchema, findings)) {
    events += 1;
    if (data.body.id !== id) findings.add('event', path, `calls itself ${data.body.id}`);
    leaves.place(data.seq, auditLeaf(data), path);
    const hidden = lookups.note(data);
    if (hidden !== null) findings.add('event', path, hidden);
    const wrong = wrongInList(data, null);
    if (wrong !== null) findings.add('event', path, wrong);
    if (data.documents === undefined) unlisted.push({ path, seq: data.seq });
    else listedFrom = Math.min(listedFrom ?? data.seq, data.seq);
    if (Object.keys(data.body.commitments).length > 0) commitments.set(id, data.body.commitments);
    history.note(data.body);
    outcomes.note(data.seq, data.body);
    restorations.push(...restorationIn(data.body));
  }
  for (const { path, seq } of unlisted)
    if (listedFrom !== null && seq > listedFrom) findings.add('event', path, NO_LIST);
  for (const seq of lookups.hidden)
    findings.add('event', `audit, place ${seq}`, 'names no documents to be found by, as others before it do');
  const waiting = await readWaiting(db, orgId, 'audit', findings);
  for (const body of waiting) history.note(body);
  for (const body of waiting) outcomes.note(Infinity, body);
  for (const body of waiting) restorations.push(...restorationIn(body));
  for (const body of waiting) if (Object.keys(body.commitments).length > 0) commitments.set(body.id, body.commitments);
  return { events, personal: await checkPersonal(db, orgId, commitments, findings), restorations };
}

const NO_LIST = 'names no documents to be found by, as those before it do';

/**
 * What is wrong in the list of documents that an event is found by, which no leaf covers; or null.
 * @param listedFrom the first event that has one, if it is known
 */
export function wrongInList({ seq, body, documents }: AuditEvent, listedFrom: number | null): string | null {
  if (documents === undefined) return listedFrom !== null && seq > listedFrom ? NO_LIST : null;
  return documents.join('\n') === documentsOf(body).join('\n')
    ? null
    : 'is found by other documents than those it is about';
}

function restorationIn(body: AuditEventBody): Restoration[] {
  const restoration = restorationOf(body);
  return restoration === null ? [] : [restoration];
}

/** Events that are committed, but have no place yet: the next drain gives them one. */
export async function readWaiting(
  db: Database,
  orgId: string,
  name: StreamName,
  findings: Findings,
): Promise<AuditEventBody[]> {
  const bodies: AuditEventBody[] = [];
  for await (const { data } of readParsed(db, paths.inboxes(orgId, name), inboxSchema, findings)) {
    bodies.push(...(parseItems(data.intents, (item) => auditEventBodySchema.safeParse(item)) ?? []));
  }
  return bodies;
}

/** Values may be erased; what is there must be what was committed to. */
async function checkPersonal(
  db: Database,
  orgId: string,
  commitments: ReadonlyMap<string, AuditEventBody['commitments']>,
  findings: Findings,
): Promise<number> {
  let checked = 0;
  for await (const { id, path, data } of readParsed(
    db,
    `${paths.organization(orgId)}/auditPersonal`,
    auditPersonalSchema,
    findings,
  )) {
    checked += 1;
    for (const [field, { value, salt }] of Object.entries(data.values)) {
      if (commitments.get(id)?.[field] !== commitment(salt, value))
        findings.add('personal', path, `${field} is not the value that its event committed to`);
    }
  }
  return checked;
}
