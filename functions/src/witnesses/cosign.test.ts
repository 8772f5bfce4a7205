import {
  formatCheckpoint,
  checkpointText,
  parseCheckpoint,
  verifyCheckpoint,
} from '@countersign/domain/audit/checkpoint';
import { cosignatureLine, parseWitnessKey, verifyCosignatures } from '@countersign/domain/audit/cosignature';
import { EMPTY_ROOT } from '@countersign/domain/audit/merkle';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Alert } from '@countersign/domain/schemas/alert';
import { checkpointSchema, type Checkpoint, tileSchema, type StreamHead } from '@countersign/domain/schemas/stream';
import { witnessStateSchema, type WitnessState } from '@countersign/domain/schemas/witness';
import { beforeEach, describe, expect, test } from 'vitest';
import { config } from '../config.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import { ed25519Verify } from '../streams/ed25519.ts';
import { drainStream, sealStream, type SealDeps } from '../streams/index.ts';
import { chart, handIn, memberDocument, memberPath, payout, testWorld, type TestWorld } from '../streams/test-kit.ts';
import { cosignDue, cosignStream } from './cosign.ts';
import { TestWitness, witnessesOf } from './testing.ts';

const ORG = 'acme';
const ORIGIN = 'countersign/acme/ledger';
let store: ReturnType<typeof memoryDatabase>;
let world: TestWorld;
let deps: SealDeps;
let north: TestWitness;
let south: TestWitness;

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  north = new TestWitness('north', world);
  south = new TestWitness('south', world);
  deps = { ...world, witnesses: await witnessesOf([north, south], 1) };
  await store.commit([
    { op: 'set', path: paths.organization(ORG), data: organization() },
    {
      op: 'set',
      path: memberPath(ORG, 'ada'),
      data: { ...memberDocument('ada', 'Ada'), roles: ['admin'], version: 1 },
    },
  ]);
  await handIn(world, ORG, 'chart', chart());
  await drainStream(world, ORG, 'ledger');
  await grow('a');
});

const organization = (epoch = 0): Record<string, unknown> => ({ name: 'Acme', restored: { epoch } });

/** One leaf more, sealed. */
async function grow(id: string): Promise<Checkpoint> {
  await handIn(world, ORG, id, [payout(id, 0, '1')]);
  await drainStream(world, ORG, 'ledger');
  const checkpoint = await sealStream(deps, ORG, 'ledger', { force: true });
  if (checkpoint === null) throw new Error('nothing was sealed');
  return checkpoint;
}

const state = async (): Promise<WitnessState> =>
  witnessStateSchema.parse((await store.get(paths.witnesses(ORG, 'ledger')))?.data);
const entry = async (at = 0): Promise<WitnessState['witnesses'][number]> => {
  const found = (await state()).witnesses[at];
  if (found === undefined) throw new Error('no such witness');
  return found;
};
const note = async (size: number, epoch = 0): Promise<string> =>
  checkpointSchema.parse((await store.get(paths.checkpoint(ORG, 'ledger', size, epoch)))?.data).note;
const alerts = async (): Promise<Alert[]> =>
  (await store.query({ collection: paths.alerts(ORG), limit: 20 })).map(({ data }) => data as Alert);
const messages = async (): Promise<number> =>
  (await store.query({ collection: paths.notifications(ORG), limit: 20 })).length;
const events = async (): Promise<string[]> => {
  await drainStream(world, ORG, 'audit');
  return (await store.query({ collection: paths.audit(ORG), limit: 20 })).map(
    ({ data }) => (data['body'] as { type: string }).type,
  );
};
const cosigned = async (text: string): Promise<string[]> =>
  (
    await verifyCosignatures(
      text,
      [parseWitnessKey(await north.key()), parseWitnessKey(await south.key())],
      ed25519Verify,
    )
  ).map(({ witness }) => witness);

/** A note that the log's own key signed, and that is of no history of this database. */
async function forged(size: number, root: string): Promise<string> {
  const body = { origin: ORIGIN, size, root };
  const signature = await world.signer.sign(new TextEncoder().encode(checkpointText(body)));
  return formatCheckpoint(body, await world.signer.publicKey(), signature);
}

