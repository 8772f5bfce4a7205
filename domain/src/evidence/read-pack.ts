import { leafHash, type Hash } from '../audit/merkle.ts';
import { canonicalJson, runningSha256 } from '../hash.ts';
import type { StreamName } from '../schemas/stream.ts';
import type { Must } from './findings.ts';
import { formProblem, sortKey, type Kind, type PackRecord, type RecordOf } from './pack.ts';

/** A leaf with the hash that it has, or is said to have. */
export type PackLeaf = RecordOf<'leaf'> & { readonly found: Hash };

/** A pack's records by kind. Nothing of it is believed yet. */
export interface Pack {
  readonly records: { readonly [K in Exclude<Kind, 'leaf'>]: RecordOf<K>[] };
  readonly leaves: Readonly<Record<StreamName, PackLeaf[]>>;
  lines: number;
}

/** Read a pack: its lines, their form and order, and the sum in the last one. */
export async function readPack(chunks: AsyncIterable<Uint8Array>, must: Must): Promise<Pack> {
  const some = { manifest: [], checkpoint: [], consistency: [], document: [], reads: [], page: [] };
  const records = { ...some, outcomes: [], code: [], opening: [], end: [] };
  const pack: Pack = { records, leaves: { audit: [], ledger: [] }, lines: 0 };
  const sum = runningSha256();
  let before = '';
  try {
    for await (const line of linesOf(chunks)) {
      const where = `line ${pack.lines + 1}`;
      must(pack.records.end.length === 0, 'form', where, 'comes after the end');
      const record = parseLine(line, where, must);
      if (record !== null) {
        const key = sortKey(record);
        must(key > before, 'order', where, 'is doubled, or not in its place');
        before = key;
        keep(pack, record);
        if (record.record === 'end') {
          must(record.lines === pack.lines, 'truncated', where, `counts ${record.lines} lines before it`);
          must(record.sha256 === sum.hex(), 'checksum', where, 'the lines before it are not those that it sums up');
        }
      }
      sum.add(UTF_8_BYTES.encode(`${line}\n`));
      pack.lines += 1;
    }
  } catch (error) {
    must(false, 'form', `line ${pack.lines + 1}`, `can not be read: ${(error as Error).message}`);
  }
  must(pack.records.end.length > 0, 'truncated', `line ${pack.lines}`, 'the pack has no end: something was cut off');
  return pack;
}

/** A line that is the one form (RFC 8785) of a record, or null. Of a leaf, what its hash covers is hashed on the way. */
function parseLine(line: string, where: string, must: Must): PackRecord | null {
  try {
    const { leaf, ...record } = JSON.parse(line) as Record<string, unknown>;
    const leafText = leaf === undefined ? null : canonicalJson(leaf);
    // Of a leaf, `leaf` is the first field; any that could come before it is none of a leaf's, and refused below.
    const start = leafText === null ? '{' : `{"leaf":${leafText},`;
    if (start + canonicalJson(record).slice(1) !== line) throw new Error('is not in the one form that a line can have');
    // Put back where it was: a copy for each of a hundred thousand lines would cost more than their hashes.
    if (leafText !== null) record['leaf'] = leaf;
    const problem = formProblem(record);
    if (problem !== null) throw new Error(problem);
    if (leafText !== null) record['found'] = leafHash(leafText);
    return record as unknown as PackRecord;
  } catch (error) {
    must(false, 'form', where, error instanceof SyntaxError ? 'is no JSON' : (error as Error).message);
    return null;
  }
}

function keep(pack: Pack, record: PackRecord): void {
  if (record.record !== 'leaf') return void (pack.records[record.record] as PackRecord[]).push(record);
  const leaves = pack.leaves[record.stream];
  const before = leaves.at(-1)?.proof ?? [];
  // The hashes that it has in common with the one before are kept once, or memory would be nothing but proofs.
  const proof = record.proof.map((one, at) => (one === before[at] ? before[at] : one));
  leaves.push({ found: record.hash ?? '', ...record, proof });
}

const UTF_8_BYTES = new TextEncoder();
/** In characters; the longest that a pack has, a plugin's code, has some million. */
const MAX_LINE = 64_000_000;

/** Lines without their newline. @throws for what is no UTF-8, for one that is too long, and for a last one without an end */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let held = '';
  for await (const chunk of chunks) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n');
    held += first;
    if (held.length > MAX_LINE) throw new Error('it is too long');
    for (const line of more) {
      yield held;
      held = line;
    }
  }
  if (held + decoder.decode() !== '') throw new Error('it does not end');
}
