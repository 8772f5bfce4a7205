import { paths } from '@countersign/domain/paths';
import { digestOfStored } from '@countersign/domain/plan/digest';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { beforeEach, describe, expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { expectCompleted } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, FOREIGN_ORG, ORG, World } from './testing/world.ts';
import { newWork } from './work.ts';
import { runWork } from './worker.ts';

/**
 * Each part that design section 3 lists, changed in the stored documents behind the server's back: what is not signed
 * yet can't be, and what is signed is not applied.
 */
const FILE = csvOf([
  ['A-1', ALPHA, '10.00', 'USD'],
  ['B-1', BRAVO, '20.00', 'USD'],
]);
const OTHER = 'f'.repeat(64);
let world: World;
let planned: Execution;
beforeEach(async () => {
  world = await World.open();
  planned = await world.plan(FILE);
});

type Edit = (execution: Execution, plan: Plan) => Partial<Execution>;
const ofPlan =
  (edit: (plan: Plan) => Partial<Plan>): Edit =>
  (_, plan) => ({ plan: { ...plan, ...edit(plan) } });
const ofInput =
  (fields: Partial<Execution['inputs'][number]>): Edit =>
  ({ inputs }) => ({ inputs: inputs.map((input) => ({ ...input, ...fields })) });

const EDITS: readonly [string, Edit][] = [
  ["the provider's connector", ofPlan(({ provider }) => ({ provider: { ...provider, connector: 'none' } }))],
  ["the provider's account", ofPlan(({ provider }) => ({ provider: { ...provider, account: 'acct_other' } }))],
  ["the provider's mode", ofPlan(({ provider }) => ({ provider: { ...provider, mode: 'live' } }))],
  ['the plugin', ({ plugin }) => ({ plugin: { ...plugin, name: 'other' } })],
  ["the plugin's version", ({ plugin }) => ({ plugin: { ...plugin, version: '1.0.1' } })],
  ["the hash of the plugin's code", ({ plugin }) => ({ plugin: { ...plugin, codeHash: OTHER } })],
  ['a parameter', ({ parameters }) => ({ parameters: { ...parameters, reserve: '1' } })],
  ['a parameter that is gone', () => ({ parameters: {} })],
  ['the bytes of an input file', ofInput({ sha256: OTHER })],
  ['the generation of an input file', ofInput({ generation: '999' })],
  ['which file it is', ofInput({ fileId: 'other' })],
  ['what the file is for', ofInput({ parameter: 'other' })],
  ['an input file that is gone', () => ({ inputs: [] })],
  ['the hash of a page', ofPlan(({ pageHashes }) => ({ pageHashes: pageHashes.map(() => OTHER) }))],
  ['a page more', ofPlan(({ pageHashes }) => ({ pageHashes: [...pageHashes, OTHER] }))],
  ['no pages', ofPlan(() => ({ pageHashes: [] }))],
  ['the hash of what was read', ofPlan(({ reads }) => ({ reads: { ...reads, hash: OTHER } }))],
  ['how much was read', ofPlan(({ reads }) => ({ reads: { ...reads, count: reads.count + 1 } }))],
  ['the policy', ofPlan(({ policy }) => ({ policy: { ...policy, id: 'other' } }))],
  ["the policy's version", ofPlan(({ policy }) => ({ policy: { ...policy, version: policy.version + 1 } }))],
  ["the policy's rule", ofPlan(({ policy }) => ({ policy: { ...policy, rule: 'Small change' } }))],
  ['who must sign', ofPlan(({ policy }) => ({ policy: { ...policy, levels: [{ role: 'approver', people: 2 }] } }))],
  ['that nobody must sign', ofPlan(({ policy }) => ({ policy: { ...policy, auto: true } }))],
  [
    'what the rule was chosen by',
    ofPlan(({ traits }) => ({ traits: traits === null ? null : { ...traits, newPayeeCount: 0 } })),
  ],
  ['nothing to choose a rule by', ofPlan(() => ({ traits: null }))],
  [
    'a predicate more',
    ofPlan(() => ({ rechecks: [{ kind: 'record.version', type: 'price', recordId: 'x', version: 0 }] })),
  ],
  ['why it is run', ({ origin }) => ({ origin: { ...origin, kind: 'schedule' } })],
  ['what it resumes', ({ origin }) => ({ origin: { ...origin, executionId: 'x' } })],
  ['its schedule', ({ origin }) => ({ origin: { ...origin, scheduleId: 's' } })],
  ['when it was due', ({ origin }) => ({ origin: { ...origin, dueAt: '2026-01-01T00:00:00.000Z' } })],
  ['the attempt', ofPlan(({ attempt }) => ({ attempt: attempt + 1 }))],
  ['the digest itself', ofPlan(() => ({ digest: OTHER }))],
];

async function edit(change: Edit): Promise<void> {
  const stored = await world.execution(planned.id);
  if (stored.plan === null) throw new Error('there is a plan');
  const data = change(stored, stored.plan);
  await world.db.commit([{ op: 'update', path: paths.execution(ORG, planned.id), data }]);
}

async function expectNothingDone(id: string): Promise<void> {
  const ended = await world.execution(id);
  expect(ended.state).toBe('drifted');
  expect(ended.tally?.counts).toEqual({ succeeded: 0, failed: 0, unknown: 0, untouched: 2 });
  expect(world.provider.requests).toEqual([]);
}

