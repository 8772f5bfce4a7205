import { leafHash, type Hash } from '../audit/merkle.ts';
import { canonicalJson, runningSha256 } from '../hash.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import type { StreamName } from '../schemas/stream.ts';
import type { RecordedRead } from '../plan/digest.ts';
import type { Findings } from './findings.ts';
import {
  PACK_FORMAT,
  PACK_VERSION,
  sortKey,
  type ConsistencyRecord,
  type DocumentRecord,
  type LeafRecord,
  type ManifestRecord,
  type OpeningRecord,
  type PackRecord,
} from './pack.ts';

/** A pack's records by kind. Nothing of it is believed yet. */
export interface Pack {
  manifest: ManifestRecord | null;
  readonly notes: Map<StreamName, string>;
  readonly consistency: ConsistencyRecord[];
  readonly documents: DocumentRecord[];
  readonly reads: Map<string, RecordedRead[]>;
  /** By execution, in order. */
  readonly pages: Map<string, (readonly Effect[])[]>;
  /** By execution, then by the page's index. */
  readonly outcomes: Map<string, Map<number, readonly Outcome[]>>;
  readonly code: Map<Hash, string | null>;
  readonly leaves: Record<StreamName, PackLeaf[]>;
  readonly openings: OpeningRecord[];
  lines: number;
}

/** A leaf with the hash that it has, or is said to have. */
export type PackLeaf = LeafRecord & { readonly found: Hash };

/** A document of the pack; of a policy, the version that a run was planned under. */
export function documentAt(pack: Pack, path: string, version?: number): DocumentRecord['document'] | undefined {
  return pack.documents.find(
    (one) => one.path === path && (version === undefined || one.document['version'] === version),
  )?.document;
}

export function documentsBelow(pack: Pack, prefix: string): DocumentRecord['document'][] {
  return pack.documents.filter((one) => one.path.startsWith(prefix)).map((one) => one.document);
}

type Form = 'text' | 'code' | 'count' | 'truth' | 'list' | 'object' | 'hash' | 'hashes' | 'stream' | 'any';

/** Every field that a record has; with any other one the line is refused, so that nothing unchecked can hide in it. */
const FORMS: Readonly<Record<PackRecord['record'], Readonly<Record<string, Form>>>> = {
  manifest: {
    format: 'text',
    version: 'count',
    organization: 'text',
    subject: 'object',
    personal: 'truth',
    publicKey: 'text',
  },
  checkpoint: { stream: 'stream', note: 'text' },
  consistency: { stream: 'stream', size: 'count', note: 'text', proof: 'hashes' },
  document: { path: 'text', document: 'object' },
  reads: { executionId: 'text', index: 'count', reads: 'list' },
  page: { executionId: 'text', index: 'count', effects: 'list' },
  outcomes: { executionId: 'text', index: 'count', outcomes: 'list' },
  code: { codeHash: 'hash', code: 'code' },
  leaf: { stream: 'stream', seq: 'count', leaf: 'object', hash: 'hash', proof: 'hashes' },
  opening: { of: 'text', field: 'text', value: 'any', salt: 'text' },
  end: { lines: 'count', sha256: 'hash' },
};

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** The proofs of leaves in a row are the same but for their first hashes: what was there just before has its form. */
function areHashes(): (value: unknown) => boolean {
  let before: readonly unknown[] = [];
  return (value) => {
    if (!Array.isArray(value) || !value.every((one, at) => one === before[at] || isHash(one))) return false;
    before = value;
    return true;
  };
}

const HAS_FORM: Readonly<Record<Form, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  code: (value) => typeof value === 'string' || value === null,
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  truth: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  hash: isHash,
  hashes: areHashes(),
  stream: (value) => value === 'audit' || value === 'ledger',
  any: (value) => value !== undefined,
};

/** What is wrong with a record's form, or null. A leaf has its text or its hash. */
function formProblem(record: Readonly<Record<string, unknown>>): string | null {
  const forms = FORMS[record['record'] as PackRecord['record']] as Readonly<Record<string, Form>> | undefined;
  if (forms === undefined) return 'is of no known kind';
  const either = record['record'] === 'leaf' ? ('leaf' in record ? 'hash' : 'leaf') : null;
  for (const [field, form] of Object.entries(forms)) {
    if (field === either ? field in record : !HAS_FORM[form](record[field])) return `has no proper ${field}`;
  }
  const more = Object.keys(record).find((field) => field !== 'record' && !(field in forms));
  return more === undefined ? null : `has a field ${more}, which no such record has`;
}

