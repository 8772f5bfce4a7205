import { fromBase64, toBase64 } from '@countersign/domain/audit/checkpoint';
import { canonicalJson, sha256Hex } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { StreamName } from '@countersign/domain/schemas/stream';
import * as z from 'zod';
import type { Database, Write } from '../store/database.ts';
import { ed25519Verify } from '../streams/ed25519.ts';
import type { Signer } from '../streams/ports.ts';
import type { Finding } from '../streams/verify/findings.ts';
import { BalanceRows } from './balance-rows.ts';
import { History } from './history.ts';
import { Marks } from './marks.ts';

/** A walk over everything there was when it began. */
export interface Cycle {
  readonly number: number;
  readonly startedAt: string;
  /** Leaves that it must find a document for. */
  readonly sizes: Readonly<Record<StreamName, number>>;
  readonly marks: Readonly<Record<StreamName, Marks>>;
  rows: BalanceRows;
  /** Index into the list of passes, and where this one has come to; null at its beginning. */
  pass: number;
  cursor: string | null;
  turns: number;
  /** Documents that were read for it, and how long that took. */
  reads: number;
  ms: number;
  findings: Finding[];
  findingCount: number;
}

export interface EndedCycle {
  readonly number: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly turns: number;
  readonly reads: number;
  readonly ms: number;
  readonly findings: readonly Finding[];
  readonly findingCount: number;
}

/** What the check knows from one turn to the next. */
export interface Notes {
  turn: number;
  history: History;
  /** The size that each stream had at the last turn. */
  seen: Record<StreamName, number>;
  /** Leaves of the ledger whose documents were looked at as they came; older ones are for the cycle. */
  followed: number;
  cycle: Cycle | null;
  ended: EndedCycle | null;
}

export const firstNotes = (seen: Record<StreamName, number>): Notes => ({
  turn: 0,
  history: new History(),
  seen,
  followed: seen.ledger,
  cycle: null,
  ended: null,
});

/** Text of a piece, in bytes; a document takes some more. */
const MAX_PIECE = 700_000;
/** Documents that one commit writes or deletes, of up to so much each. */
const PIECES_A_COMMIT = 10;
const MANIFEST = 'manifest';

const manifestSchema = z.strictObject({
  body: z.string(),
  /** Base64 of the checkpoint key's signature over `signedText`. */
  signature: z.string(),
});

interface Body {
  readonly core: Omit<Notes, 'history' | 'cycle'> & {
    readonly history: Pick<History, 'upTo' | 'listedFrom' | 'restorations'>;
    readonly cycle: Omit<Cycle, 'marks' | 'rows'> | null;
  };
  /** By name, the hashes of the pieces, which are the ids of their documents. */
  readonly pieces: Readonly<Record<'history' | 'ledger' | 'audit' | 'rows', readonly string[]>>;
}

/** No checkpoint begins like this, so a signature of one is never one of the other. */
const signedText = (orgId: string, body: string): Uint8Array =>
  new TextEncoder().encode(`countersign notes of the continuous check\n${orgId}\n${sha256Hex(body)}\n`);

/** The notes, or why they are not to be believed; null when there are none. */
export async function loadNotes(db: Database, signer: Signer, orgId: string): Promise<Notes | string | null> {
  const stored = await db.get(paths.checkNote(orgId, MANIFEST));
  if (stored === null) return null;
  const manifest = manifestSchema.safeParse(stored.data).data;
  if (manifest === undefined) return 'they have not the shape of notes';
  const { body: text, signature } = manifest;
  const holds = await ed25519Verify(await signer.publicKey(), signedText(orgId, text), fromBase64(signature)).catch(
    () => false,
  );
  if (!holds) return 'they do not carry the signature of this platform';
  const body = JSON.parse(text) as Body;
  const pieces = await readPieces(db, orgId, Object.values(body.pieces).flat());
  if (pieces === null) return 'a piece of them is gone or was changed';
  return assemble(body, pieces);
}