describe('a sealed checkpoint', () => {
  test('is published before anybody is asked, and cosigned by the next tick', async () => {
    expect(north.requests).toEqual([]);
    expect(await state()).toMatchObject({ nextAt: world.at(), witnesses: [] });
    expect(await cosignDue(deps)).toBe(1);
    const own = [...world.notes.values()][0] ?? '';
    expect(north.requests).toEqual([`old 0\n\n${own}`]);
    expect(await cosigned(await note(8))).toEqual(['north.example/w', 'south.example/w']);
    // The one that is out is as it was; each cosigned copy lies beside it, whole.
    expect([...world.notes.values()]).toEqual([own]);
    const kept = [...world.kept.values()];
    expect(kept).toHaveLength(2);
    for (const text of kept) {
      expect(await verifyCheckpoint(text, ORIGIN, await world.signer.publicKey(), ed25519Verify)).toMatchObject({
        size: 8,
      });
      expect(await cosigned(text)).toHaveLength(1);
    }
    expect(await state()).toMatchObject({
      nextAt: null,
      quorum: '1 of (w0, w1)',
      reachedSize: 8,
      witnesses: [
        {
          alias: 'w0',
          keyName: 'north.example/w',
          cosigned: { size: 8, at: world.at() },
          behindSince: null,
          problem: null,
        },
        { alias: 'w1' },
      ],
    });
    expect(await cosignDue(deps)).toBe(0);
    expect(await alerts()).toEqual([]);
  });

  test('is proven from what the witness cosigned last', async () => {
    await cosignDue(deps);
    for (const id of ['b', 'c', 'd']) await grow(id);
    await cosignDue(deps);
    expect(north.requests.at(-1)).toMatch(/^old 8\n([A-Za-z0-9+/=]+\n)+\n/);
    expect(north.answers.at(-1)).toMatch(/^200/);
    expect(await cosigned(await note(11))).toHaveLength(2);
    expect(await cosigned(await note(10))).toEqual([]);
  });

  test('is not held up by a witness that answers nothing', async () => {
    deps = { ...deps, witnesses: { ...deps.witnesses!, ask: () => new Promise<never>(() => undefined) } };
    expect(await grow('b')).toMatchObject({ size: 9 });
    expect([...world.notes.values()]).toHaveLength(2);
  });

  test('goes to no witness where none is configured; sealed by such a process, it is asked about by the next that has some', async () => {
    const asking = deps;
    deps = { ...world };
    await grow('b');
    expect(await cosignDue(deps)).toBe(0);
    await cosignStream(deps, ORG, 'ledger');
    expect(north.requests).toEqual([]);
    await cosignDue(asking);
    await grow('c');
    await cosignDue(asking);
    expect(await entry()).toMatchObject({ cosigned: { size: 10 } });
  });

  test('asked about twice at once is cosigned once', async () => {
    await Promise.all([cosignStream(deps, ORG, 'ledger'), cosignStream(deps, ORG, 'ledger')]);
    expect(parseCheckpoint(await note(8)).signatures).toHaveLength(3);
    expect(await entry()).toMatchObject({ cosigned: { size: 8 }, problem: null, failures: 0 });
    expect(await alerts()).toEqual([]);
  });

  test('is asked about again when whoever asked was lost', async () => {
    north.instead = async () => Promise.reject(new Error('crash'));
    await expect(cosignStream(deps, ORG, 'ledger')).rejects.toThrow('crash');
    expect(await cosignDue(deps)).toBe(0);
    world.pass(30_001);
    north.instead = null;
    expect(await cosignDue(deps)).toBe(1);
    expect(await cosigned(await note(8))).toHaveLength(2);
  });
});

