import { commitment } from '@countersign/domain/audit/event';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { LookupCheck } from '@countersign/domain/audit/lookup';
import { type Hash } from '@countersign/domain/audit/merkle';
import { restorationOf, type Restoration } from '@countersign/domain/audit/restorations';
import { TILE_WIDTH, unpackHashes } from '@countersign/domain/audit/tiles';
import { AppError } from '@countersign/domain/errors';
import { accountLeaf, journalLeaf, periodLeaf } from '@countersign/domain/ledger/leaf';
import { type AuditEventBody, auditEventSchema, auditPersonalSchema } from '@countersign/domain/schemas/audit';
import { accountSchema } from '@countersign/domain/schemas/account';
import { journalSchema } from '@countersign/domain/schemas/journal';
import { periodSchema } from '@countersign/domain/schemas/period';
import { streamHeadSchema, tileSchema, type StreamHead, type StreamName } from '@countersign/domain/schemas/stream';
import type { ZodType } from 'zod';
import { DocumentVersions } from './document-versions.ts';
import { type Finding, Findings } from './findings.ts';
import { outsideRoots, storedRoots, type Trust } from './known-roots.ts';
import { LeafList } from './leaf-list.ts';
import type { LogSource, Pages } from './log-source.ts';
import { checkTree, type TreeResult, type Witnessed } from './tree-check.ts';

/** What a browser reads in minutes. Above it, `npm run verify` is the tool. */
export const MAX_RECORDS = 200_000;
/** An event that is committed and has no place yet gets one within seconds. */
const SETTLE_MS = 3000;

/** Where a stream stood when this browser checked it before. */
export type Remembered = Readonly<Record<StreamName, { readonly size: number; readonly root: Hash } | null>>;

export interface VerifyRequest extends Trust {
  /** Checkpoints from outside the database. */
  readonly notes: readonly string[];
  readonly remembered: Remembered;
  readonly onProgress: (progress: Progress) => void;
  /** Between two parts of the work; it throws when the check was cancelled. */
  readonly pause: (ms?: number) => Promise<void>;
}

export interface Progress {
  readonly name: StreamName;
  readonly done: number;
  readonly of: number;
}

export interface StreamResult extends TreeResult {
  readonly name: StreamName;
  readonly size: number;
  /** Why it was not looked at; null when it was. */
  readonly skipped: string | null;
}

export interface VerifyResult {
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly first: Finding | null;
  readonly audit: StreamResult;
  readonly ledger: StreamResult;
  readonly documents: number;
  /** Events whose personal values were compared with their commitments. */
  readonly personal: number;
}

/**
 * Recompute both streams from what the database holds, and compare. It reads and writes nothing else.
 * @throws AppError `limit_exceeded` when there are more events than a browser should read; what `pause` throws
 */
export async function verifyLog(source: LogSource, request: VerifyRequest): Promise<VerifyResult> {
  const findings = new Findings();
  // Before the head: what was signed before it was read covers no more than it.
  const stored = await storedRoots(source, 'audit', request, findings);
  const auditHead = await headOf(source, 'audit', findings);
  if (auditHead.size > MAX_RECORDS)
    throw new AppError(
      'limit_exceeded',
      `This log has ${auditHead.size.toLocaleString('en')} events, more than ${MAX_RECORDS.toLocaleString('en')}: use npm run verify.`,
    );
  const leaves = new LeafList('audit', auditHead.size, findings);
  const log = await readEvents(source, auditHead, leaves, findings, request);
  const personal = await checkPersonal(source, log.commitments, findings, request);
  const { restorations } = log;
  const audit = await checkStream(source, auditHead, leaves, stored, restorations, findings, request);
  await checkEnd(source, findings);
  const ledger = await checkLedger(source, restorations, findings, request);
  return {
    findings: findings.kept,
    findingCount: findings.count,
    first: findings.first,
    audit,
    ledger,
    documents: log.versions.documents,
    personal,
  };
}

