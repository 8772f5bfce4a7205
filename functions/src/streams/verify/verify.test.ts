import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { leafHash } from '@countersign/domain/audit/merkle';
import { accountLeaf, journalLeaf } from '@countersign/domain/ledger/leaf';
import { paths } from '@countersign/domain/paths';
import type { Account } from '@countersign/domain/schemas/account';
import { journalSchema, toStoredJournal, type Journal } from '@countersign/domain/schemas/journal';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryDatabase } from '../../store/memory-database.ts';
import type { Stored } from '../../store/database.ts';
import { sealStream } from '../checkpointer.ts';
import { rollMonths } from '../months.ts';
import { change, chart, handIn, memberDocument, memberPath, payout, testWorld, type TestWorld } from '../test-kit.ts';
import { drainStream } from '../writer.ts';
import { verifyOrganization, type Report } from './index.ts';

const ORG = 'acme';
let world: TestWorld;
let db: ReturnType<typeof memoryDatabase>;

/** Some 300 leaves in each stream, so that there is more than one tile and more than one checkpoint. */
beforeEach(async () => {
  db = memoryDatabase();
  world = testWorld(db);
  await handIn(world, ORG, 'chart', chart());
  for (const [index, uid] of ['ann', 'bob'].entries())
    await change(world, ORG, memberPath(ORG, uid), memberDocument(uid, `Name ${index}`), 1, {
      comment: `welcome ${uid}`,
    });
  await settle();
  for (let page = 0; page < 3; page += 1) {
    world.pass(60_000);
    await handIn(
      world,
      ORG,
      `page-${page}`,
      Array.from({ length: 60 }, (_, index) =>
        payout(
          `j-${page}-${index}`,
          index % 3,
          `${100 + index}`,
          index % 5 === 0 ? 'pending' : 'posted',
          index % 2 === 0 ? 'USD' : 'JPY',
        ),
      ),
    );
    await handIn(
      world,
      ORG,
      `settle-${page}`,
      [0, 5, 10]
        .map(
          (index) =>
            ({
              type: index === 10 ? 'void' : 'post',
              id: `s-${page}-${index}`,
              journalId: `j-${page}-${index}`,
              reason: 'declined',
            }) as const,
        )
        .map(({ type, id, journalId, reason }) =>
          type === 'void' ? { type, id, journalId, reason } : { type, id, journalId },
        ),
    );
    for (let version = 1; version <= 95; version += 1)
      await change(world, ORG, `orgs/${ORG}/policies/p-${page}`, { id: `p-${page}`, limit: `${version}` }, version);
    await settle();
  }
});

async function settle(): Promise<void> {
  for (const name of ['ledger', 'audit'] as const) {
    await drainStream(world, ORG, name);
    await sealStream(world, ORG, name, { force: true });
  }
}

async function verify(): Promise<Report> {
  return verifyOrganization(db, ORG, {
    checkpoints: [...world.notes.values()],
    publicKey: await world.signer.publicKey(),
  });
}

const dataOf = async (path: string): Promise<Record<string, unknown>> => ((await db.get(path)) as Stored).data;
const edit = async (path: string, fields: Record<string, unknown>): Promise<unknown> =>
  db.commit([{ op: 'update', path, data: fields }]);
const remove = async (path: string): Promise<unknown> => db.commit([{ op: 'delete', path, mustExist: true }]);

/** It is found, and named. */
async function expectFound(where: string, message: RegExp | string): Promise<void> {
  const report = await verify();
  expect(report.ok).toBe(false);
  expect(report.findings).toContainEqual({
    check: expect.any(String),
    where: expect.stringContaining(where),
    message: expect.stringMatching(message),
  });
}

