import { sha256Hex } from '@countersign/domain/hash';
import { objectPaths } from '@countersign/domain/paths';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { definePlugin, type Plugin } from '@countersign/plugin-sdk';
import { describe, expect, test } from 'vitest';
import { config } from '../config.ts';
import type { HttpRequest } from '../effects/http-caller.ts';
import type { Performed } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings, silenceLog } from './testing/settings.ts';
import { expectSound } from './testing/sound.ts';
import { ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 3, pagesAtOnce: 2 });
silenceLog();

const base = { line: null, needs: [] as string[], claim: null, journal: null };
const notice = (key: string, needs: string[] = []): Effect => ({
  ...base,
  key,
  needs,
  kind: 'notify',
  data: { to: { kind: 'member', uid: 'amir' }, title: `Title ${key}`, body: 'x' },
});
const call = (
  key: string,
  idempotencyHeader: string | null,
  needs: string[] = [],
  body: Effect['data'] | null = null,
): Effect => ({
  ...base,
  key,
  needs,
  kind: 'http.call',
  data: {
    method: 'POST',
    url: 'https://erp.example.com/orders',
    headers: {},
    body: body as never,
    idempotencyHeader,
  },
});
const price = (key: string, expectedVersion: number, value = '1.25'): Effect => ({
  ...base,
  key,
  kind: 'record.write',
  data: { type: 'price', recordId: key, expectedVersion, fields: { value } },
});
const entries = (amountMinor: string) => [
  { accountId: 'seller-payable.acct_Alpha', side: 'debit' as const, amountMinor, currency: 'USD' },
  { accountId: 'stripe-balance.acct_Alpha', side: 'credit' as const, amountMinor, currency: 'USD' },
];

/** A plugin that proposes exactly these effects. */
function proposing(
  effects: readonly Effect[],
  rechecks: Execution['plan'] extends infer _ ? readonly unknown[] : never = [],
): Plugin {
  return definePlugin({
    name: 'proposer',
    version: '1.0.0',
    title: 'Proposer',
    description: 'Proposes what it is given',
    category: 'data',
    riskLevel: 'low',
    capabilities: [
      'ledger.post',
      'files.write',
      'records.write',
      'notify',
      'http.call',
      'stripe.transfer',
      'stripe.payout',
    ],
    parameters: [],
    execute: async () => ({
      effects,
      problems: [],
      rowCount: effects.length,
      refusedTotals: [],
      message: 'As given',
      metrics: {},
      warnings: [],
      rechecks: rechecks as never,
    }),
    report: async () => ({ success: true, message: 'Done', files: [], notifications: [] }),
  });
}

async function worldOf(effects: readonly Effect[], rechecks: readonly unknown[] = []): Promise<World> {
  const world = await World.open({ plugins: inProcess(proposing(effects, rechecks)) });
  const now = world.clock.at();
  const change = new ChangeSet(ORG, 'allow', { kind: 'system', part: 'seed' }, now);
  const organization = await read(world.db, refs.organization(ORG));
  if (organization === null) throw new Error('no organization');
  change.change(refs.organization(ORG), organization, { allowedHosts: ['erp.example.com'] });
  change.create(refs.recordType(ORG, 'price'), {
    type: 'price',
    title: 'Price',
    fields: [{ name: 'value', type: 'decimal', required: true }],
    createdAt: now,
  });
  await world.db.commit(change.toWrites('organization.created'));
  return world;
}

async function plan(world: World): Promise<Execution> {
  const { executionId } = await world.command('olivia', 'requestExecution', {
    operationId: 'proposer',
    parameters: {},
  });
  await world.work();
  return world.execution(executionId);
}

async function run(world: World): Promise<Execution> {
  const planned = await plan(world);
  if (planned.state !== 'awaiting_approval') throw new Error(`${planned.state}: ${planned.error?.message ?? ''}`);
  await world.approve(planned);
  await world.work();
  return world.execution(planned.id);
}

const statuses = async (world: World, execution: Execution): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await world.outcomes(execution)).map(({ key, status, code }) => [
      key,
      code === null ? status : `${status}: ${code}`,
    ]),
  );