async function headOf(source: LogSource, name: StreamName, findings: Findings): Promise<StreamHead> {
  const data = await source.head(name);
  const parsed = streamHeadSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  // A stream that nothing was written to has none.
  const message = data === null ? 'is not there, so nothing can be compared with it' : 'is not as a head must be';
  findings.add({ stream: name, where: 'its head', seq: null, message });
  throw new AppError('failed_precondition', `The head of the ${name} stream ${message}.`);
}

interface ReadLog {
  readonly versions: DocumentVersions;
  readonly commitments: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly restorations: readonly Restoration[];
}

async function readEvents(
  source: LogSource,
  { size }: StreamHead,
  leaves: LeafList,
  findings: Findings,
  { onProgress, pause }: VerifyRequest,
): Promise<ReadLog> {
  const versions = new DocumentVersions();
  const lookups = new LookupCheck();
  const commitments = new Map<string, Readonly<Record<string, string>>>();
  const restorations: Restoration[] = [];
  let upTo = 0;
  const note = (seq: number, body: AuditEventBody): void => {
    upTo = Math.max(upTo, seq + 1);
    versions.note(seq, body);
    if (Object.keys(body.commitments).length > 0) commitments.set(body.id, body.commitments);
    const restoration = restorationOf(body);
    if (restoration !== null) restorations.push(restoration);
  };
  const read = async (from: number): Promise<void> => {
    for await (const page of source.events(from)) {
      for (const { id, data } of page) {
        const where = `event ${id}`;
        const parsed = auditEventSchema.safeParse(data);
        if (!parsed.success) {
          const seq = seqIn(data);
          findings.add({ stream: 'audit', where, seq, message: 'does not have the form of an event' });
          if (seq !== null) leaves.placeUnreadable(seq, where);
          continue;
        }
        const { seq, body } = parsed.data;
        if (body.id !== id) findings.add({ stream: 'audit', where, seq, message: `calls itself ${body.id}` });
        leaves.place(seq, auditLeaf(parsed.data), where);
        const hidden = lookups.note(parsed.data);
        if (hidden !== null) findings.add({ stream: 'audit', where, seq, message: hidden });
        note(seq, body);
      }
      onProgress({ name: 'audit', done: Math.min(upTo, size), of: size });
      await pause();
    }
  };
  await read(0);
  if (versions.hasGaps) {
    // It may be an event that was committed and has no place yet: it has one now.
    await pause(SETTLE_MS);
    await read(Math.max(upTo, size));
  }
  versions.report(findings);
  for (const seq of lookups.hidden) {
    const message = 'names no documents to be found by, as others before it do';
    findings.add({ stream: 'audit', where: leaves.ownerOf(seq), seq, message });
  }
  return { versions, commitments, restorations };
}

const seqIn = (data: unknown): number | null =>
  typeof data === 'object' && data !== null && 'seq' in data && typeof data.seq === 'number' ? data.seq : null;

/** Values may be erased; what is there must be what was committed to. */
async function checkPersonal(
  source: LogSource,
  commitments: ReadLog['commitments'],
  findings: Findings,
  { pause }: VerifyRequest,
): Promise<number> {
  let checked = 0;
  for await (const page of source.personal()) {
    for (const { id, data } of page) {
      const committed = commitments.get(id);
      const parsed = auditPersonalSchema.safeParse(data);
      // Of an event that came in while this was read.
      if (committed === undefined) continue;
      checked += 1;
      const values = parsed.success ? Object.entries(parsed.data.values) : [];
      const wrong = values.filter(([field, { value, salt }]) => committed[field] !== commitment(salt, value));
      for (const [field] of wrong) {
        const message = `${field} is not the value that its event committed to`;
        findings.add({ stream: 'audit', where: `personal values of event ${id}`, seq: null, message });
      }
      if (!parsed.success)
        findings.add({
          stream: 'audit',
          where: `personal values of event ${id}`,
          seq: null,
          message: 'have another form',
        });
    }
    await pause();
  }
  return checked;
}

