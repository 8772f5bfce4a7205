import { executionVersion } from '@countersign/domain/audit/event';
import { restorationOf, type Restoration } from '@countersign/domain/audit/restorations';
import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import type { Version } from '../streams/verify/document-history.ts';
import { rootsIn } from '../streams/verify/outcome-history.ts';

/** What the log tells of one document so far: all versions below `next`, each once. */
interface Told {
  readonly next: number;
  readonly last: Version | null;
  /** Versions beyond a gap: two commits can reach the log in another order than they were made in. */
  readonly ahead: readonly Version[];
  /** Told a second time. */
  readonly twice: Version | null;
}

interface Root {
  readonly version: number;
  readonly seq: number;
  readonly root: string;
}

const NOTHING: Told = { next: 1, last: null, ahead: [], twice: null };
/** More at once than any order of commits makes. */
const MAX_AHEAD = 50;
/** Entries in a piece of the notes: some 600 kB. */
const PIECE = 2_500;

/**
 * What the first `upTo` events of the audit log come to: the version and content of every document that they name, and the
 * hash of every page's outcomes. It is a fact about the beginning of a log that only grows, so an older one is not wrong,
 * only older.
 */
export class History {
  upTo: number;
  /** From this event on, each has the list of documents that it is found by; null before the first. */
  listedFrom: number | null;
  readonly restorations: Restoration[];
  readonly #told: Map<string, Told>;
  readonly #roots: Map<string, Root>;
  #order: readonly string[] = [];
  /** Events that are committed and have no place yet. */
  #waiting: readonly AuditEventBody[] = [];

  constructor(
    upTo = 0,
    listedFrom: number | null = null,
    restorations: readonly Restoration[] = [],
    told = new Map<string, Told>(),
    roots = new Map<string, Root>(),
  ) {
    this.upTo = upTo;
    this.listedFrom = listedFrom;
    this.restorations = [...restorations];
    this.#told = told;
    this.#roots = roots;
  }

  get documents(): number {
    return this.#told.size;
  }

  /** The event at place `seq`. */
  note(seq: number, body: AuditEventBody): void {
    for (const { path, ...version } of versionsIn(body))
      this.#told.set(path, withVersion(this.#told.get(path) ?? NOTHING, version));
    for (const [key, root] of rootsIn(body)) this.#roots.set(key, later(this.#roots.get(key), seq, body, root));
    const restoration = restorationOf(body);
    if (restoration !== null) this.restorations.push(restoration);
  }

  /** Those that wait for a place, read before what has places: one that got its place meanwhile is in both. */
  setWaiting(bodies: readonly AuditEventBody[]): void {
    this.#waiting = bodies;
  }

  /** Paths below the organization, from the one at `start` on, in the order in which the log told of them. */
  paths(start: number, limit: number): string[] {
    // Entries are only added, and keep their order.
    if (this.#order.length < this.#told.size) this.#order = [...this.#told.keys()];
    return this.#order.slice(start, start + limit);
  }

  /** What the log and what waits for it tell of a document; null when nothing. */
  of(path: string): Told | null {
    let told = this.#told.get(path) ?? null;
    for (const body of this.#waiting)
      for (const version of versionsIn(body))
        if (version.path === path && !isTold(told, version)) told = withVersion(told ?? NOTHING, version);
    return told;
  }

  rootOf(executionId: string, index: number): string | null {
    const key = `${executionId}/${index}`;
    let known = this.#roots.get(key);
    for (const body of this.#waiting)
      for (const [one, root] of rootsIn(body)) if (one === key) known = later(known, Infinity, body, root);
    return known?.root ?? null;
  }

  /** Pieces of text that most turns leave as they are: entries keep their order. */
  *toPieces(): Generator<string> {
    yield* pieces([...this.#told], 'told');
    yield* pieces([...this.#roots], 'roots');
  }

  static fromPieces(
    { upTo, listedFrom, restorations }: Pick<History, 'upTo' | 'listedFrom' | 'restorations'>,
    texts: readonly string[],
  ): History {
    const told: [string, Told][] = [];
    const roots: [string, Root][] = [];
    for (const text of texts) {
      const piece = JSON.parse(text) as { told?: [string, Told][]; roots?: [string, Root][] };
      for (const one of piece.told ?? []) told.push(one);
      for (const one of piece.roots ?? []) roots.push(one);
    }
    return new History(upTo, listedFrom, restorations, new Map(told), new Map(roots));
  }
}

function* pieces(entries: readonly unknown[], name: string): Generator<string> {
  for (let start = 0; start < entries.length; start += PIECE)
    yield JSON.stringify({ [name]: entries.slice(start, start + PIECE) });
}

function versionsIn({ id: eventId, subjects }: AuditEventBody): (Version & { readonly path: string })[] {
  return subjects.map(({ path, version, contentHash }) => ({ path, version, contentHash, eventId }));
}

function isTold(told: Told | null, { version, eventId }: Version): boolean {
  if (told === null) return false;
  return told.ahead.some((one) => one.eventId === eventId) || told.last?.eventId === eventId || version < told.next - 1;
}

function withVersion(told: Told, version: Version): Told {
  if (version.version < told.next || told.ahead.some((one) => one.version === version.version))
    return { ...told, twice: told.twice ?? version };
  if (version.version > told.next)
    return told.ahead.length === MAX_AHEAD ? told : { ...told, ahead: [...told.ahead, version] };
  const following = told.ahead.toSorted((a, b) => a.version - b.version);
  let [next, last] = [told.next + 1, version];
  while (following[0]?.version === next) {
    last = following.shift() as Version;
    next += 1;
  }
  return { ...told, next, last, ahead: following };
}

/** The newest hash of a page's outcomes: by the run's version, then by place in the log. */
function later(known: Root | undefined, seq: number, body: AuditEventBody, root: string): Root {
  const version = executionVersion(body);
  const newer = known === undefined || version > known.version || (version === known.version && seq >= known.seq);
  return newer ? { version, seq, root } : known;
}