test('an honest organization passes, and the report counts what was checked', async () => {
  const report = await verify();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    ledger: { size: 196, accounts: 7, journals: 180, steps: 189, tiles: 1, checkpointSize: 196, waiting: 0 },
    audit: { size: 287, events: 287, documents: 5, personal: 2, tiles: 3, checkpointSize: 287 },
  });
  expect(report.ledger.trialBalance.map((row) => [row.currency, row.differenceMinor])).toEqual([
    ['JPY', 0n],
    ['USD', 0n],
  ]);
  expect(report.ledger.checkpoints).toBe(4);
});

test('what waits in the inbox is counted, not complained about', async () => {
  await change(world, ORG, memberPath(ORG, 'cyd'), memberDocument('cyd', 'Cyd'), 1, { comment: 'hi' });
  expect(await verify()).toMatchObject({ ok: true, audit: { waiting: 1 } });
});

test('personal values may be erased, but not changed', async () => {
  await remove(paths.auditPersonal(ORG, 'event-orgs-acme-members-ann-1'));
  await edit(memberPath(ORG, 'ann'), { name: '', email: '', salt: '' });
  expect(await verify()).toMatchObject({ ok: true, audit: { personal: 1 } });
  await edit(memberPath(ORG, 'bob'), { name: 'Robert' });
  await expectFound('members/bob', /committed to/);
  await edit(paths.auditPersonal(ORG, 'event-orgs-acme-members-bob-1'), {
    values: { comment: { value: 'go away', salt: 'salt of comment event-orgs-acme-members-bob-1' } },
  });
  await expectFound('auditPersonal/event-orgs-acme-members-bob-1', /committed to/);
});