describe('a witness that knows another size', () => {
  test('is told where it stands: one that has forgotten, and one that we have', async () => {
    await cosignDue(deps);
    await grow('b');
    north.seen.clear();
    await store.commit([{ op: 'delete', path: paths.witnesses(ORG, 'ledger') }]);
    await cosignStream(deps, ORG, 'ledger');
    expect(north.requests.at(-1)).toMatch(/^old 0\n\n/);
    expect(south.answers.slice(-2)).toEqual(['409 8', expect.stringMatching(/^200/)]);
    expect(await cosigned(await note(9))).toHaveLength(2);
  });

  test('ahead of a checkpoint that somebody has overtaken is no problem', async () => {
    const ask = deps.witnesses!.ask;
    let overtaken = false;
    const slow: SealDeps = {
      ...deps,
      witnesses: {
        ...deps.witnesses!,
        ask: async (...args) => {
          if (!overtaken) {
            overtaken = true;
            await grow('b');
            await cosignStream(deps, ORG, 'ledger');
          }
          return ask(...args);
        },
      },
    };
    await cosignStream(slow, ORG, 'ledger');
    expect(north.answers).toContain('409 9');
    expect(await entry()).toMatchObject({ cosigned: { size: 9 }, problem: null, failures: 0 });
    expect(await alerts()).toEqual([]);
  });

  test('ahead of all that was published is an alert, an event and a message, with both sides kept', async () => {
    north.seen.set(ORIGIN, { size: 5000, root: 'a'.repeat(64) });
    await cosignDue(deps);
    expect(await entry()).toMatchObject({ cosigned: null, problem: { code: 'ahead', size: 5000 } });
    expect(await alerts()).toMatchObject([
      { kind: 'witness_disagrees', severity: 'critical', state: 'open', path: 'witnesses/ledger' },
    ]);
    expect(await events()).toContain('witness.disagreed');
    expect(await messages()).toBe(1);
    const disputed = [...world.kept].find(([name]) => name.startsWith('acme/ledger.disputed/'))?.[1] ?? '';
    expect(disputed).toContain(`old 0\n\n${ORIGIN}\n8\n`);
    expect(disputed).toContain('HTTP status 409:\n\n5000\n');
    // South goes on.
    expect(await entry(1)).toMatchObject({ cosigned: { size: 8 } });
  });
});

describe('two histories', () => {
  test.each([409, 422])('of the same size: the witness refuses (%i), and both checkpoints are kept', async (status) => {
    const other = await forged(8, 'b'.repeat(64));
    expect((await north.own(`old 0\n\n${other}`)).status).toBe(200);
    // litewitness says 422 where the specification says 409.
    north.instead = async (body) => {
      const answer = await north.own(body);
      return status === 422 && body.startsWith('old 8') ? { status, body: 'bad consistency proof' } : answer;
    };
    await cosignDue(deps);
    expect(north.requests.map((body) => body.split('\n')[0])).toEqual(['old 0', 'old 8']);
    expect(await entry()).toMatchObject({ cosigned: null, problem: { code: 'disagrees', size: 8 } });
    expect(await alerts()).toMatchObject([{ kind: 'witness_disagrees', severity: 'critical' }]);
    expect([...world.kept.keys()]).toContain(`acme/ledger.disputed/${'8'.padStart(16, '0')}-${(await entry()).keyId}`);
    expect(await cosigned(await note(8))).toEqual(['south.example/w']);
  });

  test('of different sizes: no proof leads from the one to the other', async () => {
    expect((await north.own(`old 0\n\n${await forged(5, 'b'.repeat(64))}`)).status).toBe(200);
    await cosignDue(deps);
    expect(north.answers).toEqual(['409 5', expect.stringMatching(/^422/)]);
    expect(await entry()).toMatchObject({ problem: { code: 'disagrees', size: 5 } });
    const [, text = ''] = [...world.kept].find(([name]) => name.includes('disputed')) ?? [];
    expect(text).toContain('What we had signed at 5:\n\nnothing');
  });

  test('told once, and again when somebody has put the alert aside', async () => {
    north.seen.set(ORIGIN, { size: 5, root: 'b'.repeat(64) });
    await cosignDue(deps);
    const [first] = await alerts();
    world.pass(3_600_001);
    await cosignDue(deps);
    expect(await alerts()).toMatchObject([{ id: first?.id, at: first?.at, lastSeenAt: world.at(), state: 'open' }]);
    expect((await events()).filter((type) => type === 'witness.disagreed')).toHaveLength(1);
    expect((await entry()).problem?.since).toBe(first?.at);
    await store.commit([{ op: 'update', path: paths.alert(ORG, first?.id ?? ''), data: { state: 'acknowledged' } }]);
    world.pass(3_600_001);
    await cosignDue(deps);
    expect(await alerts()).toMatchObject([{ state: 'open' }]);
    expect((await events()).filter((type) => type === 'witness.disagreed')).toHaveLength(2);
  });

  test.each<[string, (hashes: string) => string]>([
    ['gone', () => ''],
    ['changed', (hashes) => `${'0'.repeat(64)}${hashes.slice(64)}`],
  ])('a tile of our own that is %s is not blamed on the witness', async (_, broken) => {
    await cosignDue(deps);
    await grow('b');
    const path = paths.tile(ORG, 'ledger', 0, 0);
    const { hashes } = tileSchema.parse((await store.get(path))?.data);
    await store.commit([{ op: 'update', path, data: { hashes: broken(hashes) } }]);
    const before = north.requests.length;
    await cosignDue(deps);
    expect(north.requests).toHaveLength(before);
    expect(await entry()).toMatchObject({ problem: { code: 'unprovable' } });
    expect(await alerts()).toEqual([]);
  });
});

