import { auditSubject, PERSONAL_FIELDS, subjectPath } from '@countersign/domain/audit/event';
import type { RecordOf } from '@countersign/domain/evidence/pack';
import { paths } from '@countersign/domain/paths';
import { executionSchema, type Execution } from '@countersign/domain/schemas/execution';
import { proposalSchema } from '@countersign/domain/schemas/proposal';
import type { Database, Stored } from '../store/database.ts';
import { eventThatLeft, placeEventsOf } from './events.ts';
import { allOf, PAGE, paged, place, placeJournalsOf, type LeafPlaces } from './leaves.ts';
import { changedMeanwhile } from './limits.ts';

/** Everything that a pack will hold, by where it lies; documents are held as they are. */
export interface Contents {
  readonly audit: LeafPlaces;
  readonly ledger: LeafPlaces;
  /** Leaves of the ledger of which only the hash is given. */
  readonly hashed: number[];
  readonly documents: Map<string, Stored>;
  readonly executions: Execution[];
}

export interface Source {
  readonly db: Database;
  readonly orgId: string;
  /** Sizes of the checkpoints. */
  readonly audit: number;
  readonly ledger: number;
  /** Whether what seems to have changed meanwhile is tried again; else it goes in as it is, and the verifier names it. */
  readonly strict: boolean;
}

type Document = Stored & { readonly data: Record<string, unknown> & { readonly version: number } };

/** A run: its documents, those that it stands on, and all leaves that tell of it. */
export async function collectExecution(source: Source, contents: Contents, executionId: string): Promise<void> {
  const { db, orgId } = source;
  const stored = await db.get(paths.execution(orgId, executionId));
  const execution = executionSchema.safeParse(stored?.data).data;
  if (stored === null || execution === undefined) return;
  const versions = await placeEventsOf(db, orgId, executionId, contents.audit, source.audit);
  if (versions.get(subjectPath(stored.path)) !== execution.version && source.strict)
    throw changedMeanwhile(`Run ${executionId}`);
  contents.executions.push(execution);
  keep(contents, stored);
  for await (const approval of allOf(db, paths.approvals(orgId, executionId))) keep(contents, approval);
  const accounts = new Set<string>();
  await placeJournalsOf(db, orgId, executionId, contents.ledger, source.ledger, accounts);
  await collectAccounts(source, contents, accounts);
  await collectFoundations(source, contents, execution);
}

/** What a run stands on: its inputs, the policy that it was planned under, who asked, who signed, and for whom. */
async function collectFoundations(source: Source, contents: Contents, execution: Execution): Promise<void> {
  const { db, orgId } = source;
  const people = new Set([execution.requestedBy]);
  for (const { uid, forUid } of execution.approvals) for (const one of [uid, forUid]) if (one !== null) people.add(one);
  const wanted = [
    ...execution.inputs.map(({ fileId }) => paths.file(orgId, fileId)),
    ...[...people].map((uid) => paths.member(orgId, uid)),
  ].filter((path) => !contents.documents.has(path));
  const found = await db.getAll(wanted);
  for (const document of found) if (document !== null) await collectWithEvent(source, contents, document as Document);
  for (const { uid, forUid } of execution.approvals)
    if (forUid !== null) await collectDelegations(source, contents, uid, forUid);
  if (execution.plan !== null) await collectPolicy(source, contents, execution.plan.policy);
}

async function collectDelegations(source: Source, contents: Contents, uid: string, forUid: string): Promise<void> {
  const found = await source.db.query({
    collection: paths.delegations(source.orgId),
    where: [
      ['toUid', '==', uid],
      ['fromUid', '==', forUid],
      ['endsAt', '>', ''],
    ],
    limit: MAX_DELEGATIONS,
  });
  for (const document of found)
    if (!contents.documents.has(document.path)) await collectWithEvent(source, contents, document as Document);
}

const MAX_DELEGATIONS = 50;

/** Of an older version, the text lies in the proposals that made it or replaced it. */
async function collectPolicy(
  source: Source,
  contents: Contents,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<void> {
  const { db, orgId } = source;
  const path = paths.policy(orgId, id);
  const key = `${path}@${version}`;
  if (contents.documents.has(key)) return;
  const current = (await db.get(path)) as Document | null;
  if (current === null) return;
  const candidates = current.data.version === version ? [current] : await pastPolicies(source, current, version);
  for (const document of candidates) {
    const event = await eventThatLeft(db, orgId, auditSubject(path, document.data));
    if (event === null) continue;
    place(contents.audit, event, source.audit);
    contents.documents.set(key, document);
    return;
  }
}

async function pastPolicies({ db, orgId }: Source, current: Document, version: number): Promise<Document[]> {
  const found: Document[] = [];
  const proposals = paged((after) =>
    db.query({
      collection: paths.proposals(orgId),
      where: [['kind', '==', 'policy.set']],
      orderBy: [['__name__', 'asc']],
      limit: PAGE,
      ...after,
    }),
  );
  for await (const { data } of proposals) {
    const proposal = proposalSchema.safeParse(data).data;
    if (proposal?.change.kind !== 'policy.set' || proposal.state !== 'applied') continue;
    const { policyId, policy } = proposal.change;
    if (!current.path.endsWith(`/${policyId}`)) continue;
    const { createdAt } = current.data;
    const texts: unknown[] = [];
    if (proposal.baseVersion === version) texts.push(JSON.parse(proposal.before));
    if ((proposal.baseVersion ?? 0) === version - 1) texts.push({ ...policy, id: policyId, createdAt, version });
    for (const text of texts) found.push({ ...current, data: text as Document['data'] });
  }
  return found;
}

async function collectAccounts(source: Source, contents: Contents, ids: ReadonlySet<string>): Promise<void> {
  const found = await source.db.getAll([...ids].map((id) => paths.account(source.orgId, id)));
  for (const account of found) if (account !== null) place(contents.ledger, account, source.ledger);
}

/** A document that is not a run's own, with the one event that left it so. */
async function collectWithEvent(source: Source, contents: Contents, document: Document): Promise<void> {
  const event = await eventThatLeft(source.db, source.orgId, auditSubject(document.path, document.data));
  const seq = event === null ? source.audit : Number(event.data['seq']);
  if (seq >= source.audit && source.strict) throw changedMeanwhile(subjectPath(document.path));
  if (event !== null) place(contents.audit, event, source.audit);
  keep(contents, document);
}

function keep(contents: Contents, document: Stored): void {
  contents.documents.set(document.path, document);
}

/** What a document shows: all but its personal fields, and the opening of the commitment that stands for them. */
export function withoutPersonal({ path, data }: Stored): {
  document: Record<string, unknown>;
  opening: RecordOf<'opening'> | null;
} {
  if (!('commitment' in data)) return { document: data, opening: null };
  const document = Object.fromEntries(Object.entries(data).filter(([field]) => !PERSONAL_FIELDS.includes(field)));
  const salt = typeof data['salt'] === 'string' ? data['salt'] : '';
  const value = 'comment' in data ? { comment: data['comment'] } : { name: data['name'], email: data['email'] };
  const opening = { record: 'opening', of: subjectPath(path), field: '*' } as const;
  return { document, opening: salt === '' ? { ...opening, value: null, salt: '' } : { ...opening, value, salt } };
}
