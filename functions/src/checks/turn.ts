import { paths } from '@countersign/domain/paths';
import { accountSchema, type Account } from '@countersign/domain/schemas/account';
import { auditEventSchema } from '@countersign/domain/schemas/audit';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import type { StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import type { z } from 'zod';
import type { Database, Stored } from '../store/database.ts';
import type { SealDeps } from '../streams/ports.ts';
import { readWaiting } from '../streams/verify/audit-checks.ts';
import { Findings } from '../streams/verify/findings.ts';
import { idOf } from '../streams/verify/read-pages.ts';
import type { Notes } from './notes.ts';
import { Places } from './places.ts';
import { TileStore } from './tile-store.ts';

const PAGE = 500;
/** More than come between two turns of an organization at work; what is above is looked at in the cycle. */
const MAX_FRESH = 5_000;

export interface Budget {
  /** Documents that a turn reads, about. */
  readonly reads: number;
  readonly ms: number;
}

/** One turn of the check: what it reads with, what it has found, and how much it may still read. */
export class Turn {
  readonly db: Database;
  readonly orgId: string;
  readonly streams: SealDeps;
  readonly notes: Notes;
  readonly findings = new Findings();
  readonly tiles: Readonly<Record<StreamName, TileStore>>;
  /** Documents whose events came since the last turn. */
  readonly fresh = new Set<string>();
  readonly #accounts = new Map<string, Account>();
  readonly #budget: Budget;
  readonly #startedMs = Date.now();
  reads = 0;

  constructor(streams: SealDeps, orgId: string, notes: Notes, budget: Budget) {
    this.db = counting(streams.db, (count) => (this.reads += count));
    this.streams = streams;
    this.orgId = orgId;
    this.notes = notes;
    this.#budget = budget;
    this.tiles = {
      ledger: new TileStore(this.db, orgId, 'ledger'),
      audit: new TileStore(this.db, orgId, 'audit'),
    };
  }

  spent(): boolean {
    return this.reads >= this.#budget.reads || Date.now() - this.#startedMs >= this.#budget.ms;
  }

  async headSize(name: StreamName): Promise<number> {
    return ((await this.db.get(paths.streamHead(this.orgId, name)))?.data as StreamHead | undefined)?.size ?? 0;
  }

  /**
   * All documents of a collection, by id, page by page from the cursor on, until there are no more or the turn is spent.
   * @returns where to go on; null at the end
   */
  async walk(
    collection: string,
    cursor: string | null,
    look: (docs: readonly Stored[]) => Promise<void>,
    page = PAGE,
  ): Promise<string | null> {
    let after = cursor;
    do {
      const docs: Stored[] = await this.db.query({
        collection,
        orderBy: [['__name__', 'asc']],
        limit: page,
        ...(after === null ? {} : { startAfter: [after] }),
      });
      await look(docs);
      if (docs.length < page) return null;
      after = idOf((docs.at(-1) as Stored).path);
    } while (!this.spent());
    return after;
  }

  /** Parsed; what has not the shape of its kind is found, and left out. */
  parse<T>(docs: readonly Stored[], schema: z.ZodType<T>): { id: string; path: string; data: T }[] {
    return docs.flatMap(({ path, data }) => {
      const parsed = schema.safeParse(data);
      if (parsed.success) return [{ id: idOf(path), path, data: parsed.data }];
      const [issue] = parsed.error.issues;
      this.findings.add(
        'shape',
        path,
        `is not as such a document must be: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      );
      return [];
    });
  }

  /** Accounts with all that lie above them, as far as they are there. */
  async accounts(ids: Iterable<string>): Promise<ReadonlyMap<string, Account>> {
    const wanted = [...new Set(ids)];
    await this.#load(wanted);
    await this.#load(wanted.flatMap((id) => this.#accounts.get(id)?.path ?? []));
    return this.#accounts;
  }

  async #load(ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#accounts.has(id));
    if (missing.length === 0) return;
    const stored = await this.db.getAll(missing.map((id) => paths.account(this.orgId, id)));
    for (const [index, id] of missing.entries()) {
      const account = accountSchema.safeParse(stored[index]?.data).data;
      if (account !== undefined) this.#accounts.set(id, account);
    }
  }

  /**
   * Go on in the audit log to where it ends now, or, if asked to, until the turn is spent.
   * @returns whether the end was reached
   */
  async follow(untilSpent: boolean): Promise<boolean> {
    const { history } = this.notes;
    // What waits first: what gets its place meanwhile is then told by both, and nothing by neither.
    const waiting = await readWaiting(this.db, this.orgId, 'audit', this.findings);
    const size = await this.headSize('audit');
    const places = new Places(this, 'audit', null);
    while (history.upTo < size) {
      if (untilSpent && this.spent()) return false;
      const docs = await this.db.query({
        collection: paths.audit(this.orgId),
        orderBy: [['seq', 'asc']],
        limit: PAGE,
        ...(history.upTo === 0 ? {} : { startAfter: [history.upTo - 1] }),
      });
      const before = history.upTo;
      for (const { path, data } of this.parse(docs, auditEventSchema)) {
        if (data.seq < history.upTo || data.seq >= size) continue;
        this.#gap(history.upTo, data.seq);
        places.add(data.seq, auditLeaf(data), path);
        history.note(data.seq, data.body);
        if (data.documents !== undefined) history.listedFrom ??= data.seq;
        for (const subject of data.body.subjects) if (this.fresh.size < MAX_FRESH) this.fresh.add(subject.path);
        history.upTo = data.seq + 1;
      }
      await places.flush();
      // A page of what can't be read is a gap as well.
      if (docs.length === PAGE && history.upTo > before) continue;
      this.#gap(history.upTo, size);
      history.upTo = size;
    }
    history.setWaiting(waiting);
    return true;
  }

  #gap(from: number, to: number): void {
    if (from === to) return;
    const which = from === to - 1 ? `leaf ${from}` : `leaves ${from} to ${to - 1}`;
    this.findings.add('leaf', `audit ${which}`, 'no document has this place: it was deleted or moved');
  }
}

function counting(db: Database, count: (reads: number) => void): Database {
  const query = db.query.bind(db);
  return {
    ...db,
    get: (path) => (count(1), db.get(path)),
    getAll: (all) => (count(all.length), db.getAll(all)),
    query: async (asked) => {
      const found = await query(asked);
      count(Math.max(1, found.length));
      return found;
    },
  };
}
