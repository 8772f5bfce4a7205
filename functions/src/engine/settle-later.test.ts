import fc from 'fast-check';
import Stripe from 'stripe';
import { beforeEach, describe, expect, test } from 'vitest';
import { definePlugin } from '@countersign/plugin-sdk';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Journal } from '@countersign/domain/schemas/journal';
import { receiveStripeEvent, type WebhookAnswer } from '../webhooks/receive-stripe-event.ts';
import { config } from '../config.ts';
import { settlementWorkId } from './settle-later-work.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { Life, mortal } from './testing/mortal.ts';
import type { MadePayout } from './testing/scripted-provider.ts';
import { changeSettings } from './testing/settings.ts';
import { expectSound } from './testing/sound.ts';
import { eventOf, WEBHOOK_SECRET, type SentEvent } from './testing/stripe-events.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2, pagesAtOnce: 2 });

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '20.50', 'EUR'],
  ['B-1', BRAVO, '300.00', 'USD'],
  ['B-2', BRAVO, '500', 'JPY'],
]);

let world: World;
let events: number;

beforeEach(async () => {
  world = await World.open();
  events = 0;
});

const madeFor = (reference: string, one = world): MadePayout => {
  const made = one.provider.payouts.find((payout) => payout.reference === reference && payout.state !== 'returned');
  if (made === undefined) throw new Error(`${reference} was not paid`);
  return made;
};

/** What Stripe would send, signed; `fields` and `signedAt` are for those who are not Stripe. */
async function send(
  event: SentEvent,
  fields: { secret?: string; signedAtMs?: number } = {},
  to = world,
): Promise<WebhookAnswer> {
  const payload = JSON.stringify(event);
  const timestamp = Math.floor((fields.signedAtMs ?? to.clock.now().getTime()) / 1000);
  const header = Stripe.webhooks.generateTestHeaderString({
    payload,
    secret: fields.secret ?? WEBHOOK_SECRET,
    timestamp,
  });
  return receiveStripeEvent(to.deps, `whsec_other, ${WEBHOOK_SECRET}`, Buffer.from(payload), header);
}
const tell = async (type: SentEvent['type'], made: MadePayout): Promise<WebhookAnswer> => {
  events += 1;
  return send(eventOf(type, made, `evt_${events}`));
};

const statusOf = async (execution: Execution, reference: string): Promise<string> => {
  const outcomes = await world.outcomes(execution);
  const effectId = world.provider.payouts.find((made) => made.reference === reference)?.effectId;
  const outcome = outcomes.find((one) => one.effectId === effectId);
  return `${outcome?.status} ${outcome?.settlement?.state ?? '-'}`;
};
const storedEvents = (one = world): string[] => one.documents('providerEvents').map((event) => String(event['state']));
const journals = (): Journal[] => world.documents('journals') as unknown as Journal[];
const usd = (amountMinor: string, count = 1) => ({ currency: 'USD', amountMinor, count });

