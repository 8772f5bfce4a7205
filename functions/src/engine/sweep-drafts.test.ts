import { fileSchema } from '@countersign/domain/schemas/file';
import type { Execution } from '@countersign/domain/schemas/execution';
import { definePlugin, filePublish } from '@countersign/plugin-sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sweepDrafts } from './sweep-drafts.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { expectSound } from './testing/sound.ts';
import { ORG, World } from './testing/world.ts';

const DAY_MS = 86_400_000;

/** Makes two files, publishes the first, and forgets the other. */
const writer = definePlugin({
  name: 'writer',
  version: '1.0.0',
  title: 'Writer',
  description: 'Makes files',
  category: 'data',
  riskLevel: 'low',
  capabilities: ['files.write'],
  parameters: [],
  async execute(_, context) {
    const [one, two] = [
      await context.drafts.create('one.csv', 'text/csv'),
      await context.drafts.create('two.csv', 'text/csv'),
    ];
    await one.write('a,b\r\n1,2\r\n');
    await two.write('a,b\r\n');
    const [draft] = [await one.close(), await two.close()];
    return {
      effects: [{ ...filePublish({ name: 'one.csv', contentType: 'text/csv', draft }), key: 'one' } as never],
      problems: [],
      rowCount: 1,
      refusedTotals: [],
      message: 'Two files',
      metrics: {},
      warnings: [],
    };
  },
  report: async () => ({ success: true, message: 'Done', files: [], notifications: [] }),
});

const hold = vi.hoisted(() => ({ held: false }));
vi.mock(import('./legal-hold.ts'), async (original) => ({
  ...(await original()),
  isUnderLegalHold: async () => hold.held,
}));

let world: World;
beforeEach(async () => {
  world = await World.open({ plugins: inProcess(writer) });
});
afterEach(() => {
  hold.held = false;
});

async function planned(): Promise<Execution> {
  const { executionId } = await world.command('olivia', 'requestExecution', { operationId: 'writer', parameters: {} });
  await world.work();
  const execution = await world.execution(executionId);
  expect(execution.state).toBe('awaiting_approval');
  return execution;
}
const drafts = async (): Promise<string[]> =>
  (await world.objects.list(`orgs/${ORG}/results/`, 100)).map(({ path }) => path.split('/').at(-1) ?? '');
const reject = ({ id, plan }: Execution) =>
  world.command('amir', 'rejectExecution', { executionId: id, digest: plan?.digest ?? '', reason: 'not this one' });

test('of a plan that was refused, thirty days after it was; and it is in the log', async () => {
  const execution = await planned();
  await world.later(2 * DAY_MS);
  await reject(execution);
  expect(await drafts()).toEqual(['one.csv', 'two.csv']);
  await world.later(30 * DAY_MS - 60_000);
  expect(await drafts()).toEqual(['one.csv', 'two.csv']);
  await world.later(60_000);
  expect(await drafts()).toEqual([]);
  expect(world.documents('drafts')).toEqual([]);
  await expectSound(world);
  expect(world.audit().at(-1)?.body).toMatchObject({
    type: 'execution.drafts_deleted',
    executionId: execution.id,
    data: { files: '2' },
  });
});

test('of one that nobody has signed in time', async () => {
  await planned();
  // It expires three days after it was planned, and its files thirty days after that.
  await world.later(4 * DAY_MS);
  await world.later(29 * DAY_MS);
  expect(await drafts()).toHaveLength(2);
  await world.later(2 * DAY_MS);
  expect(await drafts()).toEqual([]);
});

test('not while it is open, nor when it was applied', async () => {
  const execution = await planned();
  await world.approve(execution);
  await world.work();
  await world.later(40 * DAY_MS);
  await world.later(40 * DAY_MS);
  expect(await drafts()).toContain('one.csv');
  expect(await drafts()).toContain('two.csv');
  expect(world.documents('drafts')).toEqual([]);
  const [published] = world.documents('files').map((one) => fileSchema.parse(one));
  expect(world.objects.text(published?.storagePath ?? '')).toBe('a,b\r\n1,2\r\n');
});

test('what was published before the run was stopped stays', async () => {
  const execution = await planned();
  await world.approve(execution);
  await world.work();
  await world.db.commit([{ op: 'update', path: `orgs/${ORG}/executions/${execution.id}`, data: { state: 'drifted' } }]);
  await world.later(31 * DAY_MS);
  expect(await drafts()).not.toContain('two.csv');
  const [published] = world.documents('files').map((one) => fileSchema.parse(one));
  expect(world.objects.text(published?.storagePath ?? '')).toBe('a,b\r\n1,2\r\n');
});

test('not under a legal hold; after it has ended they go', async () => {
  const execution = await planned();
  await reject(execution);
  hold.held = true;
  await world.later(31 * DAY_MS);
  await world.later(31 * DAY_MS);
  expect(await drafts()).toHaveLength(2);
  hold.held = false;
  await world.later(DAY_MS);
  expect(await drafts()).toEqual([]);
});

test('a crash in between: the log tells, and the next tick goes on', async () => {
  await reject(await planned());
  world.clock.pass(31 * DAY_MS);
  const remove = vi.spyOn(world.objects, 'remove');
  remove.mockRejectedValueOnce(new Error('crash'));
  await expect(sweepDrafts(world.deps)).rejects.toThrow('crash');
  expect(await drafts()).toHaveLength(2);
  await world.later(60_000);
  expect(await drafts()).toEqual([]);
  expect(world.documents('drafts')).toEqual([]);
  await expectSound(world);
  const told = world.audit().flatMap(({ body }) => (body.type === 'execution.drafts_deleted' ? [body.data.files] : []));
  expect(told).toEqual(['2', '2']);
});
