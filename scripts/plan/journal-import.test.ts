import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeSandbox } from '../../functions/src/sandbox/index.ts';
import { buildPlugin } from '../build/plugins.ts';
import { ROOT } from '../build/root.ts';
import { planOffline } from './plan-offline.ts';
import { readWorld } from './world.ts';

const FILES = {
  'a.csv': 'reference,date,account,amount,currency\nA,2026-01-31,till,7,USD\nA,2026-01-31,bank,-7,USD\n',
  'a.beancount': '2026-01-31 * "名古屋"\n  Assets:Till  7 USD\n  Assets:Bank\n',
  'a.journal': '2026-01-31 x\n  till  7 USD\n  bank\n',
};
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-journals-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  const ledgerAccounts = [{ id: 'till', name: 'Till', type: 'asset', parentId: 'assets' }];
  await writeFile(join(folder, 'world.json'), JSON.stringify({ ledgerAccounts }));
});
afterAll(async () => {
  await closeSandbox();
  await rm(folder, { recursive: true, force: true });
});

it('journals of every kind of file are planned in the real sandbox, against accounts of the ledger', async () => {
  const { manifest, codeHash, code } = await buildPlugin(join(ROOT, 'plugins', 'journal-import'));
  const plugin = { manifest, codeHash, code: async () => code };
  const world = await readWorld({ world: join(folder, 'world.json') });
  for (const name of Object.keys(FILES)) {
    const asked = {
      files: new Map([['file', join(folder, name)]]),
      parameters: new Map([['accounts', 'Assets:Till = till; Assets:Bank = bank']]),
      now: new Date('2026-02-01T09:00:00.000Z'),
    };
    const { outcome, effects, problems, error } = (await planOffline(plugin, asked, world)).result;
    expect([name, outcome, error, problems]).toEqual([name, 'planned', null, []]);
    expect(effects.map((effect) => effect.journal?.entries)).toEqual([
      [
        { accountId: 'till', side: 'debit', amountMinor: '700', currency: 'USD' },
        { accountId: 'bank', side: 'credit', amountMinor: '700', currency: 'USD' },
      ],
    ]);
  }
}, 60_000);
