import { digestOfStored } from '@countersign/domain/plan/digest';
import { paths } from '@countersign/domain/paths';
import { beforeEach, expect, test } from 'vitest';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { config } from '../config.ts';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2, pagesAtOnce: 1 });

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
  ['B-2', BRAVO, '5000', 'JPY'],
]);
let world: World;
let planned: Execution;
beforeEach(async () => {
  world = await World.open();
  planned = await world.plan(FILE);
});

/** Approve and apply: the run drifts, nothing is sent, and the file can be planned again. */
/** @param mend puts right again what was done behind the server's back: the verifier would find it */
async function expectDrift(
  subject: string,
  message: RegExp,
  mend: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await world.approve(planned);
  await world.work();
  const ended = await world.execution(planned.id);
  expect(ended).toMatchObject({
    state: 'drifted',
    coarse: 'failed',
    error: { code: 'drift', message: expect.stringMatching(message) },
    tally: { succeeded: [], failed: [], unknown: [], untouched: planned.plan?.totals },
  });
  expect(world.provider.requests).toEqual([]);
  expect(world.claims()).toEqual({});
  const event = world.audit().find((one) => one.body.type === 'execution.drifted');
  expect(event?.body.data['subject']).toBe(subject);
  await mend();
  await expectSound(world);
}

test('another bank account behind a payee', async () => {
  world.provider.changeBank(ALPHA);
  await expectDrift(
    ALPHA,
    /bank account of acct_Alpha has changed.*signed was TEST BANK ••6789, found is TEST BANK ••9999/,
  );
  await world.approve(await world.plan(FILE));
  await world.work();
  expect(world.provider.payouts).toHaveLength(4);
});

test.each<[string, Partial<Plan>]>([
  ['the digest', { digest: '0'.repeat(64) }],
  ['the hashes of its pages', { pageHashes: ['0'.repeat(64), '1'.repeat(64)] }],
  [
    'who must sign',
    { policy: { id: 'none', version: 9, rule: 'Nobody', levels: [{ role: 'approver', people: 1 }], auto: false } },
  ],
])('a plan that was changed in the database before it is signed (%s) can not be signed', async (_, fields) => {
  await tamper(fields);
  const stored = await world.execution(planned.id);
  await expect(world.approve(stored)).rejects.toThrow(/not the one that its digest stands for/);
  expect(world.provider.requests).toEqual([]);
});

test.each([
  ['its digest', { digest: '0'.repeat(64) }],
  ['its pages', { pageHashes: ['0'.repeat(64), '1'.repeat(64)] }],
])('a plan that was changed in the database after it was signed (%s) is not applied', async (_, fields) => {
  await world.approve(planned);
  await tamper(fields);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'drifted',
    error: { message: expect.stringMatching(/stored plan has changed/) },
  });
  expect(world.provider.requests).toEqual([]);
});

test('a plan that was changed together with its digest is not what was signed', async () => {
  await world.approve(planned);
  const forged = await world.execution(planned.id);
  const plan = { ...(forged.plan as Plan), attempt: 7 };
  await tamper({ attempt: 7, digest: digestOfStored(ORG, forged, plan) });
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'drifted',
    error: { message: expect.stringMatching(/stored plan has changed/) },
  });
  expect(world.provider.requests).toEqual([]);
});

/** Edit the plan behind the server's back. */
async function tamper(fields: Partial<Plan>): Promise<void> {
  const stored = await world.execution(planned.id);
  await world.db.commit([
    { op: 'update', path: paths.execution(ORG, planned.id), data: { plan: { ...stored.plan, ...fields } } },
  ]);
}

test('an account that is gone', async () => {
  world.provider.accounts.delete(ALPHA);
  await world.approve(planned);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'drifted',
    error: { message: expect.stringMatching(/no longer there/) },
  });
  expect(world.provider.requests).toEqual([]);
});

test('Stripe shows the bank no more', async () => {
  const account = world.provider.accounts.get(BRAVO);
  if (account !== undefined) account.destinations = 'hidden';
  await world.approve(planned);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({ state: 'drifted' });
  // The first page, of another account, was paid before the second was rechecked.
  expect(world.provider.payouts.map((payout) => payout.account)).toEqual([ALPHA, ALPHA]);
  await expectSound(world);
});

