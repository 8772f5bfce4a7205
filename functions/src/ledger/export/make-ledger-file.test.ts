import { readChart } from '@countersign/domain/ledger/chart/read-chart';
import { readTextLedger } from '@countersign/domain/ledger/text/text-journals';
import type { LedgerFormat } from '@countersign/domain/schemas/evidence';
import { auditEventSchema } from '@countersign/domain/schemas/audit';
import { balanceSchema } from '@countersign/domain/schemas/account';
import { journalSchema } from '@countersign/domain/schemas/journal';
import { paths } from '@countersign/domain/paths';
import { describe, expect, it } from 'vitest';
import { ALPHA, BRAVO, csvOf, ORG, World } from '../../engine/testing/world.ts';
import { exportOf } from '../../evidence/testing/packs.ts';

const FILE = csvOf([
  ['inv-1', ALPHA, '120.00', 'USD'],
  ['inv-2', BRAVO, '80.50', 'USD'],
  ['inv-3', ALPHA, '30.00', 'EUR'],
]);

async function exported(world: World, format: LedgerFormat): Promise<{ text: string; id: string }> {
  const { exportId: id } = await world.command('ada', 'exportLedger', { format });
  await world.work();
  const made = await exportOf(world, id);
  if (made.file === null) throw new Error(made.error?.message);
  return { id, text: new TextDecoder().decode(await world.objects.read(made.file.storagePath, made.file.generation)) };
}
const journalsOf = (world: World) => world.documents('journals').map((one) => journalSchema.parse(one));

describe('the ledger as a file', () => {
  it.each(['beancount', 'hledger'] as const)(
    'is %s text with every posted journal, and its balances hold',
    async (format) => {
      const world = await World.open();
      await world.payOut(FILE);
      const { text } = await exported(world, format);
      const read = readTextLedger(text, format);
      expect(read.issues.filter(({ severity }) => severity === 'refused')).toEqual([]);
      const posted = journalsOf(world).filter(({ state }) => state === 'posted');
      expect(read.journals.map(({ reference }) => reference)).toEqual(posted.map(({ id }) => id).sort());
      expect(posted.length).toBeGreaterThan(3);
      expect([...read.accountIds.values()]).toEqual(expect.arrayContaining(posted.flatMap(({ accounts }) => accounts)));
    },
  );

  it('is a CSV of journals, and one of accounts', async () => {
    const world = await World.open();
    await world.payOut(FILE);
    const { text } = await exported(world, 'csv');
    const entries = journalsOf(world).flatMap((journal) => (journal.state === 'posted' ? journal.entries : []));
    expect(text.split('\r\n')).toHaveLength(1 + entries.length + 1);
    const chart = readChart((await exported(world, 'chart')).text);
    expect(chart.issues).toEqual([]);
    expect(new Set(chart.rows.map(({ id }) => id))).toEqual(new Set(world.documents('accounts').map(({ id }) => id)));
  });

  it('was asked for and made, says the audit log; it is not for everybody', async () => {
    const world = await World.open();
    const { id } = await exported(world, 'beancount');
    const events = world.documents('audit').filter((event) => JSON.stringify(event).includes(id));
    expect(events.map((event) => auditEventSchema.parse(event).body.type).sort()).toEqual([
      'evidence.exported',
      'evidence.requested',
    ]);
    expect(JSON.stringify(events)).toContain('"format":"beancount"');
    await expect(world.command('olivia', 'exportLedger', { format: 'csv' })).rejects.toThrow('This takes the role');
  });

  it('is not made of journals that do not come to the balances', async () => {
    const world = await World.open();
    await world.payOut(FILE);
    const { accountId } = balanceSchema.parse(world.documents('balances').find((one) => one['postable'] === true));
    const path = `${paths.balances(ORG)}/${accountId}_USD`;
    await world.db.commit([{ op: 'update', path, data: { postedDebitMinor: '1' } }]);
    await expect(exported(world, 'beancount')).rejects.toThrow('is not what its journals come to');
  });
});
