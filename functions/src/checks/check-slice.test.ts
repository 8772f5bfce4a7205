import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { paths } from '@countersign/domain/paths';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALPHA, BRAVO, csvOf, ORG, World } from '../engine/testing/world.ts';
import { memoryDatabase, type MemoryDatabase, type Snapshot } from '../store/memory-database.ts';
import { drainStream, ledgerIntents, sealStream } from '../streams/index.ts';
import { memoryPublisher, type TestWorld } from '../streams/test-kit.ts';
import type { SealDeps } from '../streams/ports.ts';
import { rollMonths } from '../streams/months.ts';
import type { Finding } from '../streams/verify/findings.ts';
import { verifyOrganization } from '../streams/verify/index.ts';
import { checkSlice } from './check-slice.ts';
import { wholeCycle } from './testing.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** So little that an organization of some hundred documents takes many turns. */
const SLICE = { reads: 60, ms: 60_000 };
let world: World;
let honest: Snapshot;

/** Runs with what failed, journals of several days that were posted, voided, expired and reversed, a closed period. */
beforeAll(async () => {
  world = await World.open();
  world.provider.break('inv-2', 'refuse');
  await world.payOut(
    csvOf([
      ['inv-1', ALPHA, '120.00', 'USD'],
      ['inv-2', BRAVO, '80.50', 'USD'],
    ]),
  );
  await book('accounts', [opening('rent', null, true, 'expense'), opening('bank', null, true)]);
  for (let day = 0; day < 4; day += 1) {
    await book(`day-${day}`, [
      recording(`a-${day}`, between('rent', 'bank', `${day + 5}`)),
      { ...recording(`p-${day}`, between('rent', 'bank', '7')), state: 'pending' } as never,
      { ...recording(`v-${day}`, between('bank', 'rent', '3')), state: 'pending' } as never,
    ]);
    if (day > 0)
      await book(`steps-${day}`, [
        { type: 'post', id: `post-${day}`, journalId: `p-${day - 1}` },
        { type: 'void', id: `void-${day}`, journalId: `v-${day}`, reason: 'declined' },
      ]);
    world.clock.pass(DAY_MS);
  }
  const source = { executionId: null, effectId: null, kind: 'reversal' };
  await book('back', [{ type: 'reverse', id: 'back-1', journalId: 'a-1', memo: 'Back', source }]);
  await world.payOut(csvOf([['inv-3', ALPHA, '1.00', 'USD']]));
  const change = { kind: 'hosts.set' as const, allowedHosts: ['erp.example.com'] };
  await world.command('ada', 'proposeChange', { change, reason: 'They have moved' });
  await world.command('ada', 'setStop', { active: true, reason: 'To be sure' });
  await settle();
  await rollMonths(world.clock, ORG);
  await settle();
  // Once through already: what comes is an organization that has been checked for long.
  expect((await wholeCycle(world.db, world.clock, ORG, SLICE)).findings).toEqual([]);
  world.clock.pass(25 * HOUR_MS);
  await settle();
  honest = world.db.snapshot();
});

async function book(id: string, intents: Parameters<typeof ledgerIntents>[2]): Promise<void> {
  await world.db.commit(ledgerIntents(ORG, id, intents, world.clock.at()));
  await drainStream(world.clock, ORG, 'ledger');
}

async function settle(streams: SealDeps = world.clock): Promise<void> {
  for (const name of ['ledger', 'audit'] as const) {
    await drainStream(streams, ORG, name);
    await sealStream(streams, ORG, name, { force: true });
  }
}

/** The organization of `beforeAll`, and a publisher of its own. */
function another(): { db: MemoryDatabase; streams: TestWorld } {
  const db = memoryDatabase(honest);
  const notes = new Map(world.clock.notes);
  return { db, streams: { ...world.clock, db, notes, publisher: memoryPublisher(notes) } };
}

