import { createHash } from 'node:crypto';
import type { Execution } from '@countersign/domain/schemas/execution';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { FileChunks, type FilePiece } from './file-chunks.ts';
import { DraftFiles } from './draft-files.ts';
import { ReadRecorder } from './read-recorder.ts';
import { RecordCounter } from './record-counter.ts';
import { memoryObjects } from './testing/memory-objects.ts';

const MIB = 1024 * 1024;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const recorder = () => new ReadRecorder(() => new Date(0));

function chunksOf(bytes: Uint8Array, uploaded = bytes) {
  const objects = memoryObjects();
  const generation = objects.put('in.csv', bytes);
  const input = { parameter: 'file', name: 'in.csv', storagePath: 'in.csv', generation, sha256: sha256(uploaded) };
  return new FileChunks({ objects }, { inputs: [input] as unknown as Execution['inputs'] });
}

async function readAll(chunks: FileChunks): Promise<FilePiece[]> {
  const pieces: FilePiece[] = [];
  for (let piece = 0; pieces.at(-1)?.last !== true; piece += 1)
    pieces.push(await chunks.next({ parameter: 'file', piece }));
  return pieces;
}

describe('files.chunk', () => {
  it.each<[string, string, BufferEncoding, readonly number[]]>([
    ['UTF-8', 'utf-8', 'utf8', []],
    ['UTF-8 with its mark', 'utf-8', 'utf8', [0xef, 0xbb, 0xbf]],
    ['UTF-16', 'utf-16le', 'utf16le', [0xff, 0xfe]],
  ])('gives %s text in pieces, cut between characters, without a mark', async (_, encoding, form, mark) => {
    // 3-byte characters behind one byte: no MiB ends between two of them.
    const text = `x${'\u20ac\u{1f600}'.repeat(500_000)}`;
    const pieces = await readAll(chunksOf(Buffer.concat([Buffer.from(mark), Buffer.from(text, form)])));
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.every((piece) => piece.text.length <= MIB + 2 && piece.encoding === encoding)).toBe(true);
    expect(pieces.map((piece) => piece.text).join('') === text).toBe(true);
  });

  it('records one read for a file, however often and far it was read', async () => {
    const bytes = Buffer.from('a,b\n1,2\n'.repeat(500_000));
    const [once, twice, begun] = [recorder(), recorder(), recorder()];
    const all = chunksOf(bytes);
    await readAll(all);
    await all.settle(once);
    await readAll(all);
    await all.settle(twice);
    const partly = chunksOf(bytes);
    await partly.next({ parameter: 'file', piece: 0 });
    await partly.settle(begun);
    expect(once.summary()).toEqual({ count: 1, hash: expect.any(String) });
    expect([twice.summary(), begun.summary()]).toEqual([once.summary(), once.summary()]);
  });

  it.each<[string, number]>([
    ['read to its end', 99],
    ['only begun', 1],
  ])('a file that is not what was uploaded is drift, %s, whatever the plugin makes of it', async (_, reads) => {
    const stored = Buffer.from('a,b\n1,2\n'.repeat(500_000));
    const chunks = chunksOf(stored, Buffer.from('a,b\n1,3\n'));
    for (let piece = 0; piece < reads; piece += 1)
      await chunks.next({ parameter: 'file', piece }).catch(() => undefined);
    await expect(chunks.settle(recorder())).rejects.toMatchObject({ code: 'drift' });
  });

  it('names the line of what is no text', async () => {
    const bytes = Buffer.concat([Buffer.from('a,b\n'.repeat(600_000)), Buffer.from([0xfc, 0x6c])]);
    await expect(readAll(chunksOf(bytes))).rejects.toMatchObject({
      code: 'input_error',
      details: { issues: [{ line: 600_001, code: 'encoding' }] },
    });
  });

  it('gives pieces in their order, and begins anew', async () => {
    const chunks = chunksOf(Buffer.from('x'.repeat(3 * MIB)));
    await expect(chunks.next({ parameter: 'file', piece: 1 })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(chunks.next({ parameter: 'other', piece: 0 })).rejects.toMatchObject({ code: 'not_found' });
    const again = chunksOf(Buffer.from('x'.repeat(3 * MIB)));
    await again.next({ parameter: 'file', piece: 0 });
    await again.next({ parameter: 'file', piece: 1 });
    expect((await readAll(again)).length).toBe(4);
  });
});

describe('drafts', () => {
  const open = { name: 'out.csv', contentType: 'text/csv' };

  it('are in Storage under their plan, hashed and counted by the host', async () => {
    const objects = memoryObjects();
    const drafts = new DraftFiles(objects, 'acme', 'run', 7);
    const { draft } = await drafts.open(open);
    await Promise.all([
      drafts.write({ draft, text: 'a,b\r\n1,"x\r\n' }),
      drafts.write({ draft, text: 'y"\r\n2,\u20ac' }),
    ]);
    const closed = await drafts.close({ draft });
    const path = 'orgs/acme/results/run-draft-7/out.csv';
    expect(objects.text(path)).toBe('a,b\r\n1,"x\r\ny"\r\n2,\u20ac');
    const bytes = Buffer.from(objects.text(path));
    expect(closed).toEqual({
      storagePath: path,
      generation: expect.any(String),
      sha256: sha256(bytes),
      sizeBytes: bytes.length,
      rowCount: 2,
    });
    expect([...drafts.closed.keys()]).toEqual([path]);
  });

  it('that were not closed are not there', async () => {
    const objects = memoryObjects();
    const drafts = new DraftFiles(objects, 'acme', 'run', 7);
    const { draft } = await drafts.open(open);
    await drafts.write({ draft, text: 'half' });
    drafts.abort();
    expect(drafts.closed.size).toBe(0);
    expect(objects.text('orgs/acme/results/run-draft-7/out.csv')).toBe('');
  });

  it.each<[string, (drafts: DraftFiles) => Promise<unknown>, object]>([
    ['a name that leads elsewhere', (drafts) => drafts.open({ ...open, name: '../x.csv' }), { name: 'ZodError' }],
    ['a second one of a name', (drafts) => drafts.open(open), { code: 'already_exists' }],
    ['one that is not open', (drafts) => drafts.write({ draft: 5, text: '' }), { code: 'invalid_argument' }],
    [
      'one that is closed',
      async (drafts) => {
        await drafts.close({ draft: 0 });
        return drafts.write({ draft: 0, text: 'more' });
      },
      { code: 'invalid_argument' },
    ],
    [
      'too many',
      async (drafts) => {
        for (let at = 0; at < 100; at += 1) await drafts.open({ ...open, name: `${at}.csv` });
      },
      { code: 'limit_exceeded' },
    ],
  ])('%s is refused', async (_, act, error) => {
    const drafts = new DraftFiles(memoryObjects(), 'acme', 'run', 1);
    await drafts.open(open);
    await expect(act(drafts)).rejects.toMatchObject(error);
  });
});

describe('RecordCounter', () => {
  it('counts what a reader of CSV reads, however the bytes are cut', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', '\u20ac'), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (rows, ends, size) => {
          const text = Papa.unparse(rows, { newline: '\r\n' }) + (ends ? '\r\n' : '');
          const counter = new RecordCounter();
          const bytes = Buffer.from(text);
          for (let at = 0; at < bytes.length; at += size) counter.push(bytes.subarray(at, at + size));
          expect(counter.rows()).toBe(rows.length - 1);
        },
      ),
    );
  });
});