/** Read a pack: its lines, their form and order, and the sum in the last one. */
export async function readPack(chunks: AsyncIterable<Uint8Array>, findings: Findings): Promise<Pack> {
  const pack: Pack = {
    manifest: null,
    notes: new Map(),
    consistency: [],
    documents: [],
    reads: new Map(),
    pages: new Map(),
    outcomes: new Map(),
    code: new Map(),
    leaves: { audit: [], ledger: [] },
    openings: [],
    lines: 0,
  };
  const sum = runningSha256();
  let before = '';
  let ended = false;
  for await (const bytes of linesOf(chunks)) {
    const where = `line ${pack.lines + 1}`;
    const line = parseLine(bytes, where, findings);
    const record = line?.record;
    if (ended) findings.add('form', where, 'comes after the end');
    if (record?.record === 'end') {
      ended = true;
      const right = sum.hex();
      if (record.lines !== pack.lines) findings.add('truncated', where, `counts ${record.lines} lines before it`);
      else if (record.sha256 !== right) findings.add('checksum', where, 'the lines before it are not those it sums up');
    } else if (record !== undefined) {
      if (sortKey(record) <= before) findings.add('order', where, 'is doubled, or not in its place');
      before = sortKey(record);
      keep(pack, record, line?.leafText ?? null, where, findings);
    }
    sum.add(bytes);
    pack.lines += 1;
  }
  if (!ended) findings.add('truncated', `line ${pack.lines}`, 'the pack has no end: something was cut off');
  return pack;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Line {
  readonly record: PackRecord;
  /** Of a leaf, what its hash covers. */
  readonly leafText: string | null;
}

function parseLine(bytes: Uint8Array, where: string, findings: Findings): Line | null {
  try {
    if (bytes.at(-1) !== NEWLINE) throw new Error('does not end');
    const text = UTF_8.decode(bytes.subarray(0, -1));
    const record = JSON.parse(text) as Record<string, unknown>;
    const leafText = record['record'] === 'leaf' && 'leaf' in record ? canonicalJson(record['leaf']) : null;
    if (textOf(record, leafText) !== text) throw new Error('is not in the one form (RFC 8785) that a line can have');
    const problem = formProblem(record);
    if (problem !== null) throw new Error(problem);
    return { record: record as unknown as PackRecord, leafText };
  } catch (error) {
    findings.add('form', where, error instanceof SyntaxError ? 'is no JSON' : (error as Error).message);
    return null;
  }
}

/** A record in RFC 8785's form; of a leaf, that of its greatest part is known. */
function textOf(record: Readonly<Record<string, unknown>>, leafText: string | null): string {
  if (leafText === null) return canonicalJson(record);
  const { leaf: _, ...rest } = record;
  // `leaf` is the first of its fields; another one that comes before it is found to be none of a leaf's either way.
  return `{"leaf":${leafText},${canonicalJson(rest).slice(1)}`;
}

function keep(pack: Pack, record: PackRecord, leafText: string | null, where: string, findings: Findings): void {
  switch (record.record) {
    case 'manifest':
      if (record.format !== PACK_FORMAT || record.version !== PACK_VERSION)
        findings.add(
          'form',
          where,
          `is of format ${record.format} ${record.version}, which this verifier does not know`,
        );
      pack.manifest = record;
      return;
    case 'checkpoint':
      return void pack.notes.set(record.stream, record.note);
    case 'consistency':
      return void pack.consistency.push(record);
    case 'document':
      return void pack.documents.push(record);
    case 'reads': {
      const reads = pack.reads.get(record.executionId) ?? [];
      if (record.index !== reads.length)
        findings.add('reads', `executions/${record.executionId} read ${record.index}`, 'a read before it is missing');
      for (const read of record.reads) reads.push(read);
      return void pack.reads.set(record.executionId, reads);
    }
    case 'page': {
      const pages = pack.pages.get(record.executionId) ?? [];
      if (record.index !== pages.length)
        findings.add('page', `executions/${record.executionId} page ${record.index}`, 'a page before it is missing');
      pages.push(record.effects);
      return void pack.pages.set(record.executionId, pages);
    }
    case 'outcomes': {
      const outcomes = pack.outcomes.get(record.executionId) ?? new Map<number, readonly Outcome[]>();
      outcomes.set(record.index, record.outcomes);
      return void pack.outcomes.set(record.executionId, outcomes);
    }
    case 'code':
      return void pack.code.set(record.codeHash, record.code);
    case 'leaf': {
      const leaves = pack.leaves[record.stream];
      const before = leaves.at(-1)?.proof ?? [];
      // The hashes that it has in common with the one before are kept once, or memory would be nothing but proofs.
      const proof = record.proof.map((one, at) => (one === before[at] ? before[at] : one));
      const found = leafText === null ? (record.hash ?? '') : leafHash(leafText);
      return void leaves.push({ ...record, proof, found });
    }
    case 'opening':
      return void pack.openings.push(record);
    case 'end':
  }
}

const NEWLINE = 0x0a;

/** Lines with their newline; the last one as it is. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield joined([...held, chunk.subarray(start, end + 1)]);
      held = [];
      start = end + 1;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
  }
  if (held.length > 0) yield joined(held);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