test('what nobody touched is signed and applied', async () => {
  await edit(() => ({}));
  await world.approve(await world.execution(planned.id));
  await world.work();
  await expectCompleted(world, await world.execution(planned.id));
});

describe('changed before it is signed: it can not be signed', () => {
  test.each(EDITS)('%s', async (_, change) => {
    await edit(change);
    // By the digest that was shown before, and by the one that is stored now.
    await expect(world.approve(planned)).rejects.toMatchObject({
      code: expect.stringMatching(/^(stale_digest|failed_precondition)$/),
    });
    await expect(world.approve(await world.execution(planned.id))).rejects.toThrow(
      /not the one that its digest stands/,
    );
    expect((await world.execution(planned.id)).approvals).toEqual([]);
  });
});

describe('changed after it is signed: it is not applied', () => {
  test.each(EDITS)('%s', async (_, change) => {
    await world.approve(planned);
    await edit(change);
    await world.work();
    await expectNothingDone(planned.id);
  });

  test.each(EDITS.filter(([name]) => name !== 'the digest itself'))('%s, and the digest with it', async (_, change) => {
    await world.approve(planned);
    await edit(change);
    const forged = await world.execution(planned.id);
    if (forged.plan === null) throw new Error('there is a plan');
    const digest = digestOfStored(ORG, forged, forged.plan);
    await edit(ofPlan(() => ({ digest })));
    await world.work();
    await expectNothingDone(planned.id);
  });
});

describe('the signatures themselves', () => {
  const approval = (): string => paths.approval(ORG, planned.id, 'amir');

  test.each<[string, Record<string, unknown>]>([
    ['of another digest', { digest: OTHER }],
    ['that is a refusal', { decision: 'rejected' }],
  ])('one %s', async (_, data) => {
    await world.approve(planned);
    await world.db.commit([{ op: 'update', path: approval(), data }]);
    await world.work();
    await expectNothingDone(planned.id);
  });

  test('one that is gone', async () => {
    await world.approve(planned);
    await world.db.commit([{ op: 'delete', path: approval() }]);
    await world.work();
    await expectNothingDone(planned.id);
  });

  test('one that was never given', async () => {
    await edit(() => ({
      state: 'approved',
      coarse: 'running',
      approvals: [{ uid: 'amir', forUid: null, role: 'approver', level: 0, at: world.clock.at() }],
    }));
    await world.later(100 * 3_600_000);
    await expectNothingDone(planned.id);
  });

  test('none at all', async () => {
    await edit(() => ({ state: 'approved', coarse: 'running' }));
    await world.later(100 * 3_600_000);
    await expectNothingDone(planned.id);
  });
});

test('a signature does not fit an identical second execution', async () => {
  await world.approve(planned);
  await world.work();
  await expectCompleted(world, await world.execution(planned.id));
  const sent = world.provider.requests.length;
  // The same documents, signatures and all, under another id.
  const twin = 'identical-twin';
  await copyTo(ORG, twin);
  await runWork(world.deps, ORG, twin);
  expect(await world.execution(twin)).toMatchObject({ state: 'drifted' });
  expect(world.provider.requests).toHaveLength(sent);
});

test('a signature does not fit the same execution of another organization', async () => {
  await world.approve(planned);
  await copyTo(FOREIGN_ORG, planned.id);
  // The one who signed may sign there as well: nothing but the signature can stop it.
  const amir = await world.db.get(paths.member(ORG, 'amir'));
  await world.db.commit([{ op: 'create', path: paths.member(FOREIGN_ORG, 'amir'), data: amir?.data ?? {} }]);
  await runWork(world.deps, FOREIGN_ORG, planned.id);
  expect(await read(world.db, refs.execution(FOREIGN_ORG, planned.id))).toMatchObject({ state: 'drifted' });
  expect(world.provider.requests).toEqual([]);
});

test('two runs of the same file, one after the other, have two digests, and the first signature signs the first alone', async () => {
  await world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'again' });
  await world.work();
  const again = await world.plan(FILE);
  expect(again.plan?.pageHashes).toEqual(planned.plan?.pageHashes);
  expect(again.plan?.digest).not.toBe(planned.plan?.digest);
  await expect(
    world.command('amir', 'approveExecution', { executionId: again.id, digest: planned.plan?.digest ?? '' }),
  ).rejects.toMatchObject({ code: 'stale_digest' });
});

/** Copy the signed execution, as it was before it was applied, with all that lies below it. */
async function copyTo(orgId: string, id: string): Promise<void> {
  const from = `${paths.execution(ORG, planned.id)}/`;
  const below = world.db.dump().filter(({ path }) => path.startsWith(from) && !path.includes('/outcomes/'));
  const approved = { ...(await world.execution(planned.id)), state: 'approved', coarse: 'running', tally: null };
  await world.db.commit([
    { op: 'create', path: paths.execution(orgId, id), data: { ...approved, id, report: null, endedAt: null } },
    ...below.map(({ path, data }) => ({
      op: 'create' as const,
      path: `${paths.execution(orgId, id)}/${path.slice(from.length)}`,
      data,
    })),
    newWork(orgId, id, world.clock.at()),
  ]);
}