async function readPieces(db: Database, orgId: string, ids: readonly string[]): Promise<Map<string, string> | null> {
  const pieces = new Map<string, string>();
  for (let start = 0; start < ids.length; start += PIECES_A_COMMIT) {
    const chunk = ids.slice(start, start + PIECES_A_COMMIT);
    const stored = await db.getAll(chunk.map((id) => paths.checkNote(orgId, id)));
    for (const [index, id] of chunk.entries()) {
      const text = stored[index]?.data['text'];
      if (typeof text !== 'string' || sha256Hex(text) !== id) return null;
      pieces.set(id, text);
    }
  }
  return pieces;
}

function assemble({ core, pieces: ids }: Body, pieces: ReadonlyMap<string, string>): Notes {
  const textsOf = (name: keyof Body['pieces']): string[] => ids[name].map((id) => pieces.get(id) ?? '');
  const cycle = core.cycle;
  return {
    ...core,
    history: History.fromPieces(core.history, textsOf('history')),
    cycle:
      cycle === null
        ? null
        : {
            ...cycle,
            marks: {
              ledger: Marks.fromText(cycle.sizes.ledger, textsOf('ledger').join('')),
              audit: Marks.fromText(cycle.sizes.audit, textsOf('audit').join('')),
            },
            rows: BalanceRows.fromJson(textsOf('rows').flatMap((text) => JSON.parse(text) as unknown[])),
          },
  };
}

/**
 * Store what has changed. Pieces go first, under their hashes, so that what a crash leaves harms nobody.
 * @param believed whether the pieces that are there are what they should be
 * @returns the writes that make them the notes: for the commit that ends the turn
 */
export async function saveNotes(
  db: Database,
  signer: Signer,
  orgId: string,
  notes: Notes,
  believed: boolean,
): Promise<Write[]> {
  const before = await db.get(paths.checkNote(orgId, MANIFEST));
  const { history, cycle, ...core } = notes;
  const texts = {
    history: [...history.toPieces()],
    ledger: cycle === null ? [] : cut(cycle.marks.ledger.toText()),
    audit: cycle === null ? [] : cut(cycle.marks.audit.toText()),
    rows: cycle === null ? [] : rowPieces(cycle.rows),
  };
  const pieces = new Map(
    Object.values(texts)
      .flat()
      .map((text) => [sha256Hex(text), text]),
  );
  const known = new Set(before === null ? [] : idsIn(String(before.data['body'])));
  await storePieces(
    db,
    orgId,
    [...pieces].filter(([id]) => !believed || !known.has(id)),
  );
  const { marks: _, rows: __, ...rest } = cycle ?? ({} as Cycle);
  const body: Body = {
    core: {
      ...core,
      history: { upTo: history.upTo, listedFrom: history.listedFrom, restorations: history.restorations },
      cycle: cycle === null ? null : rest,
    },
    pieces: {
      history: texts.history.map(sha256Hex),
      ledger: texts.ledger.map(sha256Hex),
      audit: texts.audit.map(sha256Hex),
      rows: texts.rows.map(sha256Hex),
    },
  };
  const text = canonicalJson(body);
  const signature = toBase64(await signer.sign(signedText(orgId, text)));
  return [
    { op: 'set', path: paths.checkNote(orgId, MANIFEST), data: { body: text, signature } },
    ...[...known]
      .filter((id) => !pieces.has(id))
      .map((id): Write => ({ op: 'delete', path: paths.checkNote(orgId, id) })),
  ];
}

async function storePieces(db: Database, orgId: string, pieces: readonly [string, string][]): Promise<void> {
  for (let start = 0; start < pieces.length; start += PIECES_A_COMMIT)
    await db.commit(
      pieces
        .slice(start, start + PIECES_A_COMMIT)
        .map(([id, text]): Write => ({ op: 'set', path: paths.checkNote(orgId, id), data: { text } })),
    );
}

/** The pieces that an older manifest names; none of one that cannot be read. */
function idsIn(body: string): string[] {
  try {
    return Object.values((JSON.parse(body) as Body).pieces).flat();
  } catch {
    return [];
  }
}

function cut(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; start += MAX_PIECE) pieces.push(text.slice(start, start + MAX_PIECE));
  return pieces;
}

const ROWS_A_PIECE = 3_000;

function rowPieces(rows: BalanceRows): string[] {
  const all = rows.toJson();
  const pieces: string[] = [];
  for (let start = 0; start < all.length; start += ROWS_A_PIECE)
    pieces.push(JSON.stringify(all.slice(start, start + ROWS_A_PIECE)));
  return pieces;
}