describe('in the ledger', () => {
  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ['a memo', 'j-1-7', { memo: 'Nothing to see' }, /is not what it was when it was recorded as leaf/],
    ['a day', 'j-1-7', { effectiveDay: '2026-01-01' }, /recorded as leaf/],
    ['its source', 'j-1-7', { source: { executionId: null, effectId: null, kind: 'manual' } }, /recorded as leaf/],
    ['its recorded time', 'j-1-7', { recordedAt: '2026-11-22T10:00:00.001Z' }, /recorded time/],
    ['its state', 'j-1-5', { state: 'voided' }, /last step was posted/],
    ['its list of accounts', 'j-1-7', { accounts: ['bank'] }, /other accounts/],
    ['another field', 'j-1-7', { note: 'psst' }, /not as such a document must be/],
  ])('an edit of %s of a journal is found', async (_, id, fields, message) => {
    await edit(paths.journal(ORG, id), fields);
    await expectFound(`journals/${id}`, message);
  });

  test('an edited amount is found in the journal and in the balances', async () => {
    const { entries } = journalSchema.parse(await dataOf(paths.journal(ORG, 'j-1-7')));
    await edit(paths.journal(ORG, 'j-1-7'), {
      entries: JSON.stringify(entries.map((entry) => ({ ...entry, amountMinor: '999' }))),
    });
    await expectFound('journals/j-1-7', /recorded as leaf/);
    await expectFound('balances/bank_JPY', /postedCreditMinor is \d+, should be \d+/);
  });

  test('an edited time or reason of a later step is found', async () => {
    const { steps } = journalSchema.parse(await dataOf(paths.journal(ORG, 'j-1-10')));
    await edit(paths.journal(ORG, 'j-1-10'), {
      steps: JSON.stringify(steps.map((step) => (step.step === 'voided' ? { ...step, reason: 'other' } : step))),
    });
    await expectFound('journals/j-1-10 (voided)', /recorded as leaf/);
  });

  test('a reversed journal and its reversal name each other, or it is found', async () => {
    const source = { executionId: null, effectId: null, kind: 'reversal' };
    await handIn(world, ORG, 'back', [{ type: 'reverse', id: 'back-1-7', journalId: 'j-1-7', memo: 'Back', source }]);
    await settle();
    expect((await verify()).findings).toEqual([]);
    await edit(paths.journal(ORG, 'j-1-7'), { reversedBy: null });
    await expectFound('journals/back-1-7', /does not say so/);
    await edit(paths.journal(ORG, 'j-1-7'), { reversedBy: 'back-1-7' });
    await edit(paths.journal(ORG, 'j-1-9'), { reversedBy: 'back-1-7' });
    await expectFound('journals/j-1-9', /reverses it, which does not/);
    await edit(paths.journal(ORG, 'back-1-7'), { reverses: 'j-1-9' });
    await expectFound('journals/back-1-7', /recorded as leaf/);
    await expectFound('journals/back-1-7', /sides swapped/);
  });

  test('a deleted journal is found', async () => {
    await remove(paths.journal(ORG, 'j-0-4'));
    await expectFound('ledger leaf', /deleted or moved/);
    await expectFound('balances/bank_USD', /not the sum/);
  });

  test('an inserted journal is found, at the end and in a place that is taken', async () => {
    const journal = await dataOf(paths.journal(ORG, 'j-0-4'));
    const step = journalSchema.parse(journal).steps[0] as Journal['steps'][number];
    await db.commit([
      {
        op: 'create',
        path: paths.journal(ORG, 'mine'),
        data: { ...journal, id: 'mine', steps: JSON.stringify([{ ...step, seq: 196 }]) },
      },
    ]);
    await expectFound('journals/mine', /claims place 196 of a stream that ends at 196/);
    await edit(paths.journal(ORG, 'mine'), { steps: JSON.stringify([step]) });
    await expectFound('journals/', /which .* has/);
  });

  test('two journals that changed places are found', async () => {
    const [one, other] = await Promise.all(
      ['j-0-1', 'j-0-2'].map((id) => dataOf(paths.journal(ORG, id)) as unknown as Promise<Journal>),
    );
    await edit(paths.journal(ORG, 'j-0-1'), { steps: other?.steps });
    await edit(paths.journal(ORG, 'j-0-2'), { steps: one?.steps });
    await expectFound('journals/j-0-1', /recorded as leaf/);
    await expectFound('journals/j-0-2', /recorded as leaf/);
  });

  test('an edited or deleted balance, leaf or roll-up, is found', async () => {
    await edit(paths.balance(ORG, 'seller-1', 'USD'), { postedDebitMinor: '1' });
    await edit(paths.balance(ORG, 'payables', 'USD'), { pendingDebitMinor: '1' });
    await remove(paths.balance(ORG, 'assets', 'JPY'));
    await expectFound('balances/seller-1_USD', /postedDebitMinor is 1/);
    await expectFound('balances/payables_USD', /pendingDebitMinor is 1/);
    await expectFound('balances/assets_JPY', /is missing/);
    await expectFound('USD', /debits and credits differ/);
  });

  test('an edited, deleted or added month is found', async () => {
    await rollMonths(world, ORG);
    expect((await verify()).ok).toBe(true);
    const [one, other] = db.dump().filter(({ path }) => path.includes('/balanceMonths/')) as [Stored, Stored];
    await edit(one.path, { cells: '[]' });
    await remove(other.path);
    await db.commit([{ op: 'set', path: one.path.replace('2026-', '2025-'), data: { ...other.data } }]);
    await expectFound(one.path, /not the sum/);
    await expectFound(other.path, /is missing/);
    await expectFound(one.path.replace('2026-', '2025-'), /not the sum/);
  });

  test('an edited account is found', async () => {
    await edit(paths.account(ORG, 'seller-1'), { name: 'Somebody else' });
    await expectFound('accounts/seller-1', /recorded as leaf 5/);
    await edit(paths.account(ORG, 'seller-2'), { closed: true });
    await expectFound('accounts/seller-2', /changed beside the writer/);
  });

  test('a history rewritten with all its tiles and its head is found by the published checkpoints', async () => {
    await rewriteLedger((journal) => (journal.id === 'j-1-7' ? { ...journal, memo: 'All is well' } : journal));
    const report = await verify();
    expect(report.findings.map((finding) => finding.check)).toEqual([
      'checkpoint',
      'checkpoint',
      'checkpoint',
      'checkpoint',
    ]);
    await expectFound('published checkpoint of ledger at 133', /something before 133 was changed/);
    // Those before it still hold.
    expect(report.findings.some(({ where }) => where.includes('at 70'))).toBe(false);
  });

  test('a rewritten history is not signed over, either', async () => {
    await rewriteLedger((journal) => (journal.id === 'j-1-7' ? { ...journal, memo: 'All is well' } : journal));
    await handIn(world, ORG, 'more', [payout('more', 0, '5')]);
    await drainStream(world, ORG, 'ledger');
    await expect(sealStream(world, ORG, 'ledger', { force: true })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('rewritten'),
    });
  });

  test('a truncated stream, its documents and head taken back, is found by the published checkpoint', async () => {
    const before = await snapshot();
    await handIn(world, ORG, 'more', [payout('more', 0, '5')]);
    await settle();
    await restore(before);
    await expectFound('published checkpoint of ledger at 197', /truncated or rolled back/);
    // Going on from there is found as well, and not signed.
    await handIn(world, ORG, 'other', [payout('other', 0, '6')]);
    await drainStream(world, ORG, 'ledger');
    await expectFound('published checkpoint of ledger at 197', /something before 197 was changed/);
    await handIn(world, ORG, 'other-2', [payout('other-2', 0, '6')]);
    await drainStream(world, ORG, 'ledger');
    await expect(sealStream(world, ORG, 'ledger', { force: true })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });
});

