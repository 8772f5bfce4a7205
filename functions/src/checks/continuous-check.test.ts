import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { paths } from '@countersign/domain/paths';
import type { Alert } from '@countersign/domain/schemas/alert';
import { beforeEach, describe, expect, test } from 'vitest';
import { config } from '../config.ts';
import { runTick } from '../engine/tick.ts';
import { changeSettings } from '../engine/testing/settings.ts';
import { ORG, World } from '../engine/testing/world.ts';
import { runWork } from '../engine/worker.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream, ledgerIntents, sealStream } from '../streams/index.ts';
import { rollMonths } from '../streams/months.ts';
import { CHECK_WORK, ensureCheck } from './continuous-check.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
  await world.setMember('bea', { roles: ['auditor'] });
  const intents = [
    opening('rent', null, true, 'expense'),
    opening('bank', null, true),
    recording('a', between('rent', 'bank', '5')),
  ];
  await world.db.commit(ledgerIntents(ORG, 'books', intents, world.clock.at()));
  await settle();
  await rollMonths(world.clock, ORG);
  await ensureCheck(world.deps, ORG);
});

async function settle(): Promise<void> {
  for (const name of ['ledger', 'audit'] as const) {
    await drainStream(world.clock, ORG, name);
    await sealStream(world.clock, ORG, name, { force: true });
  }
}

async function check(): Promise<NonNullable<Awaited<ReturnType<typeof latest>>>> {
  world.clock.pass(config.checkEveryMs + 1);
  await runWork(world.deps, ORG, CHECK_WORK);
  await settle();
  const result = await latest();
  if (result === null) throw new Error('no check');
  return result;
}

const latest = () => read(world.db, refs.latestCheck(ORG));
const alerts = async (): Promise<Alert[]> =>
  (await world.db.query({ collection: paths.alerts(ORG), limit: 100 })).map(({ data }) => data as Alert);
const events = async (type: string): Promise<number> =>
  (await world.db.query({ collection: paths.audit(ORG), limit: 500 })).filter(
    ({ data }) => (data['body'] as { type: string }).type === type,
  ).length;

describe('the continuous check', () => {
  test('finds nothing where everything holds, and says what it looked at', async () => {
    const result = await check();
    expect(result).toMatchObject({ ok: true, scope: 'full', findingCount: 0 });
    expect(result.ledgerSize).toBeGreaterThan(2);
    expect(await alerts()).toEqual([]);
    expect(await events('check.failed')).toBe(0);
  });

  test.each<[string, string, Record<string, unknown>, Alert['kind']]>([
    ['a balance', paths.balance(ORG, 'rent', 'USD'), { postedDebitMinor: '4' }, 'balance_differs'],
    ['a roll-up', paths.balanceMonth(ORG, '2026-11', 'rent', 'USD'), { cells: '[]' }, 'balance_differs'],
    ['a journal', paths.journal(ORG, 'a'), { memo: 'nothing' }, 'stream_differs'],
    ['a member', paths.member(ORG, 'olivia'), { roles: ['admin'] }, 'document_differs'],
  ])('finds %s that was edited behind the server’s back, and tells once', async (_, path, fields, kind) => {
    await world.db.commit([{ op: 'update', path, data: fields }]);
    expect(await check()).toMatchObject({ ok: false, scope: 'full' });
    const found = await alerts();
    expect(found.map((alert) => alert.kind)).toContain(kind);
    expect(found.every((alert) => alert.severity === 'critical')).toBe(true);
    expect(await events('check.failed')).toBe(1);
    const messages = await world.db.query({ collection: paths.notifications(ORG), limit: 100 });
    expect(messages.map(({ data }) => data['uid'])).toEqual(expect.arrayContaining(['bea', 'ada']));
    await check();
    expect(await events('check.failed')).toBe(1);
    expect((await alerts()).length).toBe(found.length);
    // Put aside and still there, it is open again, and told again.
    await world.command('bea', 'acknowledgeAlert', { alertId: found[0]?.id ?? '', note: 'We know' });
    await check();
    expect((await alerts()).every((alert) => alert.state === 'open')).toBe(true);
    expect(await events('check.failed')).toBe(2);
  });

  test('finds what waits for too long', async () => {
    await world.db.commit(
      ledgerIntents(ORG, 'forgotten', [recording('b', between('rent', 'bank', '5'))], world.clock.at()),
    );
    const result = await check();
    expect(result.findings).toEqual([expect.objectContaining({ check: 'waiting', where: 'ledger inbox' })]);
    expect((await alerts())[0]).toMatchObject({ kind: 'unsealed', severity: 'warning' });
  });

  test('goes through books that are too large for one go in parts, says how far it is, and tells what it finds', async () => {
    changeSettings({ checkWholeUpTo: 1, checkReadsATurn: 60 });
    await world.db.commit([{ op: 'update', path: paths.journal(ORG, 'a'), data: { memo: 'nothing' } }]);
    const parts: (number | null)[] = [];
    for (let turn = 0; turn < 40 && (parts.length === 0 || parts.at(-1) !== null); turn += 1) {
      const result = await check();
      expect(result.scope).toBe('cycle');
      parts.push(result.cycle?.percent ?? null);
    }
    expect(parts.length).toBeGreaterThan(3);
    const told = parts.filter((part) => part !== null);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const after = await latest();
    expect(after).toMatchObject({ ok: false, cycle: { number: 1, startedAt: null, last: { findingCount: 1 } } });
    expect(after?.findings.map(({ where }) => where)).toEqual([paths.journal(ORG, 'a')]);
    expect((await alerts()).map(({ kind }) => kind)).toEqual(['stream_differs']);
    expect(await events('check.begun')).toBe(1);
    expect(await events('check.failed')).toBe(1);
  });

  test('begins by itself once something was sealed', async () => {
    await world.db.commit([{ op: 'delete', path: paths.work(ORG, CHECK_WORK) }]);
    await world.db.commit(ledgerIntents(ORG, 'more', [recording('b', between('rent', 'bank', '5'))], world.clock.at()));
    world.clock.pass(60_000);
    await runTick(world.deps);
    world.clock.pass(60_000);
    await runTick(world.deps);
    expect(await world.db.get(paths.work(ORG, CHECK_WORK))).not.toBeNull();
  });
});
