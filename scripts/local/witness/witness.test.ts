import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointText, formatCheckpoint, toBase64 } from '@countersign/domain/audit/checkpoint';
import { parseWitnessKey, verifyCosignatures } from '@countersign/domain/audit/cosignature';
import { append, EMPTY_TREE, leafHash, rootOf, type Hash } from '@countersign/domain/audit/merkle';
import { consistencyRanges, proofFromTiles } from '@countersign/domain/audit/proof';
import { appendToTiles, tileKey } from '@countersign/domain/audit/tiles';
import { parseWitnessPolicy } from '@countersign/domain/audit/witness-policy';
import { addCheckpointBody } from '@countersign/domain/audit/witness-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ed25519Verify } from '../../../functions/src/streams/ed25519.ts';
import { localSigner, PUBLIC_KEY } from '../../../functions/src/streams/signer.ts';
import { standInPolicy } from './policy.ts';
import { createStandIn, type StandIn } from './server.ts';
import { StandInWitness } from './witness.ts';

const ORIGIN = 'countersign/northwind/audit';
const leaves = (first: string, count: number): Hash[] =>
  Array.from({ length: count }, (_, at) => leafHash(`${at < 3 ? 'leaf' : first} ${at}`));
/** Two histories that part after three leaves. */
const [OURS, OTHER] = [leaves('leaf', 20), leaves('other', 20)];

let folder = '';
let standIn: StandIn;
let url = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-'));
  await localSigner(join(folder, 'keys')).publicKey();
  await open();
});
afterEach(async () => {
  await standIn.close();
  await rm(folder, { recursive: true });
});

async function open(): Promise<void> {
  standIn = await createStandIn({ folder: join(folder, 'witness'), logKeyFile: join(folder, 'keys', PUBLIC_KEY) });
  url = (await standIn.listen(0)).url;
}

async function noteOf(history: readonly Hash[], size: number, origin = ORIGIN, keys = 'keys'): Promise<string> {
  const signer = localSigner(join(folder, keys));
  const body = { origin, size, root: rootOf(append(EMPTY_TREE, history.slice(0, size))) };
  const signature = await signer.sign(new TextEncoder().encode(checkpointText(body)));
  return formatCheckpoint(body, await signer.publicKey(), signature);
}

function proofOf(history: readonly Hash[], before: number, size: number): Hash[] {
  const { changed } = appendToTiles(EMPTY_TREE, history.slice(0, size), new Map());
  return proofFromTiles(consistencyRanges(before, size), new Map(changed.map((tile) => [tileKey(tile), tile.hashes])));
}

const post = (body: string, path = '/add-checkpoint', method = 'POST'): Promise<Response> =>
  fetch(`${url}${path}`, { method, ...(method === 'POST' ? { body } : {}) });
/** Status and body. */
async function add(history: readonly Hash[], before: number, size: number): Promise<string> {
  const proof = before > size ? [] : proofOf(history, before, size);
  const answer = await post(addCheckpointBody(before, proof, await noteOf(history, size)));
  return `${answer.status} ${(await answer.text()).trim()}`;
}

test('what goes on is cosigned by the key that the policy names', async () => {
  const { witnesses } = parseWitnessPolicy((await standInPolicy(join(folder, 'witness'), 1)).replaceAll(';', '\n'));
  expect(await add(OURS, 0, 5)).toMatch(/^200 \u2014 localhost\/stand-in-witness /);
  const note = await noteOf(OURS, 12);
  const answer = await post(addCheckpointBody(5, proofOf(OURS, 5, 12), note));
  const [found] = await verifyCosignatures(`${note}${await answer.text()}`, witnesses, ed25519Verify);
  expect(found?.time).toBeGreaterThan(Date.now() / 1000 - 60);
  expect(parseWitnessKey(await standIn.witness.verifierKey()).name).toBe('localhost/stand-in-witness');
});

