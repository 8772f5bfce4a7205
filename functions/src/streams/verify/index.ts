import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../../store/database.ts';
import { checkAudit, type AuditCounts } from './audit-checks.ts';
import { DocumentHistory } from './document-history.ts';
import { Findings, type Finding } from './findings.ts';
import { LeafBook } from './leaf-book.ts';
import { checkLedger, type LedgerCounts } from './ledger-checks.ts';
import { OutcomeHistory } from './outcome-history.ts';
import { readPages } from './read-pages.ts';
import { checkTree, readHead, type TreeReport } from './tree-checks.ts';

export type { Finding, FindingCheck } from './findings.ts';

export interface VerifyOptions {
  /** Published notes of this organization, from outside the database; null when there are none at hand. */
  readonly checkpoints: readonly string[] | null;
  /** 32 raw bytes, from outside the database too. */
  readonly publicKey: Uint8Array | null;
}

export interface Report {
  readonly ok: boolean;
  readonly orgId: string;
  /** The first hundred things that do not hold. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly ledger: TreeReport & LedgerCounts & { readonly waiting: number };
  readonly audit: TreeReport &
    AuditCounts & { readonly documents: number; readonly pages: number; readonly waiting: number };
}

const MAX_READINGS = 5;
const PAUSE_MS = 400;

/**
 * Read all of an organization's streams, documents and balances, recompute what can be computed, and compare. It writes
 * nothing. While the organization is at work, what is read does not fit together; then it reads again.
 * @throws AppError `unavailable` when the streams never stood still
 */
export async function verifyOrganization(db: Database, orgId: string, options: VerifyOptions): Promise<Report> {
  for (let reading = 1; ; reading += 1) {
    const before = await standing(db, orgId);
    const report = await verifyOnce(db, orgId, options);
    if (report.ok || before === (await standing(db, orgId))) return report;
    if (reading === MAX_READINGS)
      throw new AppError('unavailable', `${orgId} is at work; verify it when it is quiet`, { retryable: true });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function verifyOnce(db: Database, orgId: string, options: VerifyOptions): Promise<Report> {
  const findings = new Findings();
  const published = { notes: options.checkpoints, publicKey: options.publicKey };

  const ledgerHead = await readHead(db, orgId, 'ledger', findings);
  const ledgerLeaves = new LeafBook(ledgerHead.size, findings);
  const ledger = await checkLedger(db, orgId, ledgerLeaves, findings);

  const auditHead = await readHead(db, orgId, 'audit', findings);
  const auditLeaves = new LeafBook(auditHead.size, findings);
  const [history, outcomes] = [new DocumentHistory(), new OutcomeHistory()];
  const audit = await checkAudit(db, orgId, auditLeaves, history, outcomes, findings);
  const { restorations } = audit;
  const ledgerTree = await checkTree(db, orgId, ledgerHead, ledgerLeaves, { ...published, restorations }, findings);
  const auditTree = await checkTree(db, orgId, auditHead, auditLeaves, { ...published, restorations }, findings);
  const documents = await history.check(db, orgId, findings);
  const waiting = (await inboxIds(db, orgId, 'ledger')).length;
  const pages = await outcomes.check(db, orgId, waiting === 0, findings);

  return {
    ok: findings.count === 0,
    orgId,
    findings: findings.kept,
    findingCount: findings.count,
    ledger: { ...ledgerTree, ...ledger, waiting },
    audit: { ...auditTree, ...audit, documents, pages, waiting: (await inboxIds(db, orgId, 'audit')).length },
  };
}

/** Changes whenever something enters or leaves a stream. */
async function standing(db: Database, orgId: string): Promise<string> {
  const names: StreamName[] = ['ledger', 'audit'];
  const heads = await db.getAll(names.map((name) => paths.streamHead(orgId, name)));
  const inboxes = await Promise.all(names.map((name) => inboxIds(db, orgId, name)));
  return JSON.stringify([heads.map((head) => head?.updateTime ?? null), inboxes]);
}

async function inboxIds(db: Database, orgId: string, name: StreamName): Promise<string[]> {
  const ids: string[] = [];
  for await (const { path } of readPages(db, paths.inboxes(orgId, name))) ids.push(path);
  return ids;
}
