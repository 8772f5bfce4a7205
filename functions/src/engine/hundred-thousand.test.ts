import { definePlugin } from '@countersign/plugin-sdk';
import { expect, test } from 'vitest';
import { config } from '../config.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { silenceLog } from './testing/settings.ts';
import { World } from './testing/world.ts';

silenceLog();

const proposing = (count: number) =>
  definePlugin({
    name: 'proposer',
    version: '1.0.0',
    title: 'Proposer',
    description: 'Proposes as many messages as it is told',
    category: 'data',
    riskLevel: 'low',
    capabilities: ['notify'],
    parameters: [],
    execute: async () => ({
      effects: Array.from({ length: count }, (_, index) => ({
        key: `k${index}`,
        line: index + 2,
        needs: [],
        claim: null,
        journal: null,
        kind: 'notify' as const,
        data: { to: { kind: 'member' as const, uid: 'amir' }, title: `Message ${index}`, body: '' },
      })),
      problems: [],
      rowCount: count,
      refusedTotals: [],
      message: 'Many',
      metrics: {},
      warnings: [],
    }),
    report: async ({ outcomes }) => ({
      success: true,
      message: `${outcomes.length} outcomes`,
      files: [],
      notifications: [],
    }),
  });

async function run(count: number): Promise<{ state: string; world: World; id: string }> {
  const world = await World.open({ plugins: inProcess(proposing(count)) });
  const { executionId: id } = await world.command('olivia', 'requestExecution', {
    operationId: 'proposer',
    parameters: {},
  });
  await world.work();
  return { state: (await world.execution(id)).state, world, id };
}

test('one execution has 100,000 effects, each done once, and its document stays small', async () => {
  const { world, id } = await run(config.maxEffects);
  const planned = await world.execution(id);
  expect(JSON.stringify(planned).length).toBeLessThan(200_000);
  await world.approve(planned);
  await world.work();
  expect(await world.execution(id)).toMatchObject({
    state: 'completed',
    tally: { counts: { succeeded: 100_000, failed: 0, unknown: 0, untouched: 0 } },
    report: { message: '100000 outcomes' },
  });
  expect(world.documents('notifications')).toHaveLength(100_000);
}, 240_000);

test('and no more', async () => {
  const { world, id } = await run(config.maxEffects + 1);
  expect(await world.execution(id)).toMatchObject({ state: 'failed', error: { code: 'limit_exceeded' } });
}, 60_000);