async function verified(streams: TestWorld): Promise<readonly Finding[]> {
  const notes = [...streams.notes].filter(([key]) => key.startsWith(`${ORG}/`)).map(([, note]) => note);
  const { findings } = await verifyOrganization(streams.db, ORG, {
    checkpoints: notes,
    publicKey: await world.clock.signer.publicKey(),
  });
  return findings;
}

const inSlices = async (streams: TestWorld): Promise<readonly Finding[]> =>
  (await wholeCycle(streams.db, streams, ORG, SLICE)).findings;

test('an honest organization passes, in many turns, also the first time', async () => {
  const { db, streams } = another();
  const { findings, turns } = await wholeCycle(db, streams, ORG, SLICE);
  expect(findings).toEqual([]);
  expect(turns).toBeGreaterThan(6);
  const fresh = another();
  for (const { path } of fresh.db.dump())
    if (path.includes('/checkNotes/')) await fresh.db.commit([{ op: 'delete', path }]);
  // They were there: that they are gone is found, and nothing else.
  expect((await inSlices(fresh.streams)).map(({ message }) => message)).toEqual([
    expect.stringMatching(/they are gone/),
  ]);
});

describe('whatever the verifier finds, one cycle finds', () => {
  /** Of the property below, the seeds that are run; `CHECK_SEEDS` and `CHECK_FROM` take others. */
  const seeds = Number(process.env['CHECK_SEEDS'] ?? 60);
  const from = Number(process.env['CHECK_FROM'] ?? 1);

  test(`seeds ${from} to ${from + seeds - 1}`, { timeout: seeds * 5_000 }, async () => {
    let wrong = 0;
    for (let seed = from; seed < from + seeds; seed += 1) {
      const { db, streams } = another();
      const { what, touched } = await mutate(db, randomOf(seed));
      const right = await verified(streams);
      const found = await inSlices(streams);
      if (right.length > 0) wrong += 1;
      const told = (of: readonly Finding[]): string => of.map((one) => `${one.where} ${one.message}`).join('\n');
      const about = `seed ${seed}: ${what}\nverifier:\n${told(right)}\ncycle:\n${told(found)}`;
      expect(found.length > 0 || right.length === 0, about).toBe(true);
      for (const path of touched)
        if (names(right, path)) expect(names(found, path), `${about}\nnot named: ${path}`).toBe(true);
      expect(gap(found) || !gap(right), about).toBe(true);
      // What the verifier does not look at: lists of leaves' documents, where a roll-up says it lies.
      if (right.length === 0)
        expect(
          found.filter(({ where }) => !/\/balanceMonths\/|ledger lea/.test(where)),
          about,
        ).toEqual([]);
    }
    // The seeds are worth something: most changes break something.
    expect(wrong).toBeGreaterThan(seeds / 3);
  });
});

test.each<[string, (path: string) => boolean, (data: Record<string, unknown>) => Record<string, unknown>]>([
  ['a stored checkpoint', (path) => path.includes('/checkpoints/'), ({ size }) => ({ size: Number(size) + 1 })],
  ['a tile', (path) => path.includes('/audit/tiles/0-0'), ({ hashes }) => ({ hashes: `00${String(hashes).slice(2)}` })],
  [
    'a personal value',
    (path) => path.includes('/auditPersonal/'),
    () => ({ values: { a: { value: 'b', salt: 'c' } } }),
  ],
])('%s that was changed is found by a cycle', async (_, of, change) => {
  const { db, streams } = another();
  const changed = db.dump().find(({ path }) => of(path));
  await db.commit([{ op: 'update', path: changed?.path ?? '', data: change(changed?.data ?? {}) }]);
  const found = await inSlices(streams);
  expect(found.length).toBeGreaterThan(0);
  expect(names(await verified(streams), changed?.path ?? '')).toBe(names(found, changed?.path ?? ''));
});