async function checkStream(
  source: LogSource,
  head: StreamHead,
  leaves: LeafList,
  stored: readonly Witnessed[],
  restorations: readonly Restoration[],
  findings: Findings,
  request: VerifyRequest,
): Promise<StreamResult> {
  const { name, size } = head;
  const seen = request.remembered[name];
  const witnessed: Witnessed[] = [
    ...stored,
    ...(await outsideRoots(request.notes, name, request, findings)),
    ...(seen === null
      ? []
      : [{ ...seen, epoch: 0, origin: 'remembered' as const, where: 'what this browser saw before' }]),
  ];
  const recorded = tilesOf(source, name, size, request);
  const tree = await checkTree(head, leaves, recorded, witnessed, restorations, findings, () => request.pause());
  return { name, size, skipped: null, ...tree };
}

/** Leaf hashes as they were recorded. */
async function* tilesOf(
  source: LogSource,
  name: StreamName,
  size: number,
  { pause }: VerifyRequest,
): AsyncGenerator<readonly Hash[]> {
  for await (const page of source.tiles(name, Math.ceil(size / TILE_WIDTH))) {
    for (const { data } of page) {
      const parsed = tileSchema.safeParse(data);
      yield parsed.success ? unpackHashes(parsed.data.hashes) : [];
    }
    await pause();
  }
}

/** An event that lies behind the end was put there beside the writer. The event is read first: the end only moves on. */
async function checkEnd(source: LogSource, findings: Findings): Promise<void> {
  const newest = await source.newestEvent();
  const head = streamHeadSchema.safeParse(await source.head('audit'));
  const seq = seqIn(newest?.data);
  if (newest === null || seq === null || !head.success || seq < head.data.size) return;
  const message = `claims place ${seq} of a log that ends at ${head.data.size}: it was added beside the writer, or the end was moved back`;
  findings.add({ stream: 'audit', where: `event ${newest.id}`, seq, message });
}

async function checkLedger(
  source: LogSource,
  restorations: readonly Restoration[],
  findings: Findings,
  request: VerifyRequest,
): Promise<StreamResult> {
  const nothing = { name: 'ledger', root: null, held: 0, vouchedSize: 0, sealedSize: 0 } as const;
  if ((await source.head('ledger')) === null && request.remembered.ledger === null)
    return { ...nothing, size: 0, skipped: 'nothing was ever booked' };
  const stored = await storedRoots(source, 'ledger', request, findings);
  const head = await headOf(source, 'ledger', findings);
  const { size } = head;
  if (size > MAX_RECORDS)
    return { ...nothing, size, skipped: `${size.toLocaleString('en')} records are too many for a browser` };
  const leaves = new LeafList('ledger', size, findings);
  const read = async <T>(
    collection: 'accounts' | 'periods' | 'journals',
    schema: ZodType<T>,
    place: (document: T, where: string) => void,
  ): Promise<void> => {
    const pages: Pages = source.ledger(collection);
    for await (const page of pages) {
      for (const { id, data } of page) {
        const where = `${collection}/${id}`;
        const parsed = schema.safeParse(data);
        if (parsed.success) place(parsed.data, where);
        else findings.add({ stream: 'ledger', where, seq: null, message: 'does not have the form that it must have' });
      }
      request.onProgress({ name: 'ledger', done: Math.min(leaves.count, size), of: size });
      await request.pause();
    }
  };
  await read('accounts', accountSchema, (account, where) => {
    leaves.place(account.seq, accountLeaf(account, 0), where);
    account.changes.forEach(({ seq }, index) => leaves.place(seq, accountLeaf(account, index + 1), where));
  });
  await read('periods', periodSchema, (period, where) =>
    period.steps.forEach(({ seq }, index) => leaves.place(seq, periodLeaf(period, index), where)),
  );
  await read('journals', journalSchema, (journal, where) =>
    journal.steps.forEach(({ seq }, index) => leaves.place(seq, journalLeaf(journal, index), where)),
  );
  return checkStream(source, head, leaves, stored, restorations, findings, request);
}