describe('in the tree', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['root', { root: 'a'.repeat(64) }, /its root is not that/],
    ['frontier', { frontier: [] }, /frontier/],
    ['size', { size: 195, frontier: [] }, /ends at 195/],
  ])('an edited %s of the head is found', async (_, fields, message) => {
    await edit(paths.streamHead(ORG, 'ledger'), fields);
    const report = await verify();
    expect(report.findings.map((finding) => finding.message).join('\n')).toMatch(message);
  });

  test('edited, missing and surplus tiles are found', async () => {
    const tile = await dataOf(paths.tile(ORG, 'audit', 1, 0));
    await edit(paths.tile(ORG, 'audit', 1, 0), { hashes: 'b'.repeat(64) });
    await expectFound('tiles/1-0', /not the root of tile 0-0/);
    await remove(paths.tile(ORG, 'audit', 0, 1));
    await expectFound('tiles/0-1', /missing/);
    await db.commit([{ op: 'set', path: paths.tile(ORG, 'audit', 2, 0), data: { ...tile, level: 2 } }]);
    await expectFound('tiles/2-0', /no such tile/);
  });

  test('a checkpoint of another key, another stream or with another root is found', async () => {
    const other = testWorld(db);
    const [note = ''] = [...world.notes.values()];
    const verifyWith = async (notes: string[]): Promise<Report> =>
      verifyOrganization(db, ORG, {
        checkpoints: [...world.notes.values(), ...notes],
        publicKey: await world.signer.publicKey(),
      });
    const lines = note.split('\n');
    const forged = note.replace(lines[2] as string, Buffer.from('c'.repeat(64), 'hex').toString('base64'));
    expect((await verifyWith([forged])).findings).toMatchObject([
      { check: 'checkpoint', message: 'The checkpoint carries a false signature' },
    ]);
    expect(
      (await verifyOrganization(db, ORG, { checkpoints: [note], publicKey: await other.signer.publicKey() })).findings,
    ).toContainEqual({
      check: 'checkpoint',
      where: expect.any(String),
      message: 'The checkpoint is not signed with this key',
    });
    expect((await verifyWith(['nonsense'])).ok).toBe(false);
  });

  test('a recorded checkpoint that says something else than its note is found', async () => {
    await edit(paths.checkpoint(ORG, 'ledger', 196), { root: 'd'.repeat(64) });
    await expectFound('checkpoints/ledger-196', /something else/);
  });

  test('a published checkpoint that was taken away is missed', async () => {
    for (const key of [...world.notes.keys()].filter((one) => one.includes('/ledger/'))) world.notes.delete(key);
    await expectFound('ledger head', /newest published checkpoint at hand ends at 0/);
  });
});