describe('a payout', () => {
  test('is on its way when the run ends, and arrives', async () => {
    const run = await world.payOut(FILE);
    expect(run).toMatchObject({
      state: 'completed',
      transit: {
        inTransit: [
          { currency: 'EUR', amountMinor: '2050', count: 1 },
          { currency: 'JPY', amountMinor: '500', count: 1 },
          usd('130000', 2),
        ],
        settled: [],
        returned: [],
      },
    });
    for (const made of world.provider.payouts) {
      world.provider.settleLater(made.id);
      expect(await tell('payout.paid', made)).toEqual({ status: 200, body: 'received' });
    }
    await world.work();
    const after = await world.execution(run.id);
    expect(after).toMatchObject({
      state: 'completed',
      transit: { inTransit: [], settled: [{ count: 1 }, { count: 1 }, usd('130000', 2)], returned: [] },
      tally: run.tally,
      // Nothing but where the money is has changed: the report stands.
      report: run.report,
    });
    expect(new Set(storedEvents())).toEqual(new Set(['applied']));
    expect(world.audit().filter(({ body }) => body.type === 'execution.payout_settled')).toHaveLength(2);
    await expectSound(world);
  });

  test('comes back: failed with Stripe’s reason, its journal reversed, its claim free, and paid again under another key', async () => {
    const run = await world.payOut(FILE);
    const made = madeFor('A-1');
    world.provider.failLater(made.id, 'no_account');
    await tell('payout.failed', made);
    await world.work();
    const after = await world.execution(run.id);
    expect(after).toMatchObject({
      state: 'needs_repair',
      coarse: 'failed',
      tally: { counts: { succeeded: 3, failed: 1, unknown: 0, untouched: 0 }, failed: [usd('100000')] },
      transit: { returned: [usd('100000')] },
      journalCount: 3,
      agreement: { differenceCount: 0 },
    });
    expect(after.transit?.inTransit.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    const outcome = (await world.outcomes(after)).find((one) => one.effectId === made.effectId);
    expect(outcome).toMatchObject({
      status: 'failed',
      providerId: made.id,
      code: 'no_account',
      message: 'It came back: no_account',
      settlement: { state: 'returned' },
    });
    // The report tells of it.
    expect(after.report?.files[0]?.sha256).not.toBe(run.report?.files[0]?.sha256);
    const [original] = journals().filter((journal) => journal.id === outcome?.journalId);
    const [reversal] = journals().filter((journal) => journal.reverses === original?.id);
    expect(original).toMatchObject({ state: 'posted', reversedBy: reversal?.id });
    expect(reversal).toMatchObject({ state: 'posted', source: { executionId: run.id, effectId: made.effectId } });
    expect(Object.keys(world.claims()).toSorted()).toEqual(['A-2', 'B-1', 'B-2']);
    expect(world.audit().at(-1)?.body.type).toBe('execution.reported');
    expect(world.audit().filter(({ body }) => body.type === 'execution.payout_returned')).toMatchObject([
      { body: { data: { returned: '1', settled: '0', amounts: 'USD 1,000.00' }, executionId: run.id } },
    ]);
    await expectSound(world);

    const again = await world.payOut(csvOf([['A-1', ALPHA, '1000.00', 'USD']]));
    expect(again).toMatchObject({ state: 'completed', agreement: { differenceCount: 0 } });
    expect(madeFor('A-1').key).not.toBe(made.key);
    await expectSound(world);
  });

  test('comes back after it had arrived; then a late word that it arrived changes nothing', async () => {
    const run = await world.payOut(FILE);
    const made = madeFor('B-1');
    world.provider.settleLater(made.id);
    await tell('payout.paid', made);
    await world.work();
    expect(await statusOf(run, 'B-1')).toBe('succeeded settled');
    world.provider.failLater(made.id);
    await tell('payout.failed', made);
    await tell('payout.paid', made);
    await world.work();
    expect(await statusOf(run, 'B-1')).toBe('failed returned');
    expect(storedEvents().toSorted()).toEqual(['applied', 'applied', 'unchanged']);
    expect(journals().filter((journal) => journal.reverses !== null)).toHaveLength(1);
    await expectSound(world);
  });

  test('says what is true now, not what the event said: a payout.failed of one that stands changes nothing', async () => {
    const run = await world.payOut(FILE);
    await tell('payout.failed', madeFor('A-1'));
    await world.work();
    expect(await statusOf(run, 'A-1')).toBe('succeeded in_transit');
    expect(storedEvents()).toEqual(['unchanged']);
  });

  test('told of while its page is under way, waits for the end of the run', async () => {
    let failed = false;
    world.provider.beforePay = async (request) => {
      if (request.data.reference !== 'B-2' || failed) return;
      failed = true;
      const made = madeFor('A-1');
      world.provider.failLater(made.id);
      expect(await tell('payout.failed', made)).toMatchObject({ body: 'received' });
      await runWork(world.deps, ORG, settlementWorkId(made.executionId));
      expect(storedEvents()).toEqual(['waiting']);
    };
    const run = await world.payOut(FILE);
    expect(failed).toBe(true);
    await world.later(1_000);
    const after = await world.execution(run.id);
    expect(after).toMatchObject({ state: 'needs_repair', tally: { counts: { succeeded: 3, failed: 1 } } });
    expect(storedEvents()).toEqual(['applied']);
    await expectSound(world);
  });

  test('whose answer was lost is known by its event, as paid or as come back', async () => {
    world.provider.break('A-1', 'timeout_after', 'timeout_after').break('B-1', 'timeout_after', 'timeout_after');
    const run = await world.payOut(FILE);
    expect(run.tally?.counts).toMatchObject({ unknown: 2 });
    world.provider.failLater(madeFor('B-1').id);
    world.provider.settleLater(madeFor('A-1').id);
    const [lost] = world.provider.payouts.filter((made) => made.reference === 'B-1');
    await tell('payout.paid', madeFor('A-1'));
    await tell('payout.failed', lost as MadePayout);
    await world.work();
    expect(await statusOf(run, 'A-1')).toBe('succeeded settled');
    expect(await statusOf(run, 'B-1')).toBe('failed returned');
    expect(await world.execution(run.id)).toMatchObject({
      state: 'needs_repair',
      tally: { counts: { succeeded: 3, failed: 1, unknown: 0 } },
    });
    expect(world.documents('unknowns')).toEqual([]);
    await expectSound(world);
  });

  test('whose answer was lost is asked for in its time, though another one came back just then', async () => {
    world.provider.break('A-1', 'timeout_after', 'timeout_after');
    const run = await world.payOut(FILE);
    world.clock.pass(DAY_MS / 2);
    const made = madeFor('B-1');
    world.provider.failLater(made.id);
    await tell('payout.failed', made);
    await world.work();
    expect(await statusOf(run, 'B-1')).toBe('failed returned');
    expect(await statusOf(run, 'A-1')).toBe('succeeded in_transit');
    await expectSound(world);
  });

  test('of which nobody tells is asked for once a day, for ten days', async () => {
    const run = await world.payOut(FILE);
    const before = world.provider.asked;
    await world.later(DAY_MS / 2);
    expect(world.provider.asked - before).toBe(0);
    await world.later(DAY_MS / 2);
    expect(world.provider.asked - before).toBe(4);
    world.provider.settleLater(madeFor('A-1').id);
    world.provider.failLater(madeFor('B-2').id);
    await world.later(DAY_MS);
    await world.later(0);
    expect(await statusOf(run, 'A-1')).toBe('succeeded settled');
    expect(await statusOf(run, 'B-2')).toBe('failed returned');
    await expectSound(world);
    for (let day = 0; day < 30; day += 1) await world.later(DAY_MS);
    // Two were still on their way: eight more days of two questions, and then an alert. One arrived: five more.
    expect(world.provider.asked - before).toBe(4 + 4 + 2 * 8 + 5);
    const work = await world.db.get(`orgs/${ORG}/work/${settlementWorkId(run.id)}`);
    expect(work?.data['nextAt']).toBeNull();
  });

  test('that arrived and of whose return nobody tells is asked for ever more seldom, as long as it can come back', async () => {
    const run = await world.payOut(FILE);
    for (const made of world.provider.payouts) {
      world.provider.settleLater(made.id);
      await tell('payout.paid', made);
    }
    await world.work();
    expect(await world.execution(run.id)).toMatchObject({ transit: { inTransit: [], settled: { length: 3 } } });
    const asked: number[] = [];
    for (let day = 1; day <= 30; day += 1) {
      const before = world.provider.asked;
      if (day === 9) world.provider.failLater(madeFor('B-1').id);
      await world.later(DAY_MS);
      await world.work();
      if (world.provider.asked > before) asked.push(day);
    }
    expect(asked).toEqual([1, 2, 4, 7, 10]);
    expect(await statusOf(run, 'B-1')).toBe('failed returned');
    expect(await world.execution(run.id)).toMatchObject({
      state: 'needs_repair',
      transit: { returned: [usd('30000')] },
    });
    const work = await world.db.get(`orgs/${ORG}/work/${settlementWorkId(run.id)}`);
    expect(work?.data['nextAt']).toBeNull();
    await expectSound(world);
  });

  test('of a long run is asked for on the same day as the others, in several steps', async () => {
    const rows = Array.from({ length: 410 }, (_, at): [string, string, string, string] => [
      `L-${at}`,
      BRAVO,
      '1',
      'JPY',
    ]);
    const run = await world.payOut(csvOf(rows));
    const before = world.provider.asked;
    world.provider.failLater(madeFor('L-409').id);
    await world.later(DAY_MS);
    expect(world.provider.asked - before).toBe(410);
    expect(await statusOf(run, 'L-409')).toBe('failed returned');
  });

  test('is asked for within the hour when the provider did not answer, and no longer than a day for its sake', async () => {
    const run = await world.payOut(FILE);
    world.provider.failLater(madeFor('A-1').id);
    world.provider.brokenReads = 3;
    await world.later(DAY_MS);
    expect(await statusOf(run, 'A-1')).toBe('succeeded in_transit');
    for (let hours = 0; hours < 4; hours += 1) await world.later(HOUR_MS);
    expect(await statusOf(run, 'A-1')).toBe('failed returned');
    world.provider.brokenReads = Number.POSITIVE_INFINITY;
    const before = world.provider.asked;
    for (let day = 0; day < 40; day += 1) await world.later(DAY_MS);
    world.provider.brokenReads = 0;
    // What is on its way is left to people then; nothing is asked for ever.
    const after = world.provider.asked;
    for (let day = 0; day < 10; day += 1) await world.later(DAY_MS);
    expect(after - before).toBeLessThan(3 * 10 * 26);
    expect(world.provider.asked).toBe(after);
  });

  test('is heard of later when the provider does not answer now', async () => {
    const run = await world.payOut(FILE);
    const made = madeFor('A-1');
    world.provider.failLater(made.id);
    world.provider.brokenReads = 3;
    await tell('payout.failed', made);
    await world.work();
    expect(storedEvents()).toEqual(['waiting']);
    for (let tries = 0; tries < 8; tries += 1) await world.later(5_000);
    expect(await statusOf(run, 'A-1')).toBe('failed returned');
    await expectSound(world);
  });

  test('a claim that another run holds by now is not freed', async () => {
    await world.payOut(FILE);
    const made = madeFor('A-1');
    const claim = world.db.dump().find(({ data }) => data['effectId'] === made.effectId && data['reference'] === 'A-1');
    await world.db.commit([
      { op: 'update', path: claim?.path ?? '', data: { executionId: 'another', effectId: 'another' } },
    ]);
    world.provider.failLater(made.id);
    await tell('payout.failed', made);
    await world.work();
    expect(world.claims()['A-1']).toBe('another');
  });
});

describe('a transfer', () => {
  const effects: Effect[] = ['T-1', 'T-2'].map((reference) => ({
    kind: 'stripe.transfer',
    key: reference.toLowerCase(),
    line: null,
    needs: [],
    data: { account: ALPHA, amountMinor: '1500', currency: 'USD', description: '', reference },
    claim: { kind: 'transfer', reference },
    journal: {
      memo: `Transfer ${reference}`,
      effectiveDay: null,
      entries: [
        { accountId: `stripe-balance.${ALPHA}`, side: 'debit', amountMinor: '1500', currency: 'USD' },
        { accountId: 'stripe-balance.platform', side: 'credit', amountMinor: '1500', currency: 'USD' },
      ],
    },
  }));
  const plugin = definePlugin({
    name: 'transfer-all',
    version: '1.0.0',
    title: 'Transfer',
    description: 'test',
    category: 'payments',
    riskLevel: 'high',
    capabilities: ['stripe.transfer', 'ledger.post'],
    parameters: [],
    execute: async () => ({
      effects,
      problems: [],
      rowCount: effects.length,
      refusedTotals: [],
      message: 'two transfers',
      metrics: {},
      warnings: [],
    }),
    report: async () => ({ success: true, message: 'done', files: [], notifications: [] }),
  });

  test('moves between two balances of the ledger, has no settlement, and can be reversed', async () => {
    world = await World.open({ plugins: inProcess(plugin) });
    const { executionId } = await world.command('olivia', 'requestExecution', {
      operationId: 'transfer-all',
      parameters: {},
    });
    await world.work();
    expect((await world.execution(executionId)).error).toBeNull();
    await world.approve(await world.execution(executionId));
    await world.work();
    const run = await world.execution(executionId);
    expect(run).toMatchObject({ state: 'completed', transit: null, agreement: { accounts: 2, differenceCount: 0 } });
    await expectSound(world);
    const made = madeFor('T-1');
    world.provider.failLater(made.id, 'transfer_reversed');
    await tell('transfer.reversed', made);
    await world.work();
    expect(await world.execution(executionId)).toMatchObject({
      state: 'needs_repair',
      transit: { inTransit: [], settled: [], returned: [usd('1500')] },
      agreement: { accounts: 2, differenceCount: 0 },
    });
    expect(Object.keys(world.claims())).toEqual(['T-2']);
    await expectSound(world);
  });
});

describe('an event changes nothing', () => {
  let run: Execution;
  let made: MadePayout;
  beforeEach(async () => {
    run = await world.payOut(FILE);
    made = madeFor('A-1');
    // There is something that a believed event would do.
    world.provider.failLater(made.id);
  });
  const untouched = async (): Promise<void> => {
    const before = JSON.stringify([world.audit().length, await world.execution(run.id), await world.outcomes(run)]);
    await world.work();
    await world.later(10_000);
    expect(JSON.stringify([world.audit().length, await world.execution(run.id), await world.outcomes(run)])).toBe(
      before,
    );
  };
  const failed = (id = 'evt_forged'): SentEvent => eventOf('payout.failed', made, id);
  const withMetadata = (fields: Record<string, string>, object: Record<string, unknown> = {}): SentEvent => {
    const event = failed();
    const metadata = { ...event.data.object.metadata, ...fields };
    return { ...event, data: { object: { ...event.data.object, ...object, metadata } } };
  };

  test('with a bad signature, or an old one', async () => {
    const nowMs = world.clock.now().getTime();
    expect(await send(failed(), { secret: 'whsec_wrong' })).toEqual({ status: 400, body: 'refused' });
    expect(await send(failed(), { signedAtMs: nowMs - 301_000 })).toEqual({ status: 400, body: 'refused' });
    const body = Buffer.from(JSON.stringify(failed()));
    for (const header of [undefined, '', 'nonsense', `t=${Math.floor(nowMs / 1000)},v1=00`, 't=1,v0=00'])
      expect(await receiveStripeEvent(world.deps, WEBHOOK_SECRET, body, header)).toMatchObject({ status: 400 });
    expect(await receiveStripeEvent(world.deps, ' , ', body, 't=1,v1=00')).toMatchObject({ status: 400 });
    const large = Buffer.alloc((1 << 20) + 1);
    expect(await receiveStripeEvent(world.deps, WEBHOOK_SECRET, large, '')).toMatchObject({ status: 413 });
    expect(storedEvents()).toEqual([]);
    await untouched();
    // The same event, signed rightly, is taken.
    expect(await send(failed(), { signedAtMs: nowMs - 200_000 })).toEqual({ status: 200, body: 'received' });
  });

  test.each<[string, () => object]>([
    ['of another type', () => ({ ...failed(), type: 'payout.created' })],
    ['of something that is not ours', () => ({ ...failed(), data: { object: { id: 'po_9', metadata: {} } } })],
    ['of another mode', () => ({ ...failed(), livemode: true })],
    ['of no account', () => ({ ...failed(), account: null })],
    ['of an organization that is none', () => withMetadata({ countersign_org: 'nobody' })],
    ['of another organization', () => withMetadata({ countersign_org: 'globex' })],
    ['of a path', () => withMetadata({ countersign_org: '..' })],
    ['of a longer path', () => withMetadata({ countersign_execution: 'a/b/c' })],
    ['of another run', () => withMetadata({ countersign_execution: 'f'.repeat(32) })],
    ['of another page', () => withMetadata({ countersign_page: '1-1' })],
    ['of no page', () => withMetadata({ countersign_page: '1' })],
    ['of another effect', () => withMetadata({ countersign_effect: 'f'.repeat(32) })],
    ['under another key', () => withMetadata({ countersign_key: 'f'.repeat(64) })],
  ])('%s: it is taken, and not even stored', async (_, event) => {
    expect(await send(event() as SentEvent)).toEqual({ status: 200, body: 'ignored' });
    expect(storedEvents()).toEqual([]);
    await untouched();
  });

  test('that names a payment which Stripe does not have, or has for something else', async () => {
    const other = madeFor('A-2');
    const forged: SentEvent[] = [
      withMetadata({}, { id: 'po_unheard_of' }),
      { ...failed(), account: BRAVO },
      // Another payment of the same account, and one of another account, in the clothes of this effect.
      withMetadata({}, { id: other.id }),
      { ...withMetadata({}, { id: madeFor('B-1').id }), account: BRAVO },
    ];
    for (const [at, event] of forged.entries()) await send({ ...event, id: `evt_forged_${at}` });
    expect(storedEvents()).toHaveLength(4);
    await untouched();
    expect(new Set(storedEvents())).toEqual(new Set(['refused']));
  });

  test('that names a payout which the seller has made himself, with the metadata of ours', async () => {
    const own = { ...made, id: 'po_own', state: 'returned' as const, code: 'mine' };
    world.provider.payouts.push(own);
    await send(eventOf('payout.failed', own, 'evt_own'));
    await untouched();
    expect(storedEvents()).toEqual(['refused']);
    expect(world.documents('providerEvents')[0]?.['reason']).toBe('The effect was paid by another payment');
    world.provider.payouts.pop();
  });

  test('a second time', async () => {
    expect(await send(failed('evt_1'))).toMatchObject({ body: 'received' });
    expect(await send(failed('evt_1'))).toMatchObject({ body: 'duplicate' });
    await world.work();
    expect(await send(failed('evt_1'))).toMatchObject({ body: 'duplicate' });
    await send(failed('evt_2'));
    expect(storedEvents().toSorted()).toEqual(['applied', 'waiting']);
    await untouched();
    await expectSound(world);
  });
});

test('a worker that dies at any moment of a settlement leaves nothing half done', async () => {
  for (let moment = 1; ; moment += 1) {
    world = await World.open();
    const run = await world.payOut(FILE);
    const [back, arrived] = [madeFor('A-1'), madeFor('B-1')];
    world.provider.failLater(back.id);
    world.provider.settleLater(arrived.id);
    await tell('payout.failed', back);
    await tell('payout.paid', arrived);
    const life = new Life(moment);
    world.wakes.length = 0;
    await runWork(mortal(world.deps, life), ORG, settlementWorkId(run.id)).catch(() => undefined);
    await world.later(config.leaseMs + 1_000);
    await world.later(config.leaseMs + 1_000);
    expect(await world.execution(run.id)).toMatchObject({
      state: 'needs_repair',
      tally: { counts: { succeeded: 3, failed: 1 } },
      transit: { returned: [usd('100000')], settled: [usd('30000')] },
    });
    expect(journals().filter((journal) => journal.reverses !== null)).toHaveLength(1);
    await expectSound(world);
    if (!life.over) return;
    expect(moment).toBeLessThan(100);
  }
}, 60_000);

/** A task that fails is logged and found again by the tick. */
const inPatience = (ms: number): Promise<void> => world.later(ms).catch(() => undefined);

/** What happens to four payouts at Stripe, and what is told of it: in any order, twice, late, or not at all. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), of: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fail' as const), of: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      of: fc.nat(3),
      type: fc.constantFrom('payout.paid' as const, 'payout.failed' as const, 'payout.canceled' as const),
      id: fc.nat(20),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('work' as const), of: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide' as const), of: fc.nat(3) }) },
);

test('any order of events, doubled and lost, comes to what is true at Stripe, and the books agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 25 }),
      fc.uniqueArray(fc.nat(3), { maxLength: 2 }),
      async (program, lost) => {
        world = await World.open();
        const references = ['A-1', 'A-2', 'B-1', 'B-2'];
        for (const one of lost) world.provider.break(references[one] ?? '', 'timeout_after', 'timeout_after');
        const run = await world.payOut(FILE);
        const made = references.map((reference) => madeFor(reference));
        const of = (at: number): MadePayout => made[at] as MadePayout;
        for (const step of program) {
          if (step.do === 'settle') world.provider.settleLater(of(step.of).id);
          else if (step.do === 'fail') world.provider.failLater(of(step.of).id);
          else if (step.do === 'tell') await send(eventOf(step.type, of(step.of), `evt_${step.id}`));
          else if (step.do === 'hide') world.provider.brokenReads = 2;
          else await inPatience(5_000);
        }
        // Whatever was not told is asked for within some days.
        for (let day = 0; day < 4; day += 1) await inPatience(DAY_MS);
        await inPatience(0);
        const outcomes = await world.outcomes(run);
        for (const one of made) {
          const outcome = outcomes.find(({ effectId }) => effectId === one.effectId);
          expect(outcome).toMatchObject({
            providerId: one.id,
            status: one.state === 'returned' ? 'failed' : 'succeeded',
            settlement: { state: one.state },
          });
        }
        const after = await world.execution(run.id);
        const returned = made.filter(({ state }) => state === 'returned').length;
        expect(after.tally?.counts).toEqual({ succeeded: 4 - returned, failed: returned, unknown: 0, untouched: 0 });
        expect(after.state).toBe(returned === 0 ? 'completed' : 'needs_repair');
        expect(after.agreement?.differenceCount).toBe(0);
        expect(storedEvents()).not.toContain('refused');
        await expectSound(world);
      },
    ),
    { numRuns: 25, seed: 20261122 },
  );
}, 120_000);