describe('while the organization is at work', () => {
  test('nothing is found that is not broken', async () => {
    const { db, streams } = another();
    let made = 0;
    const { findings } = await wholeCycle(db, streams, ORG, SLICE, async (turn) => {
      made += 1;
      const intents = [
        recording(`w-${turn}`, between('rent', 'bank', '2')),
        { ...recording(`q-${turn}`, between('bank', 'rent', '1')), state: 'pending' } as never,
        ...(turn > 1 ? [{ type: 'post' as const, id: `post-q-${turn}`, journalId: `q-${turn - 1}` }] : []),
      ];
      await db.commit(ledgerIntents(ORG, `work-${turn}`, intents, world.clock.at()));
      world.clock.pass(HOUR_MS);
      // Sometimes the writer, the seal and the roll-ups are behind.
      if (turn % 3 !== 0) await drainStream(streams, ORG, 'ledger');
      if (turn % 2 === 0) await drainStream(streams, ORG, 'audit');
      if (turn % 4 === 0) await settle(streams);
      if (turn % 5 === 0) await rollMonths(streams, ORG);
    });
    expect(made).toBeGreaterThan(6);
    expect(findings).toEqual([]);
    await settle(streams);
    world.clock.pass(25 * HOUR_MS);
    expect((await wholeCycle(db, streams, ORG, SLICE)).findings).toEqual([]);
    expect(await verified(streams)).toEqual([]);
  });

  test('what is new is looked at in the very next turn', async () => {
    const { db, streams } = another();
    await db.commit(ledgerIntents(ORG, 'new', [recording('n-1', between('rent', 'bank', '2'))], world.clock.at()));
    await settle(streams);
    await db.commit([{ op: 'update', path: paths.journal(ORG, 'n-1'), data: { memo: 'Nothing' } }]);
    const { findings } = await checkSlice({ db, streams, now: streams.now }, { orgId: ORG }, { reads: 1, ms: 60_000 });
    // With so small a budget the ledger's new leaves come in the turn after; with any other, at once.
    const next = await checkSlice({ db, streams, now: streams.now }, { orgId: ORG }, SLICE);
    expect([...findings, ...next.findings].map(({ where }) => where)).toContain(paths.journal(ORG, 'n-1'));
  });
});

describe('somebody who writes to the database', () => {
  const manifest = paths.checkNote(ORG, 'manifest');
  const turnOf = async (streams: TestWorld) => {
    const { db } = streams;
    const turn = await checkSlice({ db, streams, now: streams.now }, { orgId: ORG }, SLICE);
    await db.commit(turn.writes);
    return turn;
  };

  const aDay = async (): Promise<void> => world.clock.pass(25 * HOUR_MS);

  test('can’t write notes of their own', async () => {
    for (const change of ['body', 'piece', 'gone']) {
      const { db, streams } = another();
      const body = String((await db.get(manifest))?.data['body']);
      const piece = db.dump().find(({ path }) => path.includes('/checkNotes/') && path !== manifest)?.path ?? '';
      if (change === 'body')
        await db.commit([
          { op: 'update', path: manifest, data: { body: body.replace('"cycle":null', '"cycle": null') } },
        ]);
      if (change === 'piece') await db.commit([{ op: 'update', path: piece, data: { text: '{}' } }]);
      if (change === 'gone') await db.commit([{ op: 'delete', path: manifest }]);
      const { findings } = await turnOf(streams);
      expect(findings.map(({ where }) => where)).toEqual([manifest]);
      expect((await wholeCycle(db, streams, ORG, SLICE, aDay)).findings).toEqual([]);
    }
  });

  test('can’t put older notes back to have what they changed passed over', async () => {
    const { db, streams } = another();
    // A cycle that is nearly done, kept.
    for (let turn = 0; turn < 4; turn += 1) await turnOf(streams);
    const kept = db.dump().filter(({ path }) => path.includes('/checkNotes/'));
    await wholeCycle(db, streams, ORG, SLICE, aDay);
    await settle(streams);
    world.clock.pass(25 * HOUR_MS);
    await turnOf(streams);
    for (const { path } of db.dump()) if (path.includes('/checkNotes/')) await db.commit([{ op: 'delete', path }]);
    for (const { path, data } of kept) await db.commit([{ op: 'set', path, data }]);
    await db.commit([{ op: 'update', path: paths.account(ORG, 'rent'), data: { name: 'Mine' } }]);
    const { findings } = await turnOf(streams);
    expect(findings.map(({ message }) => message).join()).toMatch(/a later cycle had begun/);
    expect((await wholeCycle(db, streams, ORG, SLICE, aDay)).findings.map(({ where }) => where)).toContain(
      paths.account(ORG, 'rent'),
    );
  });

  test('is found by the next cycle, where the present one had been already', async () => {
    const { db, streams } = another();
    const { findings } = await wholeCycle(db, streams, ORG, SLICE, async (turn) => {
      if (turn === 3) await db.commit([{ op: 'update', path: paths.account(ORG, 'rent'), data: { name: 'Mine' } }]);
    });
    expect(findings).toEqual([]);
    world.clock.pass(25 * HOUR_MS);
    expect((await inSlices(streams)).map(({ where }) => where)).toContain(paths.account(ORG, 'rent'));
  });
});

