import type { Plugin } from '@countersign/plugin-sdk';
import { expect, it } from 'vitest';
import stripePayout from '../../../plugins/stripe-payout/src/index.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { ALPHA, csvOf, ORG, World } from './testing/world.ts';

const FILE = csvOf([['R-1', ALPHA, '10.00', 'USD']]);
const problemsOf = (world: World): unknown[] =>
  world.db
    .dump()
    .filter(({ path }) => path.startsWith(`orgs/${ORG}/`) && path.includes('/problems/'))
    .flatMap(({ data }) => data['problems'] as unknown[]);

it('a plugin that does not take its parameters is not asked for a plan', async () => {
  const world = await World.open();
  const failed = await world.plan(FILE, { mode: 'sweep', reserve: '7' });
  expect(failed).toMatchObject({ state: 'failed', plan: null, error: { code: 'invalid_argument' } });
  expect(problemsOf(world)).toEqual([expect.objectContaining({ column: 'reserve', code: 'parameter', line: null })]);
  expect(world.claims()).toEqual({});
});

it('says so when validate returns something else than issues', async () => {
  const plugin = { ...stripePayout, validate: () => 'no' } as unknown as Plugin;
  const world = await World.open({ plugins: inProcess(plugin) });
  expect(await world.plan(FILE)).toMatchObject({ state: 'failed', error: { code: 'plugin_error' } });
});
