import { paths } from '@countersign/domain/paths';
import type { StreamHead } from '@countersign/domain/schemas/stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  chart,
  change,
  handIn,
  hooked,
  memberDocument,
  memberPath,
  payout,
  testWorld,
  type TestWorld,
} from '../../functions/src/streams/test-kit.ts';
import { awaitDecided, drainForgotten, drainStream, sealStream } from '../../functions/src/streams/index.ts';
import { verifyOrganization, type Report } from '../../functions/src/streams/verify/index.ts';
import { localFirestore, type LocalFirestore } from './local-firestore.ts';

/** The writer against a real Firestore, with a client of its own for each writer. */
let firestore: LocalFirestore;
let world: TestWorld;
let orgId = '';
let runs = 0;

beforeAll(() => {
  firestore = localFirestore();
});
afterAll(() => firestore.close());
beforeEach(async () => {
  orgId = `org-${(runs += 1)}`;
  world = testWorld(firestore.db);
  await handIn(world, orgId, 'chart', chart(10));
  await drainStream(world, orgId, 'ledger');
});

const anotherProcess = (): TestWorld => ({ ...world, db: firestore.another() });
const verify = async (): Promise<Report> =>
  verifyOrganization(firestore.db, orgId, {
    checkpoints: [...world.notes.values()].filter((note) => note.startsWith(`countersign/${orgId}/`)),
    publicKey: await world.signer.publicKey(),
  });

test('writers at once, in several processes, come to one history', async () => {
  const writers = [anotherProcess(), anotherProcess(), anotherProcess()];
  const refused = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const writer = writers[index % 3] as TestWorld;
      await handIn(writer, orgId, `c${index}`, [
        payout(`j${index}`, index % 10, '100', 'pending'),
        { type: 'post', id: `p${index}`, journalId: `j${index}` },
        payout('same', 0, '7'),
        payout(`bad${index}`, 99, '1'),
      ]);
      return awaitDecided(writer, orgId, 'ledger', `c${index}`);
    }),
  );
  expect(refused.map((one) => one.map(({ intentId, code }) => [intentId, code]))).toEqual(
    Array.from({ length: 30 }, (_, index) => [[`bad${index}`, 'account_missing']]),
  );
  await sealStream(world, orgId, 'ledger', { force: true });
  const report = await verify();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    ledger: { journals: 31, steps: 61, size: 14 + 61, checkpointSize: 75, checkpoints: 1, waiting: 0 },
  });
});

test('a writer that read the head before another committed starts over', async () => {
  await handIn(
    world,
    orgId,
    'a',
    Array.from({ length: 900 }, (_, index) => payout(`a-${index}`, index % 10, '1')),
  );
  let attempts = 0;
  const slow = {
    ...world,
    db: hooked(firestore.another(), {
      before: async () => {
        attempts += 1;
        if (attempts > 1) return;
        world.pass(-1000);
        await handIn(
          world,
          orgId,
          'b',
          Array.from({ length: 300 }, (_, index) => payout(`b-${index}`, index % 10, '1')),
        );
        expect([...(await drainStream(anotherProcess(), orgId, 'ledger', { maxBatches: 1 })).decided.keys()]).toEqual([
          'b',
        ]);
      },
    }),
  };
  expect([...(await drainStream(slow, orgId, 'ledger')).decided.keys()]).toEqual(['a']);
  expect(attempts).toBe(2);
  expect(await verify()).toMatchObject({ ok: true, ledger: { journals: 1200, size: 14 + 1200 } });
});

test('audit events, the sweeper across organizations, and a tampered document', async () => {
  await change(world, orgId, memberPath(orgId, 'ann'), memberDocument('ann', 'Ann'), 1, { note: 'hello' });
  await change(world, orgId, memberPath(orgId, 'ann'), memberDocument('ann', 'Ann'), 2);
  world.pass(6_000);
  expect(await drainForgotten(world, { limit: 500 })).toMatchObject({ problems: [] });
  world.pass(11_000);
  expect(await drainForgotten(world, { limit: 500 })).toMatchObject({ problems: [] });
  const head = (await firestore.db.get(paths.streamHead(orgId, 'audit')))?.data as unknown as StreamHead;
  expect(head).toMatchObject({ size: 2, checkpointSize: 2, unsealedSince: null });
  expect(await verify()).toMatchObject({
    ok: true,
    audit: { events: 2, documents: 1, personal: 1, checkpointSize: 2 },
  });
  await firestore.db.commit([{ op: 'update', path: memberPath(orgId, 'ann'), data: { roles: ['admin'] } }]);
  expect((await verify()).findings).toMatchObject([{ check: 'document', where: memberPath(orgId, 'ann') }]);
});