const names = (findings: readonly Finding[], path: string): boolean =>
  findings.some(({ where, message }) => `${where} `.startsWith(`${path} `) || message.includes(`${path})`));
const gap = (findings: readonly Finding[]): boolean =>
  findings.some(({ message }) => message.includes('no document has this place'));

type Random = (below: number) => number;

function randomOf(seed: number): Random {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor((((state ^ (state >>> 12)) >>> 0) / 2 ** 32) * below);
  };
}

const UNCHECKED =
  /\/(work|idempotency|notifications|checkNotes|drafts|rollups|recentPayments|payees|fileNames|queues|logs|alerts)\//;

async function mutate(db: MemoryDatabase, random: Random): Promise<{ what: string; touched: string[] }> {
  const documents = db.dump().filter(({ path }) => path.startsWith(`orgs/${ORG}/`) && !UNCHECKED.test(path));
  const collections = [...new Set(documents.map(({ path }) => path.slice(0, path.lastIndexOf('/'))))];
  const pick = <T>(of: readonly T[]): T => of[random(of.length)] as T;
  // Collections with few documents are as often hit as large ones.
  const collection = pick(collections);
  const within = documents.filter(({ path }) => path.slice(0, path.lastIndexOf('/')) === collection);
  const { path, data } = pick(within);
  const other = pick(within);
  switch (random(6)) {
    case 0:
      await db.commit([{ op: 'delete', path }]);
      return { what: `deleted ${path}`, touched: [path] };
    case 1: {
      const copy = `${path}x`;
      await db.commit([{ op: 'set', path: copy, data: { ...data } }]);
      return { what: `copied ${path}`, touched: [copy] };
    }
    case 2:
      await db.commit([
        { op: 'set', path, data: other.data },
        { op: 'set', path: other.path, data },
      ]);
      return { what: `swapped ${path} and ${other.path}`, touched: path === other.path ? [] : [path, other.path] };
    case 3: {
      const field = pick(Object.keys(data));
      const { [field]: _, ...rest } = data;
      await db.commit([{ op: 'set', path, data: rest }]);
      return { what: `took ${field} of ${path}`, touched: [path] };
    }
    default: {
      const field = pick(Object.keys(data));
      const value = changed(data[field], random, other.data[field]);
      await db.commit([{ op: 'update', path, data: { [field]: value } }]);
      return {
        what: `set ${field} of ${path} from ${JSON.stringify(data[field])} to ${JSON.stringify(value)}`,
        touched: [path],
      };
    }
  }
}

function changed(value: unknown, random: Random, other: unknown): unknown {
  if (random(3) === 0 && other !== undefined) return other;
  if (typeof value === 'number') return value + 1 + random(3);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') {
    const digits = [...value.matchAll(/[0-9]/g)].map((match) => match.index);
    const at = digits[random(Math.max(1, digits.length))];
    if (at === undefined) return `${value}x`;
    return `${value.slice(0, at)}${(Number(value[at]) + 1) % 10}${value.slice(at + 1)}`;
  }
  if (Array.isArray(value)) return value.slice(1);
  return value === null ? 'x' : {};
}