describe('each kind does what it says, once', () => {
  test('a message reaches its member, a record its next version, a journal the ledger', async () => {
    const world = await worldOf([
      notice('n'),
      price('p', 0),
      {
        ...base,
        key: 'j',
        kind: 'ledger.journal',
        data: { description: 'Correction' },
        journal: { memo: 'Correction', effectiveDay: null, entries: entries('100') },
      },
    ]);
    const ended = await run(world);
    expect(await statuses(world, ended)).toEqual({ n: 'succeeded', p: 'succeeded', j: 'succeeded' });
    expect(ended).toMatchObject({ state: 'completed', tally: { counts: { succeeded: 3, untouched: 0 } } });
    expect(ended.plan?.sentence).toBe('Makes 1 message, 1 record and 1 journal, and moves no money.');
    expect(world.documents('notifications')).toMatchObject([{ uid: 'amir', title: 'Title n', read: false }]);
    expect(world.documents('records')).toMatchObject([
      { type: 'price', id: 'p', version: 1, fields: '{"value":"1.25"}' },
    ]);
    expect(
      world
        .documents('journals')
        .filter((one) => one['source'] !== undefined && (one['source'] as { kind: string }).kind === 'ledger.journal'),
    ).toMatchObject([{ state: 'posted' }]);
  });

  test('a file is published only if it is a draft of this very plan', async () => {
    const world = await worldOf([
      {
        ...base,
        key: 'f',
        kind: 'file.publish',
        data: {
          name: 'x.csv',
          contentType: 'text/csv',
          storagePath: objectPaths.draft(ORG, 'another', 1, 'x.csv'),
          generation: '1',
          sha256: sha256Hex('x'),
          sizeBytes: 1,
          rowCount: null,
        },
      },
    ]);
    expect(await plan(world)).toMatchObject({
      state: 'failed',
      error: { message: 'x.csv is not a draft that this plan has made.' },
    });
  });

  test('a record that has changed since it was planned is not overwritten; the rest of the page is done', async () => {
    const world = await worldOf([price('p', 0), notice('n')]);
    const planned = await plan(world);
    const change = new ChangeSet(ORG, 'meanwhile', { kind: 'system', part: 'seed' }, world.clock.at());
    change.createStored(refs.record(ORG, 'price', 'p'), {
      type: 'price',
      id: 'p',
      fields: '{"value":"9"}',
      executionId: null,
      updatedAt: world.clock.at(),
    });
    await world.db.commit(change.toWrites('organization.created'));
    await world.approve(planned);
    await world.work();
    const ended = await world.execution(planned.id);
    expect(await statuses(world, ended)).toEqual({ p: 'failed: version_conflict', n: 'succeeded' });
    expect(world.documents('records')).toMatchObject([{ version: 1, fields: '{"value":"9"}' }]);
  });

  test.each<[string, Effect, string]>([
    [
      'a host that is not allowed',
      { ...call('c', null), data: { ...call('c', null).data, url: 'https://evil.example.com/' } } as Effect,
      'not at a host',
    ],
    [
      'a record of no type',
      { ...price('p', 0), data: { ...price('p', 0).data, type: 'unheard' } } as Effect,
      'no record type',
    ],
    [
      'a field that the type has not',
      { ...price('p', 0), data: { ...price('p', 0).data, fields: { worth: '1' } } } as Effect,
      'no field "worth"',
    ],
    ['a version that is not there', price('p', 3), 'at version 0, not 3'],
    [
      'a member who is not there',
      { ...notice('n'), data: { ...notice('n').data, to: { kind: 'member', uid: 'nobody' } } } as Effect,
      'no member nobody',
    ],
  ])('nobody is asked to sign %s', async (_, effect, message) => {
    expect(await plan(await worldOf([effect]))).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining(message) as string },
    });
  });
});

test('a plan without effects needs no signature: it is completed, with its report, and nothing was changed', async () => {
  const world = await worldOf([]);
  const journals = world.documents('journals').length;
  const ended = await plan(world);
  expect(ended).toMatchObject({
    state: 'completed',
    approvals: [],
    plan: { sentence: 'Changes nothing: there is nothing to sign.', policy: { levels: [], auto: false } },
    report: { success: true, message: 'Done' },
  });
  expect(world.documents('journals')).toHaveLength(journals);
  await expectSound(world);
});

