import type { Execution } from '@countersign/domain/schemas/execution';
import { problemPageSchema } from '@countersign/domain/schemas/effect';
import { paths } from '@countersign/domain/paths';
import { beforeEach, expect, test } from 'vitest';
import { config } from '../config.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings } from './testing/settings.ts';
import { expectOnce, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2 });

const ROWS = [
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
  ['B-2', BRAVO, '500', 'JPY'],
] as const;
const FILE = csvOf(ROWS);
let world: World;
beforeEach(async () => {
  world = await World.open();
});

async function resume(parent: Execution, corrections: Record<string, string> = {}, uid = 'olivia'): Promise<Execution> {
  const { executionId } = await world.command(uid, 'resumeExecution', { executionId: parent.id, corrections });
  await world.work();
  return world.execution(executionId);
}

async function problems(execution: Execution): Promise<{ code: string; reference: string | null }[]> {
  const pages = await world.db.query({ collection: paths.problems(ORG, execution.id), limit: 50 });
  return pages
    .flatMap((page) => problemPageSchema.parse(page.data).problems)
    .map(({ code, reference }) => ({ code, reference }));
}

async function signAndPay(planned: Execution): Promise<Execution> {
  await world.approve(planned);
  await world.work();
  return world.execution(planned.id);
}

const paid = (): string[] => world.provider.payouts.map(({ reference }) => reference).sort();

test('a failed row is resumed by a child with its own plan and approval; what is done is left out silently', async () => {
  world.provider.break('A-2', 'refuse');
  const parent = await world.payOut(FILE);
  expect(parent).toMatchObject({ state: 'needs_repair', tally: { counts: { succeeded: 3, failed: 1 } } });
  const child = await resume(parent);
  expect(child).toMatchObject({
    state: 'awaiting_approval',
    origin: { kind: 'resume', executionId: parent.id },
    requestedBy: 'olivia',
    plugin: parent.plugin,
    plan: {
      effectCount: 1,
      totals: [{ currency: 'EUR', amountMinor: '1234', count: 1 }],
      problemCount: 0,
      refusedTotals: [],
      warnings: ['3 effects of the earlier run are done and left out'],
    },
  });
  expect(child.plan?.digest).not.toBe(parent.plan?.digest);
  expect(await signAndPay(child)).toMatchObject({ state: 'completed' });
  expect(paid()).toEqual(['A-1', 'A-2', 'B-1', 'B-2']);
  expectOnce(world);
  await expectSound(world);
});

test('with a corrected file: the row that failed for its account is paid to the right one', async () => {
  const withFault = csvOf([...ROWS.slice(0, 3), ['B-2', 'acct_Nobody', '500', 'JPY']]);
  world.provider.break('A-2', 'refuse');
  const parent = await world.payOut(withFault);
  const corrected = await world.upload(FILE, 'corrected.csv');
  const child = await resume(parent, { file: corrected.id });
  expect(child.inputs[0]).toMatchObject({ name: 'corrected.csv' });
  expect(child.plan).toMatchObject({ effectCount: 2, problemCount: 0 });
  await expect(
    world.command('olivia', 'resumeExecution', { executionId: parent.id, corrections: { mode: corrected.id } }),
  ).rejects.toMatchObject({ code: 'failed_precondition' });
  expect(await signAndPay(child)).toMatchObject({ state: 'completed' });
  expect(paid()).toEqual(['A-1', 'A-2', 'B-1', 'B-2']);
});

test('a correction must be for a file of the operation', async () => {
  world.provider.break('A-2', 'refuse');
  const parent = await world.payOut(FILE);
  await expect(
    world.command('olivia', 'resumeExecution', { executionId: parent.id, corrections: { mode: 'some-file' } }),
  ).rejects.toMatchObject({ code: 'invalid_argument' });
});

test('what is unknown keeps its claim, is left out, and is named', async () => {
  world.provider.break('A-2', 'refuse').break('B-1', 'timeout_before');
  const parent = await world.payOut(FILE);
  expect(parent.tally?.counts).toEqual({ succeeded: 2, failed: 1, unknown: 1, untouched: 0 });
  const child = await resume(parent);
  expect(child.plan).toMatchObject({ effectCount: 1, problemCount: 1 });
  expect(await problems(child)).toEqual([{ code: 'unknown_not_resumed', reference: 'B-1' }]);
  expect(world.claims()['B-1']).toBe(parent.id);
  expect(await signAndPay(child)).toMatchObject({ state: 'completed' });
  expect(paid()).toEqual(['A-1', 'A-2', 'B-2']);
});

test('only the unknown is left: nothing to resume, and it says why', async () => {
  world.provider.break('B-1', 'timeout_before');
  const parent = await world.payOut(FILE);
  await expect(resume(parent)).rejects.toThrow(/unknown/);
});

