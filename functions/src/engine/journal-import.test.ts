import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Plugin } from '@countersign/plugin-sdk';
import { expect, test } from 'vitest';
import journalImport from '../../../plugins/journal-import/src/index.ts';
import stripePayout from '../../../plugins/stripe-payout/src/index.ts';
import { exportOf } from '../evidence/testing/packs.ts';
import { inProcess } from './testing/in-process-plugin.ts';
import { changeSettings, silenceLog } from './testing/settings.ts';
import { World } from './testing/world.ts';

changeSettings({ pageSize: 3, pagesAtOnce: 2 });
silenceLog();

const FILE = [
  'reference,date,memo,account,debit,credit,currency,meta:invoice',
  'A-1,2026-10-31,Charges,fees,12.50,,USD,B-77',
  'A-1,,,bank,,12.50,USD,',
  'A-2,2026-11-02,In two,fees,1,,USD,',
  'A-2,,,fees,2,,EUR,',
  'A-2,,,bank,,1,USD,',
  'A-2,,,bank,,2,EUR,',
  '',
].join('\n');

async function opened(): Promise<World> {
  const world = await World.open({ plugins: inProcess(stripePayout as Plugin, journalImport as Plugin) });
  await world.setMember('bea', { roles: ['treasurer', 'approver'] });
  const plain = { closed: false, mirrors: null, postable: true };
  await world.command('ada', 'openAccounts', {
    accounts: [
      { ...plain, id: 'bank', name: 'Bank', type: 'asset', parentId: 'assets' },
      { ...plain, id: 'costs', name: 'Costs', type: 'expense', parentId: null, postable: false },
      { ...plain, id: 'fees', name: 'Fees', type: 'expense', parentId: 'costs' },
    ] as never,
  });
  return world;
}

async function planned(world: World, file: string, parameters: Record<string, unknown> = {}): Promise<Execution> {
  const { id } = await world.upload(file, 'journals.csv');
  const { executionId } = await world.command('olivia', 'requestExecution', {
    operationId: 'journal-import',
    parameters: { file: id, ...parameters },
  });
  await world.work();
  return world.execution(executionId);
}

async function imported(world: World, file: string, parameters: Record<string, unknown> = {}): Promise<Execution> {
  const run = await planned(world, file, parameters);
  await world.approve(run);
  await world.work();
  return world.execution(run.id);
}

const booked = (world: World): Journal[] =>
  world
    .documents('journals')
    .map((one) => journalSchema.parse(one))
    .filter(({ state, metadata }) => state === 'posted' && metadata['reference'] !== undefined)
    .sort((a, b) => ((a.metadata['reference'] ?? '') < (b.metadata['reference'] ?? '') ? -1 : 1));

test('journals of a file are booked when another has signed, and the same file again books nothing', async () => {
  const world = await opened();
  const waits = await planned(world, FILE);
  expect(waits.state).toBe('awaiting_approval');
  await expect(world.approve(waits, 'olivia')).rejects.toThrow('somebody else must sign it');
  await world.approve(waits);
  await world.work();
  expect((await world.execution(waits.id)).state).toBe('completed');
  expect(booked(world)).toMatchObject([
    {
      effectiveDay: '2026-10-31',
      memo: 'Charges',
      metadata: { reference: 'A-1', invoice: 'B-77' },
      entries: { length: 2 },
    },
    { effectiveDay: '2026-11-02', metadata: { reference: 'A-2' }, entries: { length: 4 } },
  ]);

  for (const parameters of [{}, { problems: 'leave_out' }]) {
    const again = await planned(world, FILE, parameters);
    expect([again.state, again.error?.message]).toEqual([
      'failed',
      expect.stringMatching(/can not be posted|can be posted/),
    ]);
  }
  const more = `${FILE}A-3,2026-11-03,New,fees,3,,USD,\nA-3,,,bank,,3,USD,\n`;
  expect((await imported(world, more, { problems: 'leave_out' })).state).toBe('completed');
  expect(booked(world).map(({ metadata }) => metadata['reference'])).toEqual(['A-1', 'A-2', 'A-3']);
});

test('days in a closed period are refused, or routed to the first open day, as the run says', async () => {
  const world = await opened();
  await world.command('bea', 'openPeriods', { periods: [{ id: '2026-10', from: '2026-10-01', to: '2026-10-31' }] });
  await world.agree({ kind: 'period.change', action: 'close', periodId: '2026-10' }, 'bea', 'ada');
  expect((await imported(world, FILE)).state).toBe('needs_repair');
  expect(booked(world).map(({ metadata }) => metadata['reference'])).toEqual(['A-2']);
  const [first = '', ...lines] = FILE.split('\n');
  const late = [first, ...lines.slice(0, 2), ''].join('\n');
  expect((await imported(world, late, { late: 'route' })).state).toBe('completed');
  expect(booked(world)).toMatchObject([
    { effectiveDay: '2026-11-01', lateFor: '2026-10-31', metadata: { reference: 'A-1' } },
    { metadata: { reference: 'A-2' } },
  ]);
});

/** The ledger as a file, as `exportLedger` makes it. */
async function exported(world: World, format: 'beancount' | 'hledger' | 'csv'): Promise<string> {
  const { exportId } = await world.command('ada', 'exportLedger', { format });
  await world.work();
  const { file } = await exportOf(world, exportId);
  if (file === null) throw new Error('No file was made');
  return new TextDecoder().decode(await world.objects.read(file.storagePath, file.generation));
}

const balances = (world: World): readonly string[] =>
  world
    .documents('balances')
    .filter(({ postable, accountId }) => postable === true && ['bank', 'fees'].includes(String(accountId)))
    .map(
      (one) =>
        `${String(one['accountId'])} ${String(one['currency'])} ${String(one['postedDebitMinor'])} ${String(one['postedCreditMinor'])}`,
    )
    .sort();

test.each(['beancount', 'hledger', 'csv'] as const)(
  'an export as %s books nothing where it comes from; elsewhere it gives the same balances, once',
  async (format) => {
    const home = await opened();
    await imported(home, FILE);
    const text = await exported(home, format);
    const again = await planned(home, text, { problems: 'leave_out' });
    expect([again.state, again.error?.message]).toEqual(['failed', expect.stringContaining('Nothing of the file')]);
    expect(booked(home)).toHaveLength(2);

    // Both worlds begin with the same opening balances, under the same ids: those are there.
    const elsewhere = await opened();
    expect((await imported(elsewhere, text, { problems: 'leave_out' })).state).toBe('completed');
    expect(balances(elsewhere)).toEqual(balances(home));
    expect((await planned(elsewhere, text, { problems: 'leave_out' })).state).toBe('failed');
    // What it exports names its own journals, and those are there as well.
    expect((await planned(elsewhere, await exported(elsewhere, format), { problems: 'leave_out' })).state).toBe(
      'failed',
    );
    expect(balances(elsewhere)).toEqual(balances(home));
  },
);
