import { paths } from '@countersign/domain/paths';
import { problemPageSchema } from '@countersign/domain/schemas/effect';
import type { Execution, Problem } from '@countersign/domain/schemas/execution';
import { recentPaymentsSchema } from '@countersign/domain/schemas/recent-payments';
import { beforeEach, expect, test } from 'vitest';
import { config } from '../config.ts';
import { Life, mortal } from './testing/mortal.ts';
import { expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

const DAY_MS = 86_400_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
});

async function noticesOf(execution: Execution): Promise<Problem[]> {
  const pages = await world.db.query({ collection: paths.problems(ORG, execution.id), limit: 50 });
  return pages
    .filter((page) => page.data['attempt'] === execution.plan?.attempt)
    .flatMap((page) => problemPageSchema.parse(page.data).problems)
    .filter(({ code }) => code === 'near_duplicate');
}
const one = (reference: string, amount = '100.00', account = ALPHA, currency = 'USD'): string =>
  csvOf([[reference, account, amount, currency]]);

test('same account, amount and currency in another run, waiting or paid: a notice that names it, and nothing is held back', async () => {
  const waiting = await world.plan(one('INV-1'));
  const planned = await world.plan(one('INV-2'));
  expect(planned).toMatchObject({
    state: 'awaiting_approval',
    plan: {
      effectCount: 1,
      problemCount: 1,
      problemsByCode: [{ code: 'near_duplicate', severity: 'notice', count: 1 }],
    },
  });
  expect(await noticesOf(planned)).toMatchObject([{ line: 2, reference: 'INV-2', severity: 'notice' }]);
  expect((await noticesOf(planned))[0]?.message).toMatch(
    /USD 100\.00.* to acct_Alpha is also in "[^"]+" of 2026-11-22 under reference INV-1, which waits for approval/,
  );
  await world.approve(waiting);
  await world.work();
  const third = await world.plan(one('INV-3'));
  expect((await noticesOf(third))[0]?.message).toMatch(/reference INV-2 \(and 1 more\)/);
  await expectSound(world);
});

test.each([
  ['another amount', '100.01', ALPHA, 'USD'],
  ['another account', '100.00', BRAVO, 'USD'],
  ['another currency', '100.00', ALPHA, 'EUR'],
])('%s is none', async (_, amount, account, currency) => {
  await world.payOut(one('INV-1'));
  expect(await noticesOf(await world.plan(one('INV-2', amount, account, currency)))).toEqual([]);
});

test('rows of the same run are the plugin’s to compare', async () => {
  const planned = await world.plan(
    csvOf([
      ['INV-1', ALPHA, '100.00', 'USD'],
      ['INV-2', ALPHA, '100.00', 'USD'],
    ]),
  );
  expect(await noticesOf(planned)).toEqual([]);
});

test.each([
  ['rejected', (id: Execution) => ({ executionId: id.id, digest: id.plan?.digest ?? '', reason: 'not this one' })],
] as const)('a run that was %s is none, also before its claims are free', async (_, input) => {
  const waiting = await world.plan(one('INV-1'));
  await world.command('amir', 'rejectExecution', input(waiting));
  world.wakes.length = 0;
  expect(world.claims()['INV-1']).toBe(waiting.id);
  expect(await noticesOf(await world.plan(one('INV-2')))).toEqual([]);
});

test('a row that failed is none; one of which nobody knows is', async () => {
  world.provider.break('INV-1', 'refuse').break('INV-2', 'timeout_before');
  await world.payOut(
    csvOf([
      ['INV-1', ALPHA, '100.00', 'USD'],
      ['INV-2', ALPHA, '200.00', 'USD'],
    ]),
  );
  expect(await noticesOf(await world.plan(one('INV-3')))).toEqual([]);
  expect(await noticesOf(await world.plan(one('INV-4', '200.00')))).toHaveLength(1);
});

test('thirty days later it is none any more, and its entry is gone', async () => {
  await world.payOut(one('INV-1'));
  world.clock.pass(29 * DAY_MS);
  const before = await world.plan(one('INV-2'));
  expect(await noticesOf(before)).toHaveLength(1);
  world.clock.pass(2 * DAY_MS);
  const after = await world.plan(one('INV-3'));
  expect((await noticesOf(after))[0]?.message).toMatch(/INV-2/);
  expect(
    world.documents('recentPayments').flatMap((document) => recentPaymentsSchema.parse(document).entries),
  ).toHaveLength(2);
});

test('what a resume repeats is no duplicate of the run that it resumes', async () => {
  world.provider.break('INV-2', 'refuse');
  const parent = await world.payOut(
    csvOf([
      ['INV-1', ALPHA, '100.00', 'USD'],
      ['INV-2', ALPHA, '100.00', 'USD'],
    ]),
  );
  const { executionId } = await world.command('olivia', 'resumeExecution', { executionId: parent.id });
  await world.work();
  expect(await noticesOf(await world.execution(executionId))).toEqual([]);
});

test('a worker that dies at any moment of planning: what is put down is the plan, once', async () => {
  await world.payOut(one('INV-0'));
  let died = true;
  for (let moment = 1; died; moment += 1) {
    world = await World.open();
    await world.payOut(one('INV-0'));
    const id = await world.request(one('INV-1'));
    world.wakes.length = 0;
    const life = new Life(moment);
    await runWork(mortal(world.deps, life), ORG, id).catch((error: unknown) => {
      if (!life.over) throw error;
    });
    died = life.over;
    if (died) await world.later(config.leaseMs + 1_000);
    expect(await noticesOf(await world.execution(id)), `moment ${moment}`).toHaveLength(1);
    const entries = world
      .documents('recentPayments')
      .flatMap((document) => recentPaymentsSchema.parse(document).entries);
    expect(entries.map(({ reference }) => reference)).toEqual(['INV-0', 'INV-1']);
  }
});

test('many of the same amount: as many notices as rows, entries bounded', async () => {
  const rows = (prefix: string): string =>
    csvOf(Array.from({ length: 300 }, (_, at) => [`${prefix}-${at}`, ALPHA, '1.00', 'USD'] as const));
  await world.plan(rows('A'));
  const again = await world.plan(rows('B'));
  expect(await noticesOf(again)).toHaveLength(300);
});