test.each([
  ['another payee', (text: string) => text.replaceAll(ALPHA, BRAVO)],
  ['another amount', (text: string) => text.replaceAll('100000', '100001')],
  ['another order', (text: string) => JSON.stringify((JSON.parse(text) as unknown[]).toReversed())],
  ['no effects at all', () => '{}'],
])('a stored page that was tampered with: %s', async (_, edit) => {
  const path = paths.page(ORG, planned.id, planned.plan?.attempt ?? 0, 0);
  const text = String((await world.db.get(path))?.data['effects']);
  expect(edit(text)).not.toBe(text);
  const store = (effects: string) => world.db.commit([{ op: 'update', path, data: { effects } }]);
  await store(edit(text));
  await expectDrift('page 1', /stored effects of page 1 have changed/, () => store(text));
});

test('a page that is gone', async () => {
  const path = paths.page(ORG, planned.id, planned.plan?.attempt ?? 0, 0);
  const data = (await world.db.get(path))?.data ?? {};
  await world.db.commit([{ op: 'delete', path }]);
  const back = () => world.db.commit([{ op: 'create', path, data }]);
  await expectDrift('page 1', /stored effects of page 1 have changed/, back);
});

test('another account or mode of the provider', async () => {
  world.provider.platform = 'acct_another';
  await expectDrift('Stripe', /signed was acct_platform \(test\), found is acct_another \(test\)/);
});

test('code that is no longer deployed', async () => {
  const find = world.deps.catalogue.find.bind(world.deps.catalogue);
  Object.assign(world.deps.catalogue, { find: async () => find('stripe-payout', 'f'.repeat(64), ORG) });
  await expectDrift('stripe-payout 1.0.0', /plugin has changed/);
});

test.each([
  ['one more person', [{ role: 'approver', people: 2 }]],
  [
    'another level',
    [
      { role: 'approver', people: 1 },
      { role: 'executive', people: 1 },
    ],
  ],
  ['another role', [{ role: 'treasurer', people: 1 }]],
] as const)('a stricter policy at apply: %s', async (_, levels) => {
  await world.approve(planned);
  await world.setPolicy([...levels]);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'drifted',
    error: { message: expect.stringMatching(/policy has become stricter/) },
  });
  expect(world.provider.requests).toEqual([]);
  expect(world.claims()).toEqual({});
  await expectSound(world);
});

test('a laxer policy changes nothing: the plan keeps the one that it was signed under', async () => {
  world = await World.open({ levels: [{ role: 'approver', people: 2 }] });
  planned = await world.plan(FILE);
  await world.setPolicy([{ role: 'approver', people: 1 }]);
  await world.approve(planned, 'amir');
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({ state: 'awaiting_approval', approvals: [{ uid: 'amir' }] });
  await world.approve(planned, 'bea');
  await world.work();
  await expectCompleted(world, await world.execution(planned.id));
});

test.each([
  ['lost the role', { roles: ['executive' as const] }],
  ['left', { active: false }],
])('the one who signed has %s before apply: the signature no longer holds', async (_, fields) => {
  await world.approve(planned);
  await world.setMember('amir', fields);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'drifted',
    error: { message: expect.stringMatching(/signature no longer holds/) },
  });
  expect(world.provider.requests).toEqual([]);
  await expectSound(world);
});

test('drift after a crash: what was begun is asked for and never sent again, its money is booked', async () => {
  await world.approve(planned);
  world.wakes.length = 0;
  const { provider } = world;
  // The first worker pays A-1 and dies before it can write that down.
  const dying = {
    ...world.deps,
    provider: {
      identity: () => provider.identity(),
      readAccounts: (ids: readonly string[]) => provider.readAccounts(ids),
      find: provider.find.bind(provider),
      readPlatformBalance: () => provider.readPlatformBalance(),
      retrieve: provider.retrieve.bind(provider),
      pay: async (request: Parameters<typeof provider.pay>[0]) => {
        if (request.data.reference === 'A-1') await provider.pay(request);
        throw new Error('gone');
      },
    },
  };
  await expect(runWork(dying, ORG, planned.id)).rejects.toThrow('gone');
  provider.changeBank(ALPHA);
  await world.later(config.leaseMs + 1_000);
  // As long as the first worker may still send the rest of its page, that is unknown.
  for (let asked = 0; asked < 30; asked += 1) await world.later(config.askAgainMs);
  const ended = await world.execution(planned.id);
  expect(ended).toMatchObject({
    state: 'drifted',
    tally: { succeeded: [{ currency: 'USD', amountMinor: '100000', count: 1 }], failed: [], unknown: [] },
    journalCount: 1,
  });
  expect(provider.requests).toHaveLength(1);
  expect(Object.keys(world.claims())).toEqual(['A-1']);
  await expectSound(world);
});