describe('what is refused', () => {
  test('a rollback, with the size that it knows', async () => {
    await add(OURS, 0, 12);
    const answer = await post(addCheckpointBody(0, [], await noteOf(OURS, 5)));
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      409,
      'text/x.tlog.size',
      '12\n',
    ]);
    expect(await add(OURS, 12, 5)).toMatch(/^400 /);
    expect(await add(OURS, 12, 13)).toMatch(/^200 /);
  });

  test('a fork, of a greater size and of the same', async () => {
    await add(OURS, 0, 12);
    expect(await add(OTHER, 12, 20)).toMatch(/^422 /);
    expect(await add(OTHER, 12, 12)).toBe('409 12');
    expect(await add(OURS, 12, 12)).toMatch(/^200 /);
    expect(await add(OURS, 12, 20)).toMatch(/^200 /);
  });

  test('both also after it was started anew', async () => {
    await add(OURS, 0, 12);
    await standIn.close();
    await open();
    expect(await add(OURS, 0, 12)).toBe('409 12');
    expect(await add(OTHER, 12, 20)).toMatch(/^422 /);
    expect(await add(OURS, 12, 20)).toMatch(/^200 /);
  });

  test('another log, another key, and what is no request', async () => {
    for (const origin of ['example.com/log', 'countersign/northwind/other', 'countersign/northwind/audit/01'])
      expect((await post(addCheckpointBody(0, [], await noteOf(OURS, 5, origin)))).status).toBe(404);
    expect((await post(addCheckpointBody(0, [], await noteOf(OURS, 5, ORIGIN, 'others')))).status).toBe(403);
    const note = await noteOf(OURS, 5);
    expect((await post(addCheckpointBody(0, [], note.replace('\n5\n', '\n6\n')))).status).toBe(403);
    for (const body of ['', 'old 0\n', `old 0\n\n${ORIGIN}\nhello\n`, `old x\n\n${note}`])
      expect((await post(body)).status).toBe(400);
    expect((await post(addCheckpointBody(0, OURS.slice(0, 1), note))).status).toBe(422);
    expect((await post('x'.repeat(20_000))).status).toBe(413);
    expect((await post('', '/')).status).toBe(404);
    expect((await post('', '/add-checkpoint', 'GET')).status).toBe(404);
  });

  test('a key that has changed since it first saw one', async () => {
    await add(OURS, 0, 5);
    await rm(join(folder, 'keys'), { recursive: true });
    expect(await add(OURS, 5, 6)).toMatch(/^403 /);
    await standIn.close();
    await open();
    expect(await add(OURS, 5, 6)).toMatch(/^403 /);
  });
});

test('of requests at once, each is held against what the one before has left', async () => {
  const answers = await Promise.all([12, 13, 14, 15].map((size) => add(OURS, 0, size)));
  expect(answers.filter((answer) => answer.startsWith('200'))).toHaveLength(1);
  expect(new Set(answers.filter((answer) => answer.startsWith('409'))).size).toBe(1);
});

test('what it remembers is written by one at a time, and before the answer', async () => {
  let writing = 0;
  let most = 0;
  let written = 0;
  const signer = localSigner(join(folder, 'keys'));
  const witness = new StandInWitness({
    name: 'w',
    signer,
    seen: new Map(),
    trusts: () => signer.publicKey(),
    now: () => new Date(),
    persist: async () => {
      most = Math.max(most, (writing += 1));
      await new Promise((passed) => setTimeout(passed, 20));
      writing -= 1;
      written += 1;
    },
  });
  const answers = [];
  for (const [before, size] of [
    [0, 5],
    [5, 12],
    [12, 20],
  ] as const)
    answers.push(
      witness
        .addCheckpoint(addCheckpointBody(before, proofOf(OURS, before, size), await noteOf(OURS, size)))
        .then(({ status }) => [status, written]),
    );
  expect(await Promise.all(answers)).toEqual([
    [200, 1],
    [200, 2],
    [200, 3],
  ]);
  expect(most).toBe(1);
});

test('before there is a key of the logs, it knows no log', async () => {
  await rm(join(folder, 'keys'), { recursive: true });
  const other = await noteOf(OURS, 5, ORIGIN, 'others');
  expect((await post(addCheckpointBody(0, [], other))).status).toBe(404);
  await localSigner(join(folder, 'keys')).publicKey();
  expect(await add(OURS, 0, 5)).toMatch(/^200 /);
  const state = JSON.parse(await readFile(join(folder, 'witness', 'seen.json'), 'utf8')) as { logKey: string };
  expect(state.logKey).toBe(toBase64(await localSigner(join(folder, 'keys')).publicKey()));
  await writeFile(join(folder, 'keys', PUBLIC_KEY), 'nonsense');
  expect(await add(OURS, 5, 6)).toMatch(/^200 /);
});
