import { executionVersion } from '@countersign/domain/audit/event';
import { digestOf } from '@countersign/domain/hash';
import { pageHash } from '@countersign/domain/plan/digest';
import { paths } from '@countersign/domain/paths';
import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import { pageOutcomesSchema, pageSchema, type Outcome } from '@countersign/domain/schemas/effect';
import { executionSchema, type Execution } from '@countersign/domain/schemas/execution';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import type { Database, Stored } from '../../store/database.ts';
import type { Findings } from './findings.ts';
import { readPages } from './read-pages.ts';

const PAGES_A_READ = 20;

/**
 * What became of the effects of each page: the events have the hash of its outcomes, the signed plan that of its effects,
 * and the ledger what was booked. Pages and outcomes have no versions of their own; this is what holds them.
 */
export class OutcomeHistory {
  /** By execution and page: the newest hash, and when it came to be: by the execution's version, then by place in the log. */
  readonly #roots = new Map<string, { readonly version: number; readonly seq: number; readonly root: string }>();

  /** @param seq `Infinity` for one that waits for its place */
  note(seq: number, body: AuditEventBody): void {
    for (const [key, root] of rootsIn(body)) this.#newest(key, executionVersion(body), seq, root);
  }

  #newest(key: string, version: number, seq: number, root: string): void {
    const known = this.#roots.get(key);
    const later = known === undefined || version > known.version || (version === known.version && seq >= known.seq);
    if (later) this.#roots.set(key, { version, seq, root });
  }

  /**
   * @param settled whether nothing waits for the ledger's writer: only then can its journals be held against the outcomes
   * @returns how many pages were compared
   */
  async check(db: Database, orgId: string, settled: boolean, findings: Findings): Promise<number> {
    let pages = 0;
    for await (const { data } of readPages(db, paths.executions(orgId))) {
      const execution = executionSchema.safeParse(data).data;
      if (execution?.plan != null) pages += await this.#checkExecution(db, orgId, execution, settled, findings);
    }
    for (const key of this.#roots.keys()) {
      const [executionId = '', index = ''] = key.split('/');
      const where = `${paths.execution(orgId, executionId)} page ${index}`;
      findings.add('document', where, 'was settled, and its outcomes are gone');
    }
    return pages;
  }

  async #checkExecution(
    db: Database,
    orgId: string,
    { id, plan }: Execution,
    settled: boolean,
    findings: Findings,
  ): Promise<number> {
    const hashes = plan?.pageHashes ?? [];
    const attempt = plan?.attempt ?? 0;
    for (let start = 0; start < hashes.length; start += PAGES_A_READ) {
      const indexes = hashes.slice(start, start + PAGES_A_READ).map((_, offset) => start + offset);
      const [pages, outcomes] = await Promise.all([
        db.getAll(indexes.map((index) => paths.page(orgId, id, attempt, index))),
        db.getAll(indexes.map((index) => paths.outcome(orgId, id, attempt, index))),
      ]);
      for (const [at, index] of indexes.entries()) {
        const where = paths.page(orgId, id, attempt, index);
        const effects = pageSchema.safeParse(pages[at]?.data).data?.effects;
        if (effects === undefined || pageHash(index, effects) !== hashes[index])
          findings.add('document', where, 'is not the page that the plan was made of: it was changed without an event');
        await this.#checkOutcomes(db, orgId, id, index, outcomes[at] ?? null, settled, findings);
      }
    }
    return hashes.length;
  }

  async #checkOutcomes(
    db: Database,
    orgId: string,
    executionId: string,
    index: number,
    stored: Stored | null,
    settled: boolean,
    findings: Findings,
  ): Promise<void> {
    const key = `${executionId}/${index}`;
    const root = this.#roots.get(key)?.root;
    const page = pageOutcomesSchema.safeParse(stored?.data).data;
    if (page?.state !== 'settled') return;
    this.#roots.delete(key);
    const where = stored?.path ?? '';
    const found = outcomesHash(index, page.outcomes);
    if (root === undefined) findings.add('document', where, 'has outcomes, and no event says that it was settled');
    else if (root !== found)
      findings.add('document', where, 'is not what its last event left: it was changed without one');
    else if (settled) await checkJournals(db, orgId, where, page.outcomes, findings);
  }
}

/** The hashes of pages' outcomes that an event tells, by execution and page. */
export function rootsIn({ executionId, type, data }: AuditEventBody): [key: string, root: string][] {
  if (executionId === null) return [];
  const roots: [string, string][] = [];
  if (type === 'execution.page_settled')
    roots.push([`${executionId}/${Number(data['page']) - 1}`, data['outcomesRoot'] ?? '']);
  for (const [name, root] of Object.entries(data)) {
    const [, index] = /^outcomesRoot\.(\d+)$/.exec(name) ?? [];
    if (index !== undefined) roots.push([`${executionId}/${index}`, root]);
  }
  return roots;
}

export const outcomesHash = (index: number, outcomes: readonly Outcome[]): string =>
  digestOf('countersign/page-outcomes', 1, { index, outcomes });

async function checkJournals(
  db: Database,
  orgId: string,
  where: string,
  outcomes: readonly Outcome[],
  findings: Findings,
): Promise<void> {
  const booked = outcomes.filter(({ journalId }) => journalId !== null);
  const stored = await db.getAll(booked.map(({ journalId }) => paths.journal(orgId, journalId ?? '')));
  booked.forEach((outcome, at) => {
    const wrong = wrongInBooking(outcome, journalSchema.safeParse(stored[at]?.data).data ?? null);
    if (wrong !== null) findings.add('journal', paths.journal(orgId, outcome.journalId ?? ''), `${wrong} (${where})`);
  });
}

/** What does not fit between an outcome and its journal, or null. */
export function wrongInBooking({ status, key }: Outcome, journal: Journal | null): string | null {
  const isBooked =
    journal !== null && (journal.state === 'posted' || journal.revivedBy !== null) && journal.reversedBy === null;
  const isOpen = journal?.state === 'pending';
  if (status === 'succeeded' && !isBooked) return `effect ${key} succeeded, and it is not posted`;
  if (status === 'failed' && (isBooked || isOpen)) return `effect ${key} failed, and it is ${journal?.state}`;
  if (status === 'unknown' && !isOpen) return `nobody knows of effect ${key}, and it is ${journal?.state ?? 'missing'}`;
  return null;
}
