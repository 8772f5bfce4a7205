import { canonicalJson } from '@countersign/domain/hash';
import {
  formatCheckpoint,
  checkpointText,
  originOf,
  parseCheckpoint,
  toBase64,
} from '@countersign/domain/audit/checkpoint';
import { append, EMPTY_TREE, leafHash, rootOf } from '@countersign/domain/audit/merkle';
import { inclusionRanges, proofFromTiles } from '@countersign/domain/audit/proof';
import { appendToTiles, tileKey } from '@countersign/domain/audit/tiles';
import type { PackRecord } from '@countersign/domain/evidence/pack';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALPHA, BRAVO, csvOf, ORG, World } from '../engine/testing/world.ts';
import { keySigner } from '../streams/signer.ts';
import { bodyOf, event, expectFound, fileOf, isA, recordsOf, type Json } from './testing/forge.ts';
import { packOf, verifyText } from './testing/packs.ts';

/**
 * A pack of a real run, changed in every way that we could think of. The one who changes it knows the format: he puts
 * the sum in the last line right again, and where he can, the order.
 */
let world: World;
let pack: string;
let early: string;
let runId: string;

beforeAll(async () => {
  world = await World.open({
    levels: [
      { role: 'approver', people: 1 },
      { role: 'treasurer', people: 1 },
    ],
  });
  await world.command('amir', 'setDelegation', {
    toUid: 'edith',
    roles: ['approver'],
    endsAt: '2026-11-30T00:00:00.000Z',
    reason: 'on leave',
  });
  const planned = await world.plan(
    csvOf([
      ['inv-1', ALPHA, '120.00', 'USD'],
      ['inv-2', BRAVO, '80.50', 'USD'],
      ['inv-3', ALPHA, '30.00', 'EUR'],
      ['inv-4', BRAVO, '9999999.00', 'USD'],
    ]),
  );
  runId = planned.id;
  world.provider.break('inv-2', 'refuse');
  early = await earlyPack();
  for (const uid of ['edith', 'bea']) await world.approve(planned, uid);
  await world.work();
  pack = await packOf(world, { kind: 'execution', executionId: planned.id }, { personal: true });
  expect((await verifyText(pack)).findings).toEqual([]);
}, 60_000);

async function pay(reference: string): Promise<void> {
  const planned = await world.plan(csvOf([[reference, ALPHA, '1.00', 'USD']]));
  for (const uid of ['amir', 'bea']) await world.approve(planned, uid);
  await world.work();
}

/** A period pack from before: its checkpoints are older. */
const earlyPack = async (): Promise<string> => packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' });

/** The records with the first of a kind changed. */
function changed(kind: PackRecord['record'], fields: Json, edit: (record: Json) => void): Json[] {
  const records = structuredClone(recordsOf(pack));
  const record = records.find(isA(kind, fields));
  if (record === undefined) throw new Error(`the pack has no such ${kind}`);
  edit(record);
  return records;
}

const without = (wanted: (record: Json) => boolean): Json[] => {
  const records = recordsOf(pack);
  const at = records.findIndex(wanted);
  if (at < 0) throw new Error('the pack has no such record');
  return records.toSpliced(at, 1);
};