describe('a hostile or broken answer', () => {
  const line = async (text: string, by: TestWitness = north, time = Date.now() / 1000): Promise<string> =>
    cosignatureLine(parseWitnessKey(await by.key()), text, Math.floor(time), (message) => by.signer.sign(message));
  const sent = (body: string): string => body.slice(body.indexOf('\n\n') + 2);

  test.each<[string, (body: string) => Promise<{ status: number; body: string }>, string]>([
    [
      'a cosignature of another checkpoint',
      async () => ({ status: 200, body: await line(await forged(8, EMPTY_ROOT)) }),
      'false_cosignature',
    ],
    [
      'a line of another witness',
      async (body) => ({ status: 200, body: await line(sent(body), south) }),
      'false_cosignature',
    ],
    [
      'a cosignature from the future',
      async (body) => ({ status: 200, body: await line(sent(body), north, world.now().getTime() / 1000 + 3600) }),
      'false_cosignature',
    ],
    [
      'a signature of its name and our checkpoint, by another key',
      async (body) => {
        const key = { name: north.name, publicKey: await north.signer.publicKey() };
        return {
          status: 200,
          body: await cosignatureLine(key, sent(body), 1_795_341_600, (message) => south.signer.sign(message)),
        };
      },
      'false_cosignature',
    ],
    ['nothing', async () => ({ status: 200, body: '' }), 'garbled'],
    ['a page', async () => ({ status: 200, body: '<html>\n' }), 'garbled'],
    ['a conflict over what nobody doubts', async () => ({ status: 409, body: '0\n' }), 'garbled'],
    ['a redirect', async () => ({ status: 302, body: '' }), 'refused'],
    ['a log that it does not know', async () => ({ status: 404, body: '' }), 'unknown_log'],
    ['a key that it does not trust', async () => ({ status: 403, body: '' }), 'unknown_key'],
    ['too many requests', async () => ({ status: 429, body: '' }), 'refused'],
    ['an error of its own', async () => ({ status: 500, body: '' }), 'refused'],
    ['no answer', async () => Promise.reject(new AppError('unavailable', 'it can not be reached')), 'unreachable'],
    ['no end', async () => Promise.reject(new AppError('limit_exceeded', 'too long')), 'garbled'],
  ])('%s: nothing is added, the other witness is heard', async (_, instead, code) => {
    north.instead = instead;
    await cosignDue(deps);
    expect(await cosigned(await note(8))).toEqual(['south.example/w']);
    expect(await state()).toMatchObject({
      reachedSize: 8,
      witnesses: [
        { cosigned: null, failures: 1, behindSince: world.at(), problem: { code } },
        { cosigned: { size: 8 } },
      ],
    });
    expect([...world.kept.keys()].filter((name) => name.includes('cosigned'))).toHaveLength(1);
    expect(await alerts()).toEqual([]);
  });

  test('sizes that lead round and round end', async () => {
    let size = 0;
    north.instead = async () => ({ status: 409, body: `${(size = size === 3 ? 4 : 3)}\n` });
    await cosignDue(deps);
    expect(north.requests).toHaveLength(4);
    expect(await entry()).toMatchObject({ problem: { code: 'refused' } });
  });

  test('further lines are left alone', async () => {
    north.instead = async (body) => {
      const own = await north.own(body);
      return { status: 200, body: `\u2014 somebody.else/w AAAAAAAA\n\u2014 ${north.name} AAAAAAAA\n${own.body}` };
    };
    await cosignDue(deps);
    expect(parseCheckpoint(await note(8)).signatures).toHaveLength(3);
    expect(await cosigned(await note(8))).toHaveLength(2);
  });

  test('it is asked again, ever more seldom, and at once when it is back', async () => {
    north.instead = async () => ({ status: 503, body: '' });
    await cosignDue(deps);
    const waits: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) {
      const { notBefore } = await entry();
      waits.push((Date.parse(notBefore ?? '') - world.now().getTime()) / 1000);
      world.pass(Date.parse(notBefore ?? '') - world.now().getTime() - 1);
      expect(await cosignDue(deps)).toBe(0);
      world.pass(1);
      expect(await cosignDue(deps)).toBe(1);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
    north.instead = null;
    world.pass(3_600_000);
    await cosignDue(deps);
    expect(await entry()).toMatchObject({ cosigned: { size: 8 }, failures: 0, notBefore: null, problem: null });
  });
});

