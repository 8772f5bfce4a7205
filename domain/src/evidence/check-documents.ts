import { commitment, contentHash, PERSONAL_FIELDS } from '../audit/event.ts';
import type { AuditEvent } from '../schemas/audit.ts';
import type { Must } from './findings.ts';
import type { RecordOf } from './pack.ts';
import type { Pack } from './read-pack.ts';

/** What an event says of a document at one version. */
type Left = { readonly hash: string; readonly event: AuditEvent['body'] };

/** A pack's events, and the documents that they left. */
export interface Story {
  readonly events: readonly AuditEvent[];
  /** By path, then version. */
  readonly versions: ReadonlyMap<string, ReadonlyMap<number, Left>>;
  /** By path, the newest one in the pack; and each by `path@version`. */
  readonly documents: ReadonlyMap<string, RecordOf<'document'>['document']>;
}

/** Each event once, and each document as the event of its version left it. */
export function readStory(pack: Pack, must: Must): Story {
  const events = pack.leaves.audit.flatMap(({ seq, leaf }): AuditEvent[] => {
    const { recordedAt, event } = (leaf?.body ?? {}) as { recordedAt: string; event: AuditEvent['body'] };
    return leaf === undefined ? [] : [{ seq, recordedAt, body: event }];
  });
  const ids = new Set<string>();
  const versions = new Map<string, Map<number, Left>>();
  for (const { body: event } of events) {
    must(!ids.has(event.id), 'event', `audit/${event.id}`, 'has two places in the log');
    ids.add(event.id);
    for (const { path, version, contentHash: hash } of event.subjects) {
      const known = versions.get(path) ?? new Map<number, Left>();
      must(!known.has(version), 'version', path, `version ${version} appears twice, again in event ${event.id}`);
      versions.set(path, known.set(version, { hash, event }));
    }
  }
  const documents = new Map<string, RecordOf<'document'>['document']>();
  for (const { path, document } of pack.records.document)
    documents.set(path, document).set(`${path}@${String(document['version'])}`, document);
  const story = { events, versions, documents };
  for (const record of pack.records.document) checkDocument(record, story, must);
  return story;
}

/** Of runs and signatures, every version has its event; policies may be older than what the events go on to. */
function checkDocument({ path, document }: RecordOf<'document'>, { versions }: Story, must: Must): void {
  const version = document['version'] as number;
  const known = versions.get(path) ?? new Map<number, Left>();
  const left = known.get(version);
  const personal = 'commitment' in document ? PERSONAL_FIELDS.find((field) => field in document) : undefined;
  must(personal === undefined, 'document', path, `has a field ${personal} that no hash covers`);
  must(left !== undefined, 'document', path, `no event in the pack left it at version ${version}`);
  const isLeft = left === undefined || contentHash(document) === left.hash;
  must(isLeft, 'document', path, `is not what event ${left?.event.id} (${left?.event.type}) left`);
  const newest = Math.max(0, ...known.keys());
  const isNewest = newest <= version || path.startsWith('policies/');
  must(isNewest, 'version', path, `is at version ${version}, but its events go on to ${newest}`);
  let dense = 1;
  while (known.has(dense)) dense += 1;
  const isDense = dense >= version || !path.startsWith('executions/');
  must(isDense, 'version', path, `the event of its version ${dense} is missing`);
}

/**
 * Personal values against the commitments that stand for them. A pack that opens them opens all: one whose value was
 * erased is given as null, without a salt.
 */
export function checkOpenings({ records }: Pack, { events }: Story, must: Must): { opened: number; erased: number } {
  const committed = new Map<string, unknown>();
  for (const { body } of events)
    for (const [field, value] of Object.entries(body.commitments)) committed.set(`audit/${body.id} ${field}`, value);
  for (const { path, document } of records.document)
    if ('commitment' in document) committed.set(`${path} *`, document['commitment']);
  const isPersonal = records.manifest[0]?.personal === true;
  const isSaid = isPersonal || records.opening.length === 0;
  must(isSaid, 'opening', 'manifest', 'says that nothing personal is opened');
  const counts = { opened: 0, erased: 0 };
  for (const { of, field, value, salt } of records.opening) {
    const isErased = value === null && salt === '';
    const right = committed.get(`${of} ${field}`);
    const holds = right !== undefined && (isErased || commitment(salt, value) === right);
    must(
      holds,
      'opening',
      of,
      `${field === '*' ? 'its personal fields are' : `${field} is`} not what was committed to`,
    );
    counts[isErased ? 'erased' : 'opened'] += 1;
    committed.delete(`${of} ${field}`);
  }
  const [left] = isPersonal ? committed.keys() : [];
  must(left === undefined, 'opening', String(left?.split(' ')[0]), 'is not opened, though the pack says that all are');
  return counts;
}
