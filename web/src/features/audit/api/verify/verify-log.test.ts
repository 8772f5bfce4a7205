import { checkpointText, formatCheckpoint, keyIdOf, originOf, toBase64 } from '@countersign/domain/audit/checkpoint';
import { auditEvent } from '@countersign/domain/audit/event';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { documentsOf } from '@countersign/domain/audit/lookup';
import { append, EMPTY_TREE, leafHash, rootOf } from '@countersign/domain/audit/merkle';
import { between, MemoryLedger, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { packHashes } from '@countersign/domain/audit/tiles';
import type { AuditEvent, AuditPersonal } from '@countersign/domain/schemas/audit';
import { toStoredJournal } from '@countersign/domain/schemas/journal';
import { beforeAll, expect, test } from 'vitest';
import type { LogSource, RawDocument } from './log-source.ts';
import { readKey, splitNotes } from './notes.ts';
import { browserVerify } from './signatures.ts';
import { verifyLog, type VerifyRequest, type VerifyResult } from './verify-log.ts';

const ORG = 'acme';
const AT = '2026-11-22T10:00:00.000Z';
const COUNT = 300;

let keys: CryptoKeyPair;
let publicKey: Uint8Array;
let note: (size: number, log?: Log) => Promise<string>;

/** Documents of the database, to be tampered with. */
interface Log {
  events: { id: string; data: AuditEvent }[];
  personal: { id: string; data: AuditPersonal }[];
  head: { size: number; root: string };
  tiles: string[][];
  checkpoints: RawDocument[];
}

beforeAll(async () => {
  keys = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
  note = async (size, { events } = recorded()) => {
    const body = { origin: originOf(ORG, 'audit'), size, root: rootAt(events, size) };
    const text = new TextEncoder().encode(checkpointText(body));
    return formatCheckpoint(
      body,
      publicKey,
      new Uint8Array(await crypto.subtle.sign('Ed25519', keys.privateKey, text)),
    );
  };
});

function rootAt(events: Log['events'], size: number): string {
  return rootOf(
    append(
      EMPTY_TREE,
      events.slice(0, size).map(({ data }) => leafHash(auditLeaf(data))),
    ),
  );
}

/** A log as the writer leaves it: one document that changes with each event, and a comment of a person. */
function recorded(count = COUNT): Log {
  const made = Array.from({ length: count }, (_, seq) =>
    auditEvent({
      id: `event-${seq}`,
      type: 'execution.reminded',
      at: AT,
      actor: { kind: 'member', uid: 'ann', roles: ['operator'] },
      subjects: [{ path: 'executions/one', version: seq + 1, contentHash: 'a'.repeat(64) }],
      data: { people: String(seq) },
      ...(seq === 7 ? { personal: { comment: { value: 'fine', salt: 'c0ffee' } } } : {}),
    }),
  );
  const events = made.map(({ body }, seq) => ({
    id: body.id,
    data: { seq, recordedAt: AT, body, documents: documentsOf(body) },
  }));
  const hashes = events.map(({ data }) => leafHash(auditLeaf(data)));
  return {
    events,
    personal: [{ id: 'event-7', data: { values: made[7]?.personal ?? {} } }],
    head: { size: count, root: rootAt(events, count) },
    tiles: [hashes.slice(0, 256), hashes.slice(256)],
    checkpoints: [],
  };
}

async function checkpoint(log: Log, size: number): Promise<void> {
  const data = {
    stream: 'audit',
    origin: originOf(ORG, 'audit'),
    size,
    root: rootAt(log.events, size),
    note: await note(size, log),
    keyId: toBase64(keyIdOf(originOf(ORG, 'audit'), publicKey)),
    at: AT,
  };
  log.checkpoints.unshift({ id: `audit-${size}`, data });
}

function sourceOf(log: Log, ledger = new MemoryLedger(), leaves: readonly string[] = ledger.leaves): LogSource {
  const head = {
    name: 'audit',
    ...log.head,
    frontier: [],
    checkpointSize: 0,
    checkpointAt: null,
    unsealedSince: null,
    updatedAt: AT,
  };
  async function* pages(documents: readonly RawDocument[]): AsyncGenerator<readonly RawDocument[]> {
    for (let start = 0; start < documents.length; start += 100) yield documents.slice(start, start + 100);
  }
  const hashes = leaves.map((leaf) => leafHash(leaf));
  const ledgerHead = { ...head, name: 'ledger', size: hashes.length, root: rootOf(append(EMPTY_TREE, hashes)) };
  const tilesOf = (stream: 'audit' | 'ledger'): string[][] => (stream === 'audit' ? log.tiles : [hashes]);
  const bySeq = (): Log['events'] => log.events.toSorted((one, other) => one.data.seq - other.data.seq);
  return {
    head: async (name) => (name === 'audit' ? head : hashes.length === 0 ? null : ledgerHead),
    checkpoints: (name) => pages(name === 'audit' ? log.checkpoints : []),
    tiles: (name) =>
      pages(
        tilesOf(name).map((hashes, index) => ({
          id: `0-${index}`,
          data: { level: 0, index, width: hashes.length, hashes: packHashes(hashes) },
        })),
      ),
    events: (fromSeq) => pages(bySeq().filter(({ data }) => data.seq >= fromSeq)),
    newestEvent: async () => bySeq().at(-1) ?? null,
    personal: () => pages(log.personal),
    ledger: (name) =>
      pages(
        name === 'journals'
          ? [...ledger.journals.values()].map((one) => ({ id: one.id, data: toStoredJournal(one) }))
          : [...ledger[name]].map(([id, data]) => ({ id, data })),
      ),
  };
}

function verify(
  log: Log,
  wishes: Partial<VerifyRequest> = {},
  source: LogSource = sourceOf(log),
): Promise<VerifyResult> {
  return verifyLog(source, {
    orgId: ORG,
    publicKey,
    verify: browserVerify,
    notes: [],
    remembered: { audit: null, ledger: null },
    onProgress: () => undefined,
    pause: async () => undefined,
    ...wishes,
  });
}

test('a log that nobody touched holds, up to where somebody outside vouches for it', async () => {
  const log = recorded();
  await checkpoint(log, 100);
  await checkpoint(log, 290);
  const result = await verify(log, { notes: [await note(200)] });
  expect(result.findings).toEqual([]);
  expect(result.audit).toMatchObject({ size: 300, held: 3, vouchedSize: 200, sealedSize: 290 });
  expect(result).toMatchObject({ documents: 1, personal: 1, first: null });
});

test('a changed event is named, as the first of several', async () => {
  const log = recorded();
  for (const size of [100, 290, 295]) await checkpoint(log, size);
  for (const seq of [260, 123]) at(log, seq).body.data['people'] = 'more';
  const result = await verify(log);
  expect(result.first).toMatchObject({ where: 'event event-123', seq: 123 });
  expect(result.first?.message).toContain('not what was recorded');
  expect(result.findings.map(({ where }) => where)).toContain('event event-260');
  expect(result.findings.at(-1)).toMatchObject({
    where: 'checkpoints/audit-290',
    message: expect.stringContaining('between places 100 and 289') as string,
  });
});

test('a deleted event leaves its place empty, and a version of its document out', async () => {
  const log = recorded();
  log.events.splice(42, 1);
  const { findings, first } = await verify(log);
  expect(first).toMatchObject({ where: 'place 42', seq: 42 });
  expect(findings.map(({ message }) => message)).toContain('between versions 42 and 44 an event is missing');
});

test('an event that can no longer be found by its document is named, though no hash covers that', async () => {
  const log = recorded();
  Object.assign(at(log, 9), { documents: ['executions/another'] });
  delete at(log, 20).documents;
  const { findings, audit } = await verify(log);
  expect(findings.map(({ seq, message }) => `${seq}: ${message}`)).toEqual([
    '9: is found by other documents than those it is about',
    '20: names no documents to be found by, as others before it do',
  ]);
  expect(audit.root).toBe(log.head.root);
});

test('an event that lost its form is named by its place, and not said to be deleted', async () => {
  const log = recorded();
  Object.assign(at(log, 5).body, { type: 'nothing.known' });
  const { findings } = await verify(log);
  expect(findings.filter(({ seq }) => seq === 5).map(({ message }) => message)).toEqual([
    'does not have the form of an event',
  ]);
});

test('two events that changed places are both named', async () => {
  const log = recorded();
  [at(log, 9).seq, at(log, 10).seq] = [10, 9];
  const { findings } = await verify(log);
  expect(findings.slice(0, 2).map(({ where, seq }) => [where, seq])).toEqual([
    ['event event-10', 9],
    ['event event-9', 10],
  ]);
});

test('an event in the place of another, and one behind the end, are found', async () => {
  const twice = recorded();
  at(twice, 10).seq = 9;
  expect((await verify(twice)).findings[0]?.message).toMatch(/claims place 9, which event event-9 has/);
  const behind = recorded();
  at(behind, 299).seq = 305;
  const { findings } = await verify(behind);
  expect(findings.map(({ message }) => message).join('\n')).toMatch(/claims place 305 of a log that ends at 300/);
});

test('who changes events, tiles, head and stored checkpoints together is found by a checkpoint from outside', async () => {
  const before = recorded();
  const kept = await note(200, before);
  const forged = recorded();
  at(forged, 50).body.data['people'] = 'none';
  const hashes = forged.events.map(({ data }) => leafHash(auditLeaf(data)));
  forged.tiles = [hashes.slice(0, 256), hashes.slice(256)];
  forged.head.root = rootAt(forged.events, COUNT);
  expect((await verify(forged)).findings).toEqual([]);
  const { findings } = await verify(forged, { notes: [kept] });
  expect(findings.map(({ message }) => message)).toEqual([
    'has another root: something between places 0 and 199 was changed',
  ]);
});

test('a log that was cut off or rolled back is found by a checkpoint from outside, or by what was seen before', async () => {
  const short = recorded(250);
  expect((await verify(short)).findings).toEqual([]);
  const { findings } = await verify(short, { notes: [await note(300)] });
  expect(findings[0]?.message).toMatch(/covers 300 records, but only 250 are there: the end was cut off/);
  const seen = { audit: { size: 300, root: rootAt(recorded().events, 300) }, ledger: null };
  expect((await verify(short, { remembered: seen })).findings[0]?.where).toBe('what this browser saw before');
});

test('a checkpoint of another key, of another log, or with another root vouches for nothing', async () => {
  const good = await note(200);
  const other = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const otherKey = new Uint8Array(await crypto.subtle.exportKey('raw', other.publicKey));
  expect((await verify(recorded(), { notes: [good], publicKey: otherKey })).findings[0]?.message).toBe(
    'is not signed with this key',
  );
  const forged = good.replace('\n200\n', '\n100\n');
  expect((await verify(recorded(), { notes: [forged] })).findings[0]?.message).toBe('carries a false signature');
  expect((await verify(recorded(), { notes: ['hello\n'] })).findings[0]?.message).toMatch(/is no checkpoint/);
  expect((await verify(recorded(), { notes: [good], publicKey: null })).findings[0]?.message).toMatch(
    /without the public/,
  );
  const stored = recorded();
  await checkpoint(stored, 200);
  stored.checkpoints = [
    { id: 'audit-200', data: { ...(stored.checkpoints[0]?.data as object), root: 'b'.repeat(64) } },
  ];
  expect((await verify(stored)).findings[0]?.message).toBe('says something else than the note in it');
});

test('the ledger’s records are made again from accounts and journals, and a changed journal is named', async () => {
  const ledger = new MemoryLedger();
  ledger.run([opening('bank', null, true), opening('sales', null, true, 'income')], AT);
  ledger.run(
    [recording('sale', between('bank', 'sales', '1500')), recording('other', between('bank', 'sales', 5n))],
    AT,
  );
  const good = await verify(recorded(), {}, sourceOf(recorded(), ledger));
  expect(good.findings).toEqual([]);
  expect(good.ledger).toMatchObject({ size: ledger.size, skipped: null });

  const leaves = [...ledger.leaves];
  const sale = ledger.journals.get('sale');
  if (sale === undefined) throw new Error('the sale was not recorded');
  ledger.journals.set('sale', { ...sale, memo: 'another' });
  ledger.journals.delete('other');
  const { findings, first } = await verify(recorded(), {}, sourceOf(recorded(), ledger, leaves));
  expect(first).toMatchObject({ stream: 'ledger', where: 'journals/sale' });
  expect(findings.map(({ message }) => message).join()).toContain('nothing is there any more');
});

test('a personal value may be gone, and may not be another', async () => {
  const gone = recorded();
  gone.personal = [];
  expect((await verify(gone)).findings).toEqual([]);
  const other = recorded();
  other.personal = [{ id: 'event-7', data: { values: { comment: { value: 'no', salt: 'c0ffee' } } } }];
  expect((await verify(other)).findings[0]?.where).toBe('personal values of event event-7');
});

test('it ends when it is cancelled', async () => {
  const stop = new AbortController();
  const pause = async (): Promise<void> => stop.signal.throwIfAborted();
  stop.abort();
  await expect(verify(recorded(), { pause })).rejects.toThrow(/abort/);
});

test('keys and notes are read as people paste them', async () => {
  const encoded = toBase64(publicKey);
  expect(readKey(` ${encoded}\n`)).toEqual(publicKey);
  expect(() => readKey(encoded.slice(0, -2))).toThrow(/44 characters/);
  const [one, two] = [await note(100), await note(200)];
  expect(splitNotes(`\n${one}\n\n${two.replaceAll('\n', '\r\n')}`)).toEqual([one, two]);
  expect(splitNotes('  ')).toEqual([]);
});

function at(log: Log, seq: number): AuditEvent {
  const found = log.events[seq];
  if (found === undefined) throw new Error(`there is no event ${seq}`);
  return found.data;
}
