import { checkpointText, formatCheckpoint, originOf, parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { leafHash } from '@countersign/domain/audit/merkle';
import { canonicalJson } from '@countersign/domain/hash';
import type { Plugin } from '@countersign/plugin-sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import journalImport from '../../../plugins/journal-import/src/index.ts';
import stripePayout from '../../../plugins/stripe-payout/src/index.ts';
import { inProcess } from '../engine/testing/in-process-plugin.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from '../engine/testing/world.ts';
import { event, expectFound, expectSaid, fileOf, fileOfLines, isA, recordsOf, type Json } from './testing/forge.ts';
import { packOf, verifyText } from './testing/packs.ts';

/**
 * Packs that lie, made by somebody who holds the database and Storage, or makes packs with code of his own, and lacks
 * only the key: every checkpoint, leaf and document is a true one, at another place, of another time, or left out. What
 * such a pack may still hide, the verifier says.
 */
let world: World;
/** A run that paid, and its pack. */
let run: { readonly id: string; readonly pack: Json[] };
/** A run of journals in two pages, of which one failed. */
let books: { readonly id: string; readonly pack: Json[] };
/** The day on which both ended. */
let day: Json[];
let early: Json[];

const TODAY = { kind: 'period', from: '2026-11-22', to: '2026-11-22' } as const;
const JOURNALS = [
  'reference,date,memo,account,debit,credit,currency',
  'A-1,2026-10-31,Charges,fees,12.50,,USD',
  'A-1,,,bank,,12.50,USD',
  'A-2,2026-11-02,Again,fees,1,,USD',
  'A-2,,,bank,,1,USD',
  '',
].join('\n');

beforeAll(async () => {
  world = await World.open({ plugins: inProcess(stripePayout as Plugin, journalImport as Plugin) });
  await world.setMember('bea', { roles: ['treasurer', 'approver'] });
  const plain = { closed: false, mirrors: null, postable: true };
  await world.command('ada', 'openAccounts', {
    accounts: [
      { ...plain, id: 'bank', name: 'Bank', type: 'asset', parentId: 'assets' },
      { ...plain, id: 'fees', name: 'Fees', type: 'expense', parentId: null },
    ] as never,
  });
  world.provider.break('inv-2', 'refuse');
  const paid = await world.payOut(
    csvOf([
      ['inv-1', ALPHA, '120.00', 'USD'],
      ['inv-2', BRAVO, '80.50', 'USD'],
    ]),
  );
  early = recordsOf(await packOf(world, TODAY));
  await world.command('bea', 'openPeriods', { periods: [{ id: '2026-10', from: '2026-10-01', to: '2026-10-31' }] });
  await world.agree({ kind: 'period.change', action: 'close', periodId: '2026-10' }, 'bea', 'ada');
  const { id: fileId } = await world.upload(JOURNALS, 'journals.csv');
  const { executionId } = await world.command('olivia', 'requestExecution', {
    operationId: 'journal-import',
    parameters: { file: fileId },
  });
  await world.work();
  await world.approve(await world.execution(executionId));
  await world.work();
  expect((await world.execution(executionId)).state).toBe('needs_repair');
  const packed = async (id: string): Promise<Json[]> =>
    recordsOf(await packOf(world, { kind: 'execution', executionId: id }));
  run = { id: paid.id, pack: await packed(paid.id) };
  books = { id: executionId, pack: await packed(executionId) };
  day = recordsOf(await packOf(world, TODAY));
  for (const pack of [run.pack, books.pack, day]) expect((await verifyText(fileOf(pack))).findings).toEqual([]);
}, 60_000);

const copyOf = (pack: readonly Json[]): Json[] => structuredClone(pack) as Json[];
const tells =
  (text: string) =>
  (record: Json): boolean =>
    JSON.stringify(record).includes(text);

describe('what was done is not shown', () => {
  it('outcomes of a page, with the event that settled it', async () => {
    const rest = books.pack.filter((one) => !isA('outcomes')(one) && !event('execution.page_settled')(one));
    await expectFound(rest, 'outcome', /says that 1 pages were settled; 0 events do/);
    await expectFound(rest, 'outcome', /counts other outcomes than it has/);
    await expectFound(rest, 'journal', /is posted, though effect .* has no outcome/);
    await expectFound(
      rest.filter((one) => !event('execution.page_intended')(one)),
      'outcome',
      /counts other outcomes/,
    );
  });

  it('the journal of an effect; the step that posted it; the one that voided it', async () => {
    const journals = run.pack.filter((one) => one['stream'] === 'ledger');
    const posted = journals.find(tells('"step":"posted"')) as Json;
    const { journalId } = (posted['leaf'] as Json)['body'] as Json;
    await expectFound(
      run.pack.filter((one) => !journals.includes(one) || !tells(String(journalId))(one)),
      'journal',
      /the journal of effect .* is missing/,
    );
    await expectFound(
      run.pack.filter((one) => one !== posted),
      'journal',
      /is pending, though effect .* is succeeded/,
    );
    await expectFound(
      run.pack.filter((one) => one['stream'] !== 'ledger' || !tells('"step":"voided"')(one)),
      'journal',
      /is pending, though effect .* is failed/,
    );
  });

  it('an effect, of the page or of all pages', async () => {
    const short = copyOf(run.pack);
    (short.find(isA('page')) as { effects: unknown[] } & Json).effects.pop();
    await expectFound(short, 'page', /is not the page that was signed/);
  });

  it('a rejection: its document, its event, or both', async () => {
    const planned = await world.plan(csvOf([['inv-8', ALPHA, '5.00', 'USD']]));
    const reason = 'The payee is not ours';
    const digest = planned.plan?.digest ?? '';
    await world.command('amir', 'rejectExecution', { executionId: planned.id, digest, reason });
    await world.work();
    const pack = recordsOf(await packOf(world, { kind: 'execution', executionId: planned.id }));
    const [isDocument, isEvent] = [tells('/approvals/amir","record":"document'), event('execution.rejected')];
    const document = (one: Json): boolean => isA('document')(one) && String(one['path']).endsWith('/approvals/amir');
    expect(pack.filter(isEvent).length + pack.filter(document).length + pack.filter(isDocument).length).toBeGreaterThan(
      1,
    );
    await expectFound(
      pack.filter((one) => !document(one)),
      'approval',
      /approvals\/amir: is named by its event, and is missing/,
    );
    await expectFound(
      pack.filter((one) => !document(one) && !isEvent(one)),
      'document',
      /no event in the pack left it at version/,
    );
  });

  it('a whole run of a period, whose end is in the log', async () => {
    const without = day.filter(
      (one) => !['page', 'outcomes', 'reads'].includes(String(one['record'])) || one['executionId'] !== books.id,
    );
    const rest = without.filter((one) => !String(one['path']).startsWith(`executions/${books.id}`));
    await expectFound(rest, 'document', new RegExp(`${books.id}: has ended .* the run itself is missing`));
  });

  it('leaves given by their hash: said, in the pack of a run as well', async () => {
    const hidden = copyOf(run.pack);
    const leaf = hidden.find(event('command.denied')) ?? hidden.find((one) => tells('account_opened')(one));
    expect(leaf).toBeDefined();
    const other = hidden.map((one) => (one === leaf ? hashed(one) : one));
    await expectSaid(other, new RegExp(`by their hash alone.*${String(leaf?.['stream'])} ${String(leaf?.['seq'])}`));
    const settled = hidden.map((one) => (event('execution.page_settled')(one) ? hashed(one) : one));
    await expectFound(settled, 'outcome', /no event says that it was settled/);
  });

  it('the policy’s text, the code, the end of a period: said', async () => {
    await expectSaid(
      run.pack.filter((one) => !String(one['path']).startsWith('policies/')),
      /Whether the policy asked for these signatures: its text is not here \(payments 1\)/,
    );
    await expectSaid(
      run.pack.map((one) => (isA('code')(one) ? { ...one, code: null } : one)),
      /What the code does of which the platform gives the hash alone/,
    );
    await expectSaid(day, /recorded in the period after the logs end here: audit log at 2026-11-22T/);
    await expectSaid(run.pack, /Whether more is said of this run.*after the last event here/);
    await expectSaid(run.pack, /follows from the inputs: they are given by their SHA-256/);
  });
});

const hashed = (record: Json): Json => {
  const { leaf: _, ...rest } = record;
  return { ...rest, hash: leafHash(canonicalJson(record['leaf'])) };
};

describe('what was not so is shown', () => {
  it('an earlier state of a run as its last', async () => {
    const version = (one: Json): number => Number((one['document'] as Json)['version']);
    const before = early.find(isA('document', { path: `executions/${run.id}` })) as Json;
    expect(version(before)).toBe(version(run.pack.find(isA('document', { path: before['path'] })) as Json));
    const older = copyOf(run.pack);
    const document = older.find(isA('document', { path: before['path'] })) as Json;
    (document['document'] as Json)['state'] = 'completed';
    await expectFound(older, 'document', /is not what event/);
  });

  it('the pages, the outcomes, or the events of another run', async () => {
    const pages = books.pack.find(isA('page')) as Json;
    const swapped = run.pack.map((one) => (isA('page')(one) ? { ...pages, executionId: run.id } : one));
    await expectFound(swapped, 'page', /is not the page that was signed/);
    const outcomes = books.pack.find(isA('outcomes')) as Json;
    const other = run.pack.map((one) => (isA('outcomes')(one) ? { ...outcomes, executionId: run.id } : one));
    await expectFound(other, 'outcome', /are not those that the log has the hash of/);
    const mixed = run.pack.map((one) => (isA('manifest')(one) ? (books.pack[0] as Json) : one));
    await expectFound(mixed, 'document', /is not in it alone/);
  });

  it('a signature of somebody else, at another level, or of another run', async () => {
    const path = `executions/${run.id}/approvals/`;
    const approval = run.pack.find((one) => String(one['path']).startsWith(path)) as Json;
    const renamed = run.pack.map((one) => (one === approval ? { ...one, path: `${path}bea` } : one));
    await expectFound(renamed, 'document', /approvals\/bea: no event in the pack left it/);
    const others = books.pack.find((one) => String(one['path']).includes('/approvals/')) as Json;
    const taken = run.pack.map((one) => (one === approval ? { ...others, path: approval['path'] } : one));
    await expectFound(taken, 'document', /approvals\/.*: is not what event/);
  });

  it('checkpoints of another time or epoch, and one given as its own later one', async () => {
    const note = early.find(isA('checkpoint', { stream: 'ledger' }))?.['note'];
    const old = books.pack.map((one) => (isA('checkpoint', { stream: 'ledger' })(one) ? { ...one, note } : one));
    await expectFound(old, 'leaf', /is not what the ledger log has at its place/);
    const { signer } = world.clock;
    const { size, root } = parseCheckpoint(String(run.pack.find(isA('checkpoint', { stream: 'ledger' }))?.['note']));
    const body = { origin: originOf(ORG, 'ledger', 1), size, root };
    const signature = await signer.sign(new TextEncoder().encode(checkpointText(body)));
    const restored = formatCheckpoint(body, await signer.publicKey(), signature);
    const isLedger = isA('checkpoint', { stream: 'ledger' });
    const mixed = run.pack.map((one) => (isLedger(one) ? { ...one, note: restored } : one));
    await expectFound(mixed, 'checkpoint', /are of two epochs/);
    const text = fileOf(run.pack);
    const itself = await verifyText(text, { later: [text] });
    expect(itself.unknown.join(' ')).toMatch(/truncated, rolled back or rewritten/);
    for (const nothing of ['{}', '{"record":"end"}\n'])
      expect((await verifyText(text, { later: [nothing] })).findings[0]?.message).toBe('has no checkpoint');
  });

  it('a witness who has not cosigned: said', async () => {
    const witness = { name: 'witness.example', publicKey: await world.clock.signer.publicKey() };
    const report = await verifyText(fileOf(run.pack), { witnesses: [witness] });
    expect(report.findings).toEqual([]);
    expect(report.unknown.join(' ')).toContain('witness.example (audit log), witness.example (ledger log)');
  });
});

describe('what is hidden in the form of the file', () => {
  const hidden = 'paid in full, signed: the CFO';

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'remark'])('a field %s', async (name) => {
    for (const [at, record] of run.pack.entries()) {
      const line = `${canonicalJson(record).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(hidden)}}`;
      const lines = run.pack.map((one, other) => (at === other ? sortedLine(line) : canonicalJson(one)));
      expect((await verifyText(fileOfLines(lines))).ok, `${String(record['record'])} ${name}`).toBe(false);
    }
  });

  it('a field more in any object of any record', { timeout: 120_000 }, async () => {
    const unseen: string[] = [];
    for (const [at, record] of run.pack.entries())
      for (const place of objectsIn(record)) {
        const other = copyOf(run.pack);
        const object = place.reduce<unknown>((one, key) => (one as Json)[key], other[at]) as Json;
        object['zzRemark'] = hidden;
        if ((await verifyText(fileOf(other))).ok) unseen.push(`${String(record['record'])}: ${place.join('.')}`);
      }
    expect(unseen).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', 'note'])('a line of the kind %s', async (kind) => {
    for (const at of [1, 5, run.pack.length]) {
      const line = `{"name":${JSON.stringify(hidden)},"record":${JSON.stringify(kind)}}`;
      const lines = run.pack.map((one) => canonicalJson(one)).toSpliced(at, 0, line);
      await expectFound(fileOfLines(lines), 'form', /is of no known kind/);
    }
  });

  it('a record twice, also behind a line that has no place', async () => {
    for (const [at, record] of run.pack.entries())
      await expectFound(run.pack.toSpliced(at, 0, record), 'order', /is doubled/);
  });

  it.each<[string, (line: string) => string]>([
    ['a space', (line) => `${line} `],
    ['a carriage return', (line) => `${line}\r`],
    ['a byte-order mark', (line) => `\uFEFF${line}`],
    ['a NUL', (line) => `${line}\0`],
    ['a field twice', (line) => line.replace('"record":', '"record":"end","record":')],
    ['a number in another form', (line) => line.replace(/:(\d+)([,}])/, ':$1.0$2')],
    ['a number beyond all bounds', (line) => line.replace(/:(\d+)([,}])/, ':1e999$2')],
    ['a zero below zero', (line) => line.replace(/:0([,}])/, ':-0$1')],
    ['letters as escapes', (line) => line.replace('"record"', '"\\u0072ecord"')],
    ['half of a surrogate', (line) => line.replace('{', '{"aa":"\\ud800",')],
    ['a hundred thousand brackets', (line) => line.replace('{', `{"aa":${'['.repeat(100_000)}${']'.repeat(100_000)},`)],
  ])('%s', async (_, change) => {
    for (const kind of ['manifest', 'document', 'page', 'leaf'] as const) {
      const lines = run.pack.map((one) => canonicalJson(one));
      const at = run.pack.findIndex(isA(kind));
      const line = change(lines[at] ?? '');
      // Not every line has a number.
      const { findings } = await verifyText(fileOfLines(lines.with(at, line)));
      expect(findings[0]?.where ?? line).toBe(line === lines[at] ? line : `line ${at + 1}`);
    }
  });

  it('a version beyond all bounds, without a loop that never ends', async () => {
    const other = copyOf(run.pack);
    const document = other.find(isA('document', { path: `executions/${run.id}` })) as Json;
    (document['document'] as Json)['version'] = Number.MAX_SAFE_INTEGER;
    await expectFound(other, 'version', /the event of its version \d+ is missing/);
  });

  it('a leaf at another place with the proof of its own, or of its neighbour', async () => {
    const leaves = run.pack.filter(isA('leaf', { stream: 'audit' }));
    for (const [one, two] of leaves.slice(1).map((leaf, at) => [leaves[at] as Json, leaf] as const)) {
      const moved = run.pack.map((each) => (each === two ? { ...two, leaf: one['leaf'] } : each));
      await expectFound(moved, 'leaf', /is not what the audit log has at its place/);
      const proven = run.pack.map((each) => (each === two ? { ...two, leaf: one['leaf'], proof: one['proof'] } : each));
      await expectFound(proven, 'leaf', /is not what the audit log has at its place/);
    }
    const beyond = { ...(leaves.at(-1) as Json), seq: Number.MAX_SAFE_INTEGER };
    await expectFound(
      run.pack.map((each) => (each === leaves.at(-1) ? beyond : each)),
      'leaf',
      /at its place/,
    );
  });

  it('nothing at all, an empty line, one without an end', async () => {
    for (const text of ['', '\n', '{}\n', '{', fileOfLines([]), `${fileOf(run.pack)}\n`])
      expect((await verifyText(text)).ok, text.slice(0, 20)).toBe(false);
  });
});

type Place = readonly (string | number)[];

function objectsIn(value: unknown, above: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, one]) =>
    objectsIn(one, [...above, Array.isArray(value) ? Number(key) : key]),
  );
  return Array.isArray(value) ? below : [above, ...below];
}

/** A line whose fields were put at its end, in the order that the format wants. */
const sortedLine = (line: string): string => canonicalJson(JSON.parse(line));