describe('edits', () => {
  it('of an amount in a page, in a journal, in an outcome', async () => {
    await expectFound(
      changed('page', {}, (record) => {
        const [effect] = record['effects'] as { data: Json }[];
        if (effect !== undefined) effect.data['amountMinor'] = '1200000';
      }),
      'page',
      /page 0: is not the page that was signed/,
    );
    await expectFound(
      changed('outcomes', {}, (record) => {
        const [outcome] = record['outcomes'] as Json[];
        if (outcome !== undefined) outcome['providerId'] = 'po_another';
      }),
      'outcome',
      /page 0: its outcomes are not those/,
    );
    const records = recordsOf(pack);
    const journal = records.find(
      (one) => one['stream'] === 'ledger' && JSON.stringify(one).includes('journal_recorded'),
    );
    const { entries, journalId } = ((journal as Json)['leaf'] as Json)['body'] as {
      entries: Json[];
      journalId: string;
    };
    for (const entry of entries) entry['amountMinor'] = '1';
    await expectFound(records, 'leaf', new RegExp(`ledger leaf \\d+ \\(${journalId}\\)`));
  });

  it('of an approver’s role, of the digest, of the one who signed', async () => {
    const path = `executions/${runId}/approvals/bea`;
    await expectFound(
      changed('document', { path }, ({ document }) => ((document as Json)['role'] = 'admin')),
      'document',
      /approvals\/bea: is not what event/,
    );
    const records = recordsOf(pack);
    const approved = records.filter(event('execution.approved')).at(-1) as Json;
    (bodyOf(approved)['actor'] as Json)['roles'] = ['approver'];
    await expectFound(records, 'approval', /approvals\/bea: signs as treasurer, which bea was not then/);
    await expectFound(records, 'leaf', /audit leaf \d+ \(execution.approved/);
    await expectFound(
      changed('document', { path: `executions/${runId}` }, ({ document }) => {
        ((document as Json)['plan'] as Json)['digest'] = 'f'.repeat(64);
      }),
      'digest',
      /the plan is not the one that its digest stands for/,
    );
  });

  it('of the plugin’s code, of an input’s checksum, of what the plan read', async () => {
    await expectFound(
      changed('code', {}, (record) => (record['code'] = `${String(record['code'])};`)),
      'code',
      /is not the one that was signed/,
    );
    const file = recordsOf(pack).find((one) => String(one['path']).startsWith('files/')) as Json;
    await expectFound(
      changed('document', { path: file['path'] }, ({ document }) => ((document as Json)['sha256'] = 'a'.repeat(64))),
      'input',
      /the input "file" is not the file that was signed/,
    );
    await expectFound(
      changed('reads', {}, (record) => (((record['reads'] as Json[])[0] ?? {})['resultHash'] = 'a'.repeat(64))),
      'reads',
      /what the plan read is not what was signed/,
    );
  });

  it('of the policy’s text, of a delegation, of a personal value', async () => {
    await expectFound(
      changed('document', { path: 'policies/payments' }, ({ document }) => {
        const [rule] = (document as { rules: { levels: Json[] }[] }).rules;
        if (rule !== undefined) rule.levels = [];
      }),
      'policy',
      /asks for other signatures/,
    );
    const delegation = recordsOf(pack).find((one) => String(one['path']).startsWith('delegations/')) as Json;
    await expectFound(
      changed(
        'document',
        { path: delegation['path'] },
        ({ document }) => ((document as Json)['roles'] = ['treasurer']),
      ),
      'approval',
      /edith: signs for amir, and no delegation/,
    );
    await expectFound(
      changed('opening', { of: 'members/olivia' }, (record) => ((record['value'] as Json)['name'] = 'Somebody else')),
      'opening',
      /members\/olivia: its personal fields are not/,
    );
  });
});

describe('what is left out, put in, or moved', () => {
  it('is named: a line, an event, a journal, a page, a signature, the code, a file, a policy’s event', async () => {
    await expectFound(without(event('execution.planned')), 'version', /the event of its version \d+ is missing/);
    await expectFound(
      without(event('execution.page_settled')),
      'outcome',
      /no event says that it was settled|its outcomes are not those/,
    );
    await expectFound(
      without((one) => JSON.stringify(one).includes('journal_recorded')),
      'journal',
      /missing/,
    );
    await expectFound(without(isA('page')), 'page', /has 0 pages|a page before it is missing/);
    await expectFound(
      without(isA('document', { path: `executions/${runId}/approvals/bea` })),
      'approval',
      /with 0 signatures of 1 as treasurer/,
    );
    await expectFound(without(isA('code')), 'code', /is missing/);
    await expectFound(
      without((one) => String(one['path']).startsWith('files/')),
      'input',
      /is missing/,
    );
    await expectFound(without(isA('document', { path: `executions/${runId}` })), 'document', /is not in it/);
    await expectFound(without(isA('manifest')), 'form', /the manifest is missing/);
    await expectFound(without(isA('checkpoint', { stream: 'ledger' })), 'checkpoint', /ledger log: is missing/);
    await expectFound(without(isA('outcomes')), 'outcome', /its outcomes are missing/);
    await expectFound(without(isA('opening')), 'opening', /is not opened/);
  });

  it('a leaf, doubled or invented, or with another’s proof', async () => {
    const records = recordsOf(pack);
    const at = records.findIndex(event('execution.planned'));
    const leaf = records[at] as Json;
    await expectFound(records.toSpliced(at, 0, structuredClone(leaf)), 'order', /is doubled/);
    const invented = structuredClone(leaf);
    invented['seq'] = Number(leaf['seq']) + 1;
    bodyOf(invented)['id'] = 'invented';
    const free = records.filter((one) => one['seq'] !== invented['seq'] || one['stream'] !== 'audit');
    await expectFound(free.toSpliced(free.indexOf(leaf) + 1, 0, invented), 'leaf', /\(execution.planned invented\)/);
    const swapped = structuredClone(records);
    const [one, two] = [swapped[at] as Json, swapped[at + 1] as Json];
    [one['leaf'], two['leaf']] = [two['leaf'], one['leaf']];
    await expectFound(swapped, 'leaf', /audit leaf/);
    const moved = structuredClone(records);
    [moved[at], moved[at + 1]] = [moved[at + 1] as Json, moved[at] as Json];
    await expectFound(moved, 'order', /not in its place/);
  });

  it('a cut: at the end, in the middle of a line, and of all but the beginning', async () => {
    for (const end of [pack.length - 1, pack.length - 40, Math.floor(pack.length / 2), 200]) {
      const report = await verifyText(pack.slice(0, end));
      expect(report.findings.map(({ rule }) => rule)).toContain('truncated');
    }
    const lines = pack.split('\n');
    const shorter = await verifyText([...lines.slice(0, -3), ...lines.slice(-2)].join('\n'));
    expect(shorter.findings[0]).toMatchObject({ rule: 'truncated', message: expect.stringContaining('counts') });
  });

  it('something after the end, an unknown line, a field that no rule covers', async () => {
    expect((await verifyText(`${pack}{"record":"page"}\n`)).ok).toBe(false);
    await expectFound([...recordsOf(pack), { record: 'note', text: 'trust me' }], 'form', /of no known kind/);
    await expectFound(
      changed('page', {}, (record) => (record['remark'] = 'paid twice')),
      'form',
      /has a field remark/,
    );
    await expectFound(
      changed('document', { path: 'members/olivia' }, ({ document }) => ((document as Json)['name'] = 'Olivia')),
      'document',
      /has a field name that no hash covers/,
    );
  });
});

describe('checkpoints', () => {
  it('swapped, of another organization, under a forged signature, with another root', async () => {
    const notes = Object.fromEntries(
      recordsOf(pack)
        .filter(isA('checkpoint'))
        .map((one) => [one['stream'], one['note']]),
    );
    await expectFound(
      changed('checkpoint', { stream: 'audit' }, (one) => (one['note'] = notes['ledger'])),
      'checkpoint',
      /not of the audit log/,
    );
    await expectFound(
      changed('manifest', {}, (one) => (one['organization'] = 'globex')),
      'checkpoint',
      /of globex/,
    );
    await expectFound(
      changed('checkpoint', { stream: 'audit' }, (one) => {
        const note = String(one['note']);
        one['note'] = `${note.slice(0, -12)}AAAAAAAAAA=\n`.replace(/.{0}$/, '');
      }),
      'checkpoint',
      /audit/,
    );
    await expectFound(
      changed('checkpoint', { stream: 'audit' }, (one) => {
        const lines = String(one['note']).split('\n');
        lines[2] = toBase64(new Uint8Array(32));
        one['note'] = lines.join('\n');
      }),
      'checkpoint',
      /false signature/,
    );
  });

  it('an older one: what came after it is in no tree that it vouches for', async () => {
    const older = recordsOf(early).find(isA('checkpoint', { stream: 'audit' })) as Json;
    await expectFound(
      changed('checkpoint', { stream: 'audit' }, (one) => (one['note'] = older['note'])),
      'leaf',
      /is not what the audit log has at its place/,
    );
  });

  it('another key: said to be the pack’s own, and refused when the right one is at hand', async () => {
    const forged = await resigned();
    const alone = await verifyText(forged);
    expect(alone.findings).toEqual([]);
    expect(alone.unknown.join(' ')).toMatch(/whoever made a false pack/);
    const publicKey = await world.clock.signer.publicKey();
    const known = await verifyText(forged, { publicKey });
    expect(known.findings.map(({ message }) => message).join(' ')).toMatch(
      /another public key.*not signed with this key/,
    );
  });

  it('the whole history made anew, with a later checkpoint at hand: seen; without, said to be unseen', async () => {
    const later = [...world.clock.notes].filter(([key]) => key.startsWith(`${ORG}/`)).map(([, note]) => note);
    const newest = later.filter((note) => note.includes('/audit\n')).at(-1) ?? '';
    const forged = await resigned();
    const report = await verifyText(forged, { later: [newest] });
    expect(report.ok).toBe(false);
    expect(alone(await verifyText(pack))).toMatch(/truncated, rolled back or rewritten/);
  });

  const alone = ({ unknown }: { unknown: readonly string[] }): string => unknown.join(' ');

  /** Somebody who holds the database makes another tree, and signs it with a key of his own. */
  async function resigned(): Promise<string> {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const signer = keySigner(async () => pem);
    const publicKey = await signer.publicKey();
    const records = structuredClone(recordsOf(pack)).filter((one) => one['record'] !== 'consistency');
    const manifest = records.find(isA('manifest')) as Json;
    manifest['publicKey'] = toBase64(publicKey);
    for (const stream of ['audit', 'ledger'] as const) {
      const record = records.find(isA('checkpoint', { stream })) as Json;
      const { size } = parseCheckpoint(String(record['note']));
      const leaves = records.filter(isA('leaf', { stream }));
      const hashes = Array.from({ length: size }, (_, seq) => {
        const leaf = leaves.find((one) => one['seq'] === seq);
        return leaf === undefined ? leafHash(`made up ${seq}`) : leafHash(canonicalJson(leaf['leaf']));
      });
      const tiles = new Map(
        appendToTiles(EMPTY_TREE, hashes, new Map()).changed.map((tile) => [tileKey(tile), tile.hashes]),
      );
      for (const leaf of leaves) leaf['proof'] = proofFromTiles(inclusionRanges(Number(leaf['seq']), size), tiles);
      const body = { origin: originOf(ORG, stream), size, root: rootOf(append(EMPTY_TREE, hashes)) };
      const signature = await signer.sign(new TextEncoder().encode(checkpointText(body)));
      record['note'] = formatCheckpoint(body, publicKey, signature);
    }
    return fileOf(records);
  }
});

describe('a later checkpoint', () => {
  it('goes on from the pack’s, with the proof that a later pack or a consistency file brings', async () => {
    const first = await packOf(world, { kind: 'execution', executionId: runId });
    const sizes = Object.fromEntries((await verifyText(first)).checkpoints.map(({ stream, size }) => [stream, size]));
    await pay('inv-9');
    const consistency = await packOf(world, {
      kind: 'consistency',
      audit: sizes['audit'] ?? 0,
      ledger: sizes['ledger'] ?? 0,
    });
    const next = await packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' });
    for (const later of [consistency, next]) {
      expect((await verifyText(later)).findings).toEqual([]);
      const report = await verifyText(first, { later: [later] });
      expect(report.findings).toEqual([]);
      expect(report.checkpoints.every((one) => (one.later ?? 0) > one.size)).toBe(true);
      expect(report.unknown.join(' ')).not.toMatch(/rolled back/);
    }
    const note = recordsOf(next).find(isA('checkpoint', { stream: 'audit' }))?.['note'] as string;
    const bare = await verifyText(first, { later: [note] });
    expect(bare.findings).toMatchObject([
      { rule: 'consistency', message: expect.stringContaining('no proof at hand') },
    ]);
    expect((await verifyText(first, { later: [note, next] })).ok).toBe(false);
    // One from before the pack: the pack brings the proof, if that one was a pack's as well.
    expect((await verifyText(next, { later: [first] })).findings).toEqual([]);
    expect((await verifyText(first, { later: [early] })).findings).toEqual([]);
  });

  it('does not go on from a pack of a database that was rolled back and went on another way', async () => {
    const kept = world.db.dump();
    const notes = new Map(world.clock.notes);
    await pay('inv-20');
    const honest = await packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' });
    for (const { path } of world.db.dump()) await world.db.commit([{ op: 'delete', path }]);
    for (const { path, data } of kept) await world.db.commit([{ op: 'set', path, data }]);
    world.clock.notes.clear();
    for (const [key, note] of notes) world.clock.notes.set(key, note);
    await pay('inv-21');
    const other = await packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' });
    expect((await verifyText(other)).ok).toBe(true);
    const report = await verifyText(other, { later: [honest] });
    expect(report.ok).toBe(false);
    expect(report.findings[0]?.rule).toBe('consistency');
    // Nor does a pack of the first history, made later, go on from one of the other.
    expect((await verifyText(honest, { later: [other] })).findings[0]?.rule).toBe('consistency');
  });
});

describe('whatever is changed', () => {
  it('in any place, one byte at a time: seen', async () => {
    const bytes = new TextEncoder().encode(pack);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const other = Uint8Array.from(bytes);
        other[at] = (other[at] ?? 0) ^ bits;
        expect((await verifyText(other)).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('of every value of every record, the sum put right: seen', { timeout: 120_000 }, async () => {
    const records = recordsOf(pack);
    const unseen: string[] = [];
    for (const [line, record] of records.entries())
      for (const place of placesIn(record)) {
        const other = structuredClone(records);
        setAt(other[line] as Json, place, otherThan(valueAt(record, place)));
        if ((await verifyText(fileOf(other))).ok) unseen.push(`${String(record['record'])}: ${place.join('.')}`);
      }
    expect(unseen).toEqual([]);
  });

  it('of any value of a period’s pack, the sum put right: seen', { timeout: 60_000 }, async () => {
    await packOf(world, { kind: 'execution', executionId: runId });
    await pay('inv-30');
    const records = recordsOf(
      await packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' }, { personal: true }),
    );
    expect(records.filter(isA('consistency')).length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(fc.nat(records.length - 1), fc.nat(), async (line, which) => {
        const record = records[line] as Json;
        const places = placesIn(record);
        const place = places[which % places.length] as Place;
        const other = structuredClone(records);
        setAt(other[line] as Json, place, otherThan(valueAt(record, place)));
        expect((await verifyText(fileOf(other))).ok, `${String(record['record'])} ${place.join('.')}`).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('of a period: a leaf of either log is missed, wherever it lies', async () => {
    const records = recordsOf(await packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' }));
    for (const stream of ['audit', 'ledger'])
      for (const leaf of records.filter(isA('leaf', { stream }))) {
        const rest = fileOf(records.filter((one) => one !== leaf));
        expect((await verifyText(rest)).findings.map(({ rule }) => rule)).toContain('period');
      }
  });
});

type Place = readonly (string | number)[];

function placesIn(value: unknown, above: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [above];
  return Object.entries(value).flatMap(([key, one]) =>
    placesIn(one, [...above, Array.isArray(value) ? Number(key) : key]),
  );
}

const valueAt = (value: unknown, place: Place): unknown =>
  place.reduce<unknown>((one, key) => (one as Json)[key], value);

function setAt(record: Json, place: Place, value: unknown): void {
  const above = valueAt(record, place.slice(0, -1)) as Json;
  above[place.at(-1) ?? ''] = value;
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'string')
    return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}` : `${value}x`;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : 'something';
}