test('a resume of a resume leaves out what either has done; siblings too', async () => {
  world.provider.break('A-2', 'refuse').break('B-1', 'refuse').break('B-2', 'refuse');
  const parent = await world.payOut(FILE);
  world.provider.break('B-1', 'refuse');
  const first = await signAndPay(await resume(parent));
  expect(first).toMatchObject({ state: 'needs_repair', tally: { counts: { succeeded: 2, failed: 1 } } });
  // Again from the parent, whose own books still say that three failed.
  const sibling = await resume(parent);
  expect(sibling.plan).toMatchObject({
    effectCount: 1,
    warnings: ['3 effects of the earlier run are done and left out'],
  });
  await world.command('olivia', 'cancelExecution', { executionId: sibling.id, reason: 'from the other' });
  await world.work();
  const grandchild = await resume(first);
  expect(grandchild.plan?.effectCount).toBe(1);
  expect(await signAndPay(grandchild)).toMatchObject({ state: 'completed' });
  expect(paid()).toEqual(['A-1', 'A-2', 'B-1', 'B-2']);
  const nothing = await resume(parent);
  expect(nothing).toMatchObject({ state: 'failed', error: { code: 'input_error' } });
  expect(nothing.error?.message).toMatch(/Nothing is left/);
  await expectSound(world);
});

test('one at a time: while a child is open, neither parent nor child can be resumed', async () => {
  world.provider.break('A-2', 'refuse');
  const parent = await world.payOut(FILE);
  const [a, b] = await Promise.allSettled([
    world.command('olivia', 'resumeExecution', { executionId: parent.id }),
    world.command('otto', 'resumeExecution', { executionId: parent.id }),
  ]);
  expect([a.status, b.status].sort()).toEqual(['fulfilled', 'rejected']);
  await world.work();
  await expect(resume(parent)).rejects.toMatchObject({ code: 'failed_precondition', message: /being resumed/ });
});

test('what can not be resumed: under way, never begun, done', async () => {
  const planned = await world.plan(FILE);
  await expect(resume(planned)).rejects.toThrow(/under way/);
  await world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'not today' });
  await world.work();
  await expect(resume(await world.execution(planned.id))).rejects.toThrow(/Run it again/);
  const done = await world.payOut(FILE);
  await expect(resume(done)).rejects.toThrow(/Everything in this run is done/);
  await expect(resume(done, {}, 'amir')).rejects.toMatchObject({ code: 'permission_denied' });
});

test('cancelled between pages: the rest is resumed, once each', async () => {
  const planned = await world.plan(FILE);
  await world.approve(planned);
  let payments = 0;
  world.provider.beforePay = async () => {
    payments += 1;
    if (payments === 1) await world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'stop' });
  };
  changeSettings({ pagesAtOnce: 1 });
  await world.work();
  changeSettings({ pagesAtOnce: 4 });
  const parent = await world.execution(planned.id);
  expect(parent).toMatchObject({ state: 'cancelled', tally: { counts: { succeeded: 2, untouched: 2 } } });
  const child = await resume(parent);
  expect(child.plan?.effectCount).toBe(2);
  expect(await signAndPay(child)).toMatchObject({ state: 'completed' });
  expect(paid()).toEqual(['A-1', 'A-2', 'B-1', 'B-2']);
});

test('the requester of the child can not sign it', async () => {
  world.provider.break('A-2', 'refuse');
  const child = await resume(await world.payOut(FILE), {}, 'otto');
  await expect(world.approve(child, 'otto')).rejects.toMatchObject({ code: 'self_approval' });
});

test('a worker that dies at any moment of planning and paying the child: each reference once', async () => {
  for (let moment = 1; ; moment += 7) {
    world = await World.open();
    world.provider.break('A-2', 'refuse').break('B-2', 'refuse');
    const parent = await world.payOut(FILE);
    const { executionId } = await world.command('olivia', 'resumeExecution', { executionId: parent.id });
    world.wakes.length = 0;
    const life = new Life(moment);
    const die = async (): Promise<void> =>
      runWork(mortal(world.deps, life), ORG, executionId).catch((error: unknown) => {
        if (!life.over) throw error;
      });
    await die();
    if (life.over) await world.later(config.leaseMs + 1_000);
    const planned = await world.execution(executionId);
    expect(planned, `moment ${moment}`).toMatchObject({ state: 'awaiting_approval', plan: { effectCount: 2 } });
    await world.approve(planned);
    world.wakes.length = 0;
    if (!life.over) await die();
    await world.later(config.leaseMs + 1_000);
    expect(await world.execution(executionId)).toMatchObject({ state: 'completed' });
    expect(paid()).toEqual(['A-1', 'A-2', 'B-1', 'B-2']);
    if (!life.over) break;
  }
});

test('run again: the same parameters and files, as a run of its own; spent references are refused', async () => {
  const done = await world.payOut(FILE);
  const { executionId } = await world.command('otto', 'rerunExecution', { executionId: done.id });
  await world.work();
  const again = await world.execution(executionId);
  expect(again).toMatchObject({
    origin: { kind: 'rerun', executionId: done.id },
    parameters: done.parameters,
    inputs: done.inputs,
    requestedBy: 'otto',
    state: 'failed',
  });
  expect(paid()).toHaveLength(4);
});
