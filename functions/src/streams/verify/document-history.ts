import {
  commitment,
  contentHash,
  memberCommitment,
  subjectDocument,
  subjectPath,
} from '@countersign/domain/audit/event';
import { committedTexts } from '@countersign/domain/audit/committed-text';
import { paths } from '@countersign/domain/paths';
import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import type { Database, Stored } from '../../store/database.ts';
import type { Findings } from './findings.ts';
import { readPages } from './read-pages.ts';

/** Every document of these has its events; executions have their approvals below them. */
export const auditedCollections = (orgId: string): string[] => [
  paths.members(orgId),
  paths.operations(orgId),
  paths.policies(orgId),
  paths.files(orgId),
  paths.delegations(orgId),
  paths.proposals(orgId),
  paths.unknownProposals(orgId),
  paths.secrets(orgId),
  paths.schedules(orgId),
  paths.calendars(orgId),
  paths.recordTypes(orgId),
  paths.records(orgId),
  paths.statements(orgId),
  paths.settings(orgId),
  paths.legalHolds(orgId),
  paths.erasures(orgId),
  paths.evidenceExports(orgId),
  paths.executions(orgId),
];

/** What the last of a document's events left. */
export interface Version {
  readonly version: number;
  readonly contentHash: string;
  readonly eventId: string;
}

const CHUNK = 200;

/** The versions of each audited document, as the events tell them, against the documents as they are. */
export class DocumentHistory {
  readonly #versions = new Map<string, Version[]>();

  note({ id: eventId, subjects }: AuditEventBody): void {
    for (const { path, version, contentHash: hash } of subjects) {
      const versions = this.#versions.get(path) ?? [];
      versions.push({ version, contentHash: hash, eventId });
      this.#versions.set(path, versions);
    }
  }

  /** @returns how many documents were compared */
  async check(db: Database, orgId: string, findings: Findings): Promise<number> {
    const subjects = [...this.#versions.keys()];
    for (let start = 0; start < subjects.length; start += CHUNK) {
      const chunk = subjects.slice(start, start + CHUNK);
      const stored = await db.getAll(chunk.map((path) => subjectDocument(orgId, { path })));
      stored.forEach((doc, index) => this.#checkDocument(orgId, chunk[index] as string, doc, findings));
    }
    await this.#findUnheardOf(db, orgId, findings);
    return subjects.length;
  }

  #checkDocument(orgId: string, subject: string, doc: Stored | null, findings: Findings): void {
    const path = subjectDocument(orgId, { path: subject });
    const versions = [...(this.#versions.get(subject) ?? [])].sort((a, b) => a.version - b.version);
    versions.forEach(({ version, eventId }, index) => {
      const before = versions[index - 1]?.version ?? 0;
      if (version === before)
        findings.add('document', path, `version ${version} appears twice, the second time in event ${eventId}`);
      else if (version !== before + 1)
        findings.add('document', path, `between versions ${before} and ${version} an event is missing`);
    });
    const last = versions.at(-1);
    if (last === undefined) return;
    for (const [check, message] of wrongInDocument(doc?.data ?? null, last)) findings.add(check, path, message);
  }

  /** Documents of audited collections that no event names. */
  async #findUnheardOf(db: Database, orgId: string, findings: Findings): Promise<void> {
    const check = (path: string): void => {
      if (!this.#versions.has(subjectPath(path))) findings.add('document', path, 'no event says how it came to be');
    };
    for (const collection of auditedCollections(orgId)) {
      for await (const { path } of readPages(db, collection)) {
        check(path);
        if (collection !== paths.executions(orgId)) continue;
        for await (const approval of readPages(db, `${path}/approvals`)) check(approval.path);
      }
    }
  }
}

/** A document as it is, against what its last event left. */
export function wrongInDocument(
  doc: Record<string, unknown> | null,
  last: Version,
): ['document' | 'personal', string][] {
  const { eventId, version } = last;
  if (doc === null) return [['document', `is gone; its last event (${eventId}) left it at version ${version}`]];
  const wrong: ['document' | 'personal', string][] = [];
  if (doc['version'] !== version)
    wrong.push([
      'document',
      `is at version ${String(doc['version'])}, but its last event (${eventId}) left it at ${version}`,
    ]);
  else if (contentHash(doc) !== last.contentHash)
    wrong.push(['document', `is not what its last event (${eventId}) left: it was changed without one`]);
  if (!personalHolds(doc)) wrong.push(['personal', 'its personal values are not what the document committed to']);
  return wrong;
}

/** An erased person has no salt any more; then nothing can be said, and nothing need be. */
function personalHolds(doc: Record<string, unknown>): boolean {
  const { commitment: committed, salt, name, email, comment } = doc;
  if (committedTexts(doc).some((one) => one.salt !== '' && commitment(one.salt, one.text) !== one.commitment))
    return false;
  if (typeof committed !== 'string' || typeof salt !== 'string' || salt === '') return true;
  if (comment !== undefined) return commitment(salt, { comment }) === committed;
  return memberCommitment(salt, { name: String(name), email: String(email) }) === committed;
}
