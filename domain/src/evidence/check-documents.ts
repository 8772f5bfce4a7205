import { commitment, contentHash, PERSONAL_FIELDS } from '../audit/event.ts';
import type { AuditEvent, AuditEventBody } from '../schemas/audit.ts';
import type { Findings } from './findings.ts';
import type { OpeningRecord } from './pack.ts';
import type { Pack } from './read-pack.ts';

/** What the pack's events say of the documents: by path, then version. */
export type Versions = ReadonlyMap<
  string,
  ReadonlyMap<number, { readonly contentHash: string; readonly event: AuditEventBody }>
>;

/** The events among the leaves, in order. Their places were checked; here, that none is there twice. */
export function eventsOf(pack: Pack, findings: Findings): AuditEvent[] {
  const ids = new Set<string>();
  const events: AuditEvent[] = [];
  for (const { seq, leaf } of pack.leaves.audit) {
    if (leaf === undefined) continue;
    const { recordedAt, event: body } = leaf.body as { recordedAt: string; event: AuditEventBody };
    if (ids.has(body.id)) findings.add('event', `audit/${body.id}`, 'has two places in the log');
    ids.add(body.id);
    events.push({ seq, recordedAt, body });
  }
  return events;
}

export function versionsOf(events: readonly AuditEvent[], findings: Findings): Versions {
  const versions = new Map<string, Map<number, { contentHash: string; event: AuditEventBody }>>();
  for (const { body } of events) {
    for (const subject of body.subjects) {
      const known = versions.get(subject.path) ?? new Map<number, { contentHash: string; event: AuditEventBody }>();
      if (known.has(subject.version))
        findings.add(
          'version',
          subject.path,
          `version ${subject.version} appears twice, the second time in event ${body.id}`,
        );
      known.set(subject.version, { contentHash: subject.contentHash, event: body });
      versions.set(subject.path, known);
    }
  }
  return versions;
}

/** Each document is what the event of its version left; of runs and signatures, every version has its event. */
export function checkDocuments(pack: Pack, versions: Versions, findings: Findings): void {
  for (const { path, document } of pack.documents) {
    const known = versions.get(path);
    const version = document['version'] as number;
    const left = known?.get(version);
    const personal = 'commitment' in document ? PERSONAL_FIELDS.find((field) => field in document) : undefined;
    if (personal !== undefined) findings.add('document', path, `has a field ${personal} that no hash covers`);
    if (left === undefined) findings.add('document', path, `no event in the pack left it at version ${version}`);
    else if (contentHash(document) !== left.contentHash)
      findings.add('document', path, `is not what event ${left.event.id} (${left.event.type}) left`);
    const newest = Math.max(0, ...(known?.keys() ?? []));
    if (newest > version && !path.startsWith('policies/'))
      findings.add('version', path, `is at version ${version}, but its events go on to ${newest}`);
    if (!path.startsWith('executions/')) continue;
    for (let one = 1; one < version; one += 1)
      if (known?.has(one) !== true) findings.add('version', path, `the event of its version ${one} is missing`);
  }
}

/**
 * Personal values against the commitments that stand for them. A pack that opens them opens all: one whose value was
 * erased is given as null, without a salt.
 * @returns commitments that are opened
 */
export function checkOpenings(pack: Pack, events: readonly AuditEvent[], findings: Findings): number {
  const committed = new Map<string, unknown>();
  for (const { body } of events)
    for (const [field, value] of Object.entries(body.commitments)) committed.set(`audit/${body.id} ${field}`, value);
  for (const { path, document } of pack.documents)
    if ('commitment' in document) committed.set(`${path} *`, document['commitment']);
  let opened = 0;
  for (const opening of pack.openings) {
    const key = `${opening.of} ${opening.field}`;
    const right = committed.get(key);
    committed.delete(key);
    if (isErased(opening)) continue;
    opened += 1;
    if (right === undefined || commitment(opening.salt, opening.value) !== right)
      findings.add(
        'opening',
        opening.of,
        `${opening.field === '*' ? 'its personal fields are' : `${opening.field} is`} not what was committed to`,
      );
  }
  const { personal } = pack.manifest ?? { personal: false };
  if (!personal && pack.openings.length > 0)
    findings.add('opening', 'manifest', 'says that nothing personal is opened');
  const [left] = committed.keys();
  if (personal && left !== undefined)
    findings.add('opening', left.split(' ')[0] ?? '', 'is not opened, though the pack says that all are');
  return opened;
}

const isErased = ({ value, salt }: OpeningRecord): boolean => value === null && salt === '';
