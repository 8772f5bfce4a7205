import { beforeEach, expect, test } from 'vitest';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { changeSettings } from './testing/settings.ts';
import { ALPHA, BRAVO, CHARLIE, csvOf, ORG, World } from './testing/world.ts';

changeSettings({ pageSize: 2 });

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
  ['B-2', BRAVO, '5000', 'JPY'],
  ['C-1', CHARLIE, '1000.120', 'KWD'],
]);
let world: World;
beforeEach(async () => {
  world = await World.open();
});

test('plan, sign, apply: paid once each, booked, reported, proven', async () => {
  const planned = await world.plan(FILE);
  expect(planned).toMatchObject({
    state: 'awaiting_approval',
    plan: { effectCount: 5, pageCount: 3, payeeCount: 3, newPayeeCount: 3, problemCount: 0 },
  });
  expect(world.provider.payouts).toEqual([]);
  expect(Object.keys(world.claims()).sort()).toEqual(['A-1', 'A-2', 'B-1', 'B-2', 'C-1']);
  await world.approve(planned);
  await world.work();
  const ended = await world.execution(planned.id);
  await expectCompleted(world, ended);
  expect(ended.tally?.succeeded).toEqual([
    { currency: 'EUR', amountMinor: '1234', count: 1 },
    { currency: 'JPY', amountMinor: '5000', count: 1 },
    { currency: 'KWD', amountMinor: '1000120', count: 1 },
    { currency: 'USD', amountMinor: '300050', count: 2 },
  ]);
  const types = world
    .audit()
    .filter((event) => event.body.executionId === ended.id)
    .map((event) => event.body.type);
  expect(types.slice(0, 4)).toEqual([
    'execution.requested',
    'execution.planned',
    'execution.approved',
    'execution.apply_started',
  ]);
  expect(types.filter((type) => type === 'execution.page_intended')).toHaveLength(3);
  expect(types.filter((type) => type === 'execution.page_settled')).toHaveLength(3);
  expect(types.slice(-3)).toEqual(['execution.completed', 'file.published', 'execution.reported']);
  const [results] = ended.report?.files ?? [];
  const lines = world.objects
    .text(results?.storagePath ?? '')
    .trimEnd()
    .split('\r\n');
  expect(lines).toHaveLength(6);
  expect(lines[1]).toContain('A-1,acct_Alpha,1000.00,USD,paid,po_');
});

test('the same file twice pays once: the second plan names the execution that holds each reference', async () => {
  const first = await world.payOut(FILE);
  const second = await world.plan(FILE);
  expect(second).toMatchObject({ state: 'failed', plan: null, error: { code: 'input_error' } });
  const pages = world.db.dump().filter(({ path }) => path.startsWith(`orgs/${ORG}/executions/${second.id}/problems/`));
  const problems = pages.flatMap(({ data }) => data['problems'] as { code: string; line: number; message: string }[]);
  expect(problems.map(({ code, line }) => [code, line])).toEqual([2, 3, 4, 5, 6].map((line) => ['claim_taken', line]));
  for (const problem of problems) expect(problem.message).toContain(first.id);
  await expectCompleted(world, first);
  expect(new Set(Object.values(world.claims()))).toEqual(new Set([first.id]));
});

test('while the first waits for a signature, a second plan has only what the first does not hold', async () => {
  const first = await world.plan(FILE);
  const second = await world.plan(
    csvOf([
      ['a-1 ', ALPHA, '1000.00', 'USD'],
      ['A-9', ALPHA, '10.00', 'USD'],
    ]),
  );
  expect(second).toMatchObject({ state: 'awaiting_approval', plan: { effectCount: 1, problemCount: 1 } });
  expect(world.claims()['A-9']).toBe(second.id);
  expect(world.claims()['A-1']).toBe(first.id);
});

test('two executions that plan one file at the same time: each reference goes to one of them', async () => {
  const ids = [await world.request(FILE), await world.request(FILE)];
  const { runWork } = await import('./worker.ts');
  await Promise.all(ids.map((id) => runWork(world.deps, ORG, id)));
  const [one, two] = [await world.execution(ids[0] ?? ''), await world.execution(ids[1] ?? '')];
  expect((one.plan?.effectCount ?? 0) + (two.plan?.effectCount ?? 0)).toBe(5);
  for (const execution of [one, two]) if (execution.state === 'awaiting_approval') await world.approve(execution);
  await world.work();
  expect(world.provider.payouts).toHaveLength(5);
  await expectSound(world);
});

test('a sweep pays out what is there less the reserve', async () => {
  const file = csvOf([
    ['S-1', ALPHA, '', 'USD'],
    ['S-2', BRAVO, '', 'JPY'],
  ]);
  const ended = await world.payOut(file, { mode: 'sweep', reserve: 'USD 100.00; JPY 1000' });
  await expectCompleted(world, ended);
  expect(world.provider.balance(ALPHA, 'USD')).toBe(10_000n);
  expect(world.provider.balance(BRAVO, 'JPY')).toBe(1_000n);
});

test('the results list the rows that were left out, as the file has them', async () => {
  const ended = await world.payOut(
    csvOf([
      ['A-1', ALPHA, '10.00', 'USD'],
      ['A-2', ALPHA, '99999.00', 'USD'],
    ]),
  );
  expect(ended.state).toBe('completed');
  const text = world.objects.text(ended.report?.files[0]?.storagePath ?? '');
  expect(text).toMatch(/3,A-2,acct_Alpha,99999\.00,USD,left out,,,/);
});