describe('calls to other systems', () => {
  const answering = (world: World, answer: (request: HttpRequest) => Performed): HttpRequest[] => {
    const requests: HttpRequest[] = [];
    world.http = async (request) => {
      requests.push(request);
      return answer(request);
    };
    return requests;
  };

  test('one with a key is sent again after a crash, with the same key; one without is not, and stays unknown', async () => {
    const world = await worldOf([call('with', 'Idempotency-Key'), call('without', null)]);
    const planned = await plan(world);
    await world.approve(planned);
    const requests: HttpRequest[] = [];
    let crash = true;
    world.http = async (request) => {
      requests.push(request);
      if (crash) throw new Error('the worker dies here');
      return { status: 'succeeded', providerId: 'order-1' };
    };
    await expect(world.work()).rejects.toThrow('the worker dies here');
    crash = false;
    await world.later(config.leaseMs + 1_000);
    const ended = await world.execution(planned.id);
    expect(await statuses(world, ended)).toEqual({ with: 'succeeded', without: 'unknown: worker_lost' });
    const keyed = requests.filter((request) => 'Idempotency-Key' in request.headers);
    expect(new Set(keyed.map((request) => request.headers['Idempotency-Key'])).size).toBe(1);
    expect(requests.filter((request) => !('Idempotency-Key' in request.headers))).toHaveLength(1);
  });

  test('a run that is cancelled over a call which a lost worker may have made: nobody can be asked, so it is unknown', async () => {
    const world = await worldOf([call('with', 'Idempotency-Key')]);
    const planned = await plan(world);
    await world.approve(planned);
    let calls = 0;
    world.http = async () => {
      calls += 1;
      throw new Error('the worker dies here');
    };
    await expect(world.work()).rejects.toThrow('the worker dies here');
    await world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'a mistake' });
    await world.later(config.leaseMs + 1_000);
    const ended = await world.execution(planned.id);
    expect(ended.state).toBe('cancelled');
    expect(await statuses(world, ended)).toEqual({ with: 'unknown: worker_lost' });
    expect(calls).toBe(1);
  });

  test('the id that one call gave goes into the next, which needs it', async () => {
    const world = await worldOf([
      call('first', 'Key'),
      call('second', 'Key', ['first'], { order: { $providerIdOf: 'first' } } as never),
    ]);
    const requests = answering(world, () => ({ status: 'succeeded', providerId: 'order-77' }));
    expect((await run(world)).state).toBe('completed');
    expect(requests.map((request) => request.body)).toEqual([null, '{"order":"order-77"}']);
  });

  test('a host that was taken off the list after the signature is not called', async () => {
    const world = await worldOf([call('c', 'Key')]);
    const planned = await plan(world);
    const organization = await read(world.db, refs.organization(ORG));
    if (organization === null) throw new Error('no organization');
    const change = new ChangeSet(ORG, 'forbid', { kind: 'system', part: 'seed' }, world.clock.at());
    change.change(refs.organization(ORG), organization, { allowedHosts: [] });
    await world.db.commit(change.toWrites('organization.created'));
    const requests = answering(world, () => ({ status: 'succeeded', providerId: 'x' }));
    await world.approve(planned);
    await world.work();
    expect(await statuses(world, await world.execution(planned.id))).toEqual({ c: 'failed: host_not_allowed' });
    expect(requests).toEqual([]);
  });
});

describe('effects that need others', () => {
  test('are done after those, in pages of their own, and skipped when one of them failed', async () => {
    const order: string[] = [];
    const world = await worldOf([
      call('a', 'Key'),
      call('b', 'Key', ['a']),
      call('c', 'Key', ['b']),
      call('other', 'Key'),
      notice('told', ['c', 'other']),
      notice('free'),
    ]);
    world.http = async (request) => {
      order.push(request.headers['Key'] ?? '');
      return order.length === 3
        ? { status: 'failed', code: 'http_400', message: 'no', retryable: false }
        : { status: 'succeeded', providerId: 'x' };
    };
    const ended = await run(world);
    expect(ended.plan).toMatchObject({ pageCount: 4, levels: [0, 1, 2, 3] });
    expect(await statuses(world, ended)).toEqual({
      a: 'succeeded',
      other: 'succeeded',
      free: 'succeeded',
      b: 'failed: http_400',
      c: 'not_done: need_failed',
      told: 'not_done: need_failed',
    });
    expect(ended).toMatchObject({
      state: 'needs_repair',
      tally: { counts: { succeeded: 3, failed: 1, unknown: 0, untouched: 2 } },
    });
    expect(world.documents('notifications')).toHaveLength(1);
  });

  test.each<[string, Effect[], string]>([
    ['one that is not in the plan', [notice('a', ['b'])], 'needs "b"'],
    ['one that comes later', [notice('a', ['b']), notice('b')], 'needs "b"'],
    ['themselves', [notice('a', ['a'])], 'needs "a"'],
    [
      'none whose id they ask for',
      [call('a', 'K'), call('b', 'K', [], { x: { $providerIdOf: 'a' } } as never)],
      'refers to "a" and does not need it',
    ],
  ])('may not need %s', async (_, effects, message) => {
    expect(await plan(await worldOf(effects))).toMatchObject({
      state: 'failed',
      error: { code: 'plugin_error', message: expect.stringContaining(message) as string },
    });
  });

  test('whatever moment a worker dies in, each is done once, in order', async () => {
    const effects = [call('a', 'Key'), call('b', 'Key', ['a']), notice('n', ['b']), price('p', 0)];
    for (let diesAt = 1; diesAt < 200; diesAt += 1) {
      const world = await worldOf(effects);
      const done = new Map<string, number>();
      world.http = async (request) => {
        const key = request.headers['Key'] ?? '';
        done.set(key, (done.get(key) ?? 0) + 1);
        return { status: 'succeeded', providerId: `id-${done.size}` };
      };
      const planned = await plan(world);
      await world.approve(planned);
      world.wakes.length = 0;
      const life = new Life(diesAt);
      await runWork(mortal(world.deps, life), ORG, planned.id).catch(() => undefined);
      if (!life.over) break;
      await world.later(config.leaseMs + 1_000);
      await world.later(config.leaseMs + 1_000);
      const ended = await world.execution(planned.id);
      expect({ diesAt, state: ended.state }).toEqual({ diesAt, state: 'completed' });
      expect(done.size).toBe(2);
      expect(world.documents('notifications')).toHaveLength(1);
      expect(world.documents('records')).toMatchObject([{ version: 1 }]);
      await expectSound(world);
    }
  });
});