describe('in the audit log', () => {
  test('an edited event is found, in its body and in its recorded time', async () => {
    const event = 'event-orgs-acme-policies-p-1-40';
    await edit(paths.auditEvent(ORG, event), { recordedAt: '2026-11-22T10:00:00.999Z' });
    await expectFound(`audit/${event}`, /recorded as leaf/);
    const body = (await dataOf(paths.auditEvent(ORG, 'event-orgs-acme-members-bob-1')))['body'] as Record<
      string,
      unknown
    >;
    await edit(paths.auditEvent(ORG, 'event-orgs-acme-members-bob-1'), {
      body: { ...body, actor: { kind: 'system', part: 'engine' } },
    });
    await expectFound('audit/event-orgs-acme-members-bob-1', /recorded as leaf/);
  });

  test('a deleted event is found, as a gap in the log and in the versions', async () => {
    await remove(paths.auditEvent(ORG, 'event-orgs-acme-policies-p-1-40'));
    await expectFound('audit leaf', /deleted or moved/);
    await expectFound('policies/p-1', /between versions 39 and 41 an event is missing/);
  });

  test('a document changed, put back or removed without an event is found', async () => {
    await edit(memberPath(ORG, 'bob'), { roles: ['operator', 'admin'] });
    await expectFound('members/bob', /changed without one/);
    await edit(`orgs/${ORG}/policies/p-1`, { version: 94, limit: '94' });
    await expectFound('policies/p-1', /is at version 94/);
    await remove(`orgs/${ORG}/policies/p-2`);
    await expectFound('policies/p-2', /is gone/);
  });

  test('a document that came without an event is found', async () => {
    await db.commit([
      { op: 'set', path: memberPath(ORG, 'eve'), data: { ...memberDocument('eve', 'Eve'), version: 1 } },
    ]);
    await expectFound('members/eve', /no event says/);
  });
});

interface Snapshot {
  readonly docs: Stored[];
}
const snapshot = async (): Promise<Snapshot> => ({ docs: db.dump() });

async function restore({ docs }: Snapshot): Promise<void> {
  const kept = new Set(docs.map((doc) => doc.path));
  for (const { path } of db.dump()) if (!kept.has(path)) await remove(path);
  for (const { path, data } of docs) await db.commit([{ op: 'set', path, data }]);
}

/** What someone with the whole database in hand, but without the key, can do: everything consistent, but other. */
async function rewriteLedger(forge: (journal: Journal) => Journal): Promise<void> {
  const { EMPTY_TREE, rootOf } = await import('@countersign/domain/audit/merkle');
  const { appendToTiles, packHashes } = await import('@countersign/domain/audit/tiles');
  const leaves: string[] = [];
  for (const { path, data } of db.dump()) {
    if (path.startsWith(`orgs/${ORG}/accounts/`))
      leaves[(data as unknown as Account).seq] = leafHash(accountLeaf(data as unknown as Account, 0));
    if (!path.startsWith(`orgs/${ORG}/journals/`)) continue;
    const journal = forge(journalSchema.parse(data));
    await db.commit([{ op: 'set', path, data: toStoredJournal(journal) }]);
    journal.steps.forEach((step, index) => (leaves[step.seq] = leafHash(journalLeaf(journal, index))));
  }
  const { tree, changed } = appendToTiles(EMPTY_TREE, leaves, new Map());
  for (const { level, index, hashes } of changed)
    await edit(paths.tile(ORG, 'ledger', level, index), { hashes: packHashes(hashes) });
  await edit(paths.streamHead(ORG, 'ledger'), { root: rootOf(tree), frontier: [...tree.frontier] });
}

test('the checkpoints of this test are what it says', () => {
  expect([...world.notes.values()].map((note) => parseCheckpoint(note).size)).toEqual([
    7, 2, 70, 97, 133, 192, 196, 287,
  ]);
});