describe('silence', () => {
  test('becomes an alert after some hours, as long as something waits for the witness', async () => {
    north.instead = async () => ({ status: 404, body: '' });
    await cosignDue(deps);
    world.pass(config.witnessSilentMs - 1);
    await cosignDue(deps);
    expect(await alerts()).toEqual([]);
    const since = (await entry()).behindSince ?? '';
    world.pass(3_600_001);
    await cosignDue(deps);
    expect(await alerts()).toMatchObject([{ kind: 'witness_silent', severity: 'warning' }]);
    expect((await alerts())[0]?.message).toBe(
      `The witness north.example/w has cosigned nothing of the ledger since ${since}: it knows no log of this name: its operator has to add it`,
    );
    expect(await messages()).toBe(0);
  });

  test('of a busy log is counted from the last cosignature', async () => {
    const ask = deps.witnesses!.ask;
    let rounds = 0;
    const busy: SealDeps = {
      ...deps,
      witnesses: { ...deps.witnesses!, ask: async (...args) => (await grow(`r${(rounds += 1)}`), ask(...args)) },
    };
    for (let hours = 0; hours < 10; hours += 1) {
      await cosignStream(busy, ORG, 'ledger');
      expect((await entry()).behindSince).toBe(world.at());
      world.pass(3_600_000);
    }
    expect(await alerts()).toEqual([]);
  });

  test('of a log that does not grow is none', async () => {
    await cosignDue(deps);
    world.pass(config.witnessSilentMs * 10);
    await cosignDue(deps);
    await grow('b');
    await cosignDue(deps);
    expect(await alerts()).toEqual([]);
  });
});

describe('a quorum', () => {
  test('is reached by as many as the policy says, of the size that all of them have seen', async () => {
    deps = { ...world, witnesses: await witnessesOf([north, south], 2) };
    south.instead = async () => ({ status: 500, body: '' });
    await cosignDue(deps);
    expect(await state()).toMatchObject({ quorum: '2 of (w0, w1)', reachedSize: null });
    south.instead = null;
    world.pass(10_000);
    await cosignDue(deps);
    expect(await state()).toMatchObject({ reachedSize: 8 });
    south.instead = async () => ({ status: 500, body: '' });
    await grow('b');
    await cosignDue(deps);
    expect(await state()).toMatchObject({ reachedSize: 8, witnesses: [{ cosigned: { size: 9 } }, {}] });
  });

  test('follows the policy: a new witness is asked, one that left is gone', async () => {
    await cosignDue(deps);
    const east = new TestWitness('east', world);
    deps = { ...world, witnesses: await witnessesOf([south, east], 2) };
    await grow('b');
    await cosignDue(deps);
    expect((await state()).witnesses.map(({ keyName }) => keyName)).toEqual(['south.example/w', 'east.example/w']);
    expect(north.requests).toHaveLength(1);
  });
});

test('a restored database begins another log: witnesses are asked from its beginning, and those answers of before count no more', async () => {
  await cosignDue(deps);
  await store.commit([{ op: 'set', path: paths.organization(ORG), data: organization(1) }]);
  // Nothing of the new epoch is sealed yet: what the head remembers is of the old one.
  await cosignStream(deps, ORG, 'ledger');
  expect(north.requests).toHaveLength(1);
  expect(await state()).toMatchObject({
    origin: `${ORIGIN}/1`,
    nextAt: null,
    witnesses: [{ cosigned: null, behindSince: null }, {}],
  });
  await grow('b');
  await cosignDue(deps);
  expect(north.requests.at(-1)).toContain(`old 0\n\n${ORIGIN}/1\n9\n`);
  expect(await cosigned(await note(9, 1))).toHaveLength(2);
  expect([...world.kept.keys()].filter((name) => name.startsWith('acme/ledger.1.cosigned/'))).toHaveLength(2);
  const head = (await store.get(paths.streamHead(ORG, 'ledger')))?.data as StreamHead;
  expect(head.checkpointSize).toBe(9);
});