describe('signed predicates about records', () => {
  const setPrice = async (world: World, value: string): Promise<void> => {
    const change = new ChangeSet(ORG, `price-${value}`, { kind: 'system', part: 'seed' }, world.clock.at());
    const ref = refs.record(ORG, 'price', 'USDEUR');
    const current = await read(world.db, ref);
    const stored = {
      type: 'price',
      id: 'USDEUR',
      fields: JSON.stringify({ value }),
      executionId: null,
      updatedAt: world.clock.at(),
    };
    if (current === null) change.createStored(ref, stored);
    else change.changeStored(ref, current.version, stored);
    await world.db.commit(change.toWrites('organization.created'));
  };
  const within = { kind: 'record.within', type: 'price', recordId: 'USDEUR', field: 'value', min: '0.90', max: '0.95' };
  const version = { kind: 'record.version', type: 'price', recordId: 'USDEUR', version: 1 };

  test.each<[string, unknown, string, string]>([
    ['a price above its limit stops the run', within, '0.9500001', 'found is value 0.9500001'],
    ['a price below its limit stops the run', within, '0.8', 'found is value 0.8'],
    ['a record at another version stops the run', version, '0.92', 'signed was version 1, found is version 2'],
  ])('%s', async (_, recheck, value, message) => {
    const world = await worldOf([notice('n')], [recheck]);
    await setPrice(world, '0.91');
    const planned = await plan(world);
    await setPrice(world, value);
    await world.approve(planned);
    await world.work();
    expect(await world.execution(planned.id)).toMatchObject({
      state: 'drifted',
      error: { message: expect.stringContaining(message) as string },
    });
    expect(world.documents('notifications')).toEqual([]);
  });

  test('a price that moves within its limits stops nothing', async () => {
    const world = await worldOf([notice('n')], [within]);
    await setPrice(world, '0.91');
    const planned = await plan(world);
    await setPrice(world, '0.95');
    await world.approve(planned);
    await world.work();
    expect((await world.execution(planned.id)).state).toBe('completed');
  });
});

test('a plugin reads records with their versions, and what it read is part of what is signed', async () => {
  const seen: unknown[] = [];
  const reading = definePlugin({
    name: 'proposer',
    version: '1.0.0',
    title: 'Reader',
    description: 'Raises a price',
    category: 'data',
    riskLevel: 'low',
    capabilities: ['records.read', 'records.write'],
    parameters: [],
    execute: async (_, context) => {
      const records = await context.records.get('price', ['p', 'unknown']);
      seen.push([...records]);
      return {
        effects: [price('p', records.get('p')?.version ?? 0, '2.00')],
        problems: [],
        rowCount: 1,
        refusedTotals: [],
        message: '',
        metrics: {},
        warnings: [],
      };
    },
    report: async () => ({ success: true, message: '', files: [], notifications: [] }),
  });
  const writing = await worldOf([price('p', 0)]);
  await run(writing);
  Object.assign(writing.deps, { runPlugin: swapped(writing, reading) });
  const ended = await run(writing);
  expect(seen).toEqual([[['p', { version: 1, fields: { value: '1.25' } }]]]);
  expect(ended).toMatchObject({ state: 'completed', plan: { reads: { count: 1 } } });
  expect(writing.documents('records')).toMatchObject([{ version: 2, fields: '{"value":"2.00"}' }]);
});

/** The code of another plugin in the place of the installed one. */
function swapped(world: World, plugin: Plugin): World['deps']['runPlugin'] {
  const other = inProcess(plugin);
  return async (request) => {
    const [built] = await other.catalogue.list();
    return other.runPlugin({
      ...request,
      codeHash: built?.codeHash ?? '',
      capabilities: built?.manifest.capabilities ?? [],
    });
  };
}
