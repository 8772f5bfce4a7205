import { fxAccounts } from '@countersign/domain/ledger/fx/accounts';
import { positionsOf } from '@countersign/domain/ledger/fx/position';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Plugin } from '@countersign/plugin-sdk';
import { beforeEach, expect, test } from 'vitest';
import fxDeals from '../../../../plugins/fx-deals/src/index.ts';
import { openAccount } from '../../engine/testing/found-organization.ts';
import { inProcess } from '../../engine/testing/in-process-plugin.ts';
import { expectSound } from '../../engine/testing/sound.ts';
import { ORG, World } from '../../engine/testing/world.ts';
import { drainStream, ledgerIntents } from '../../streams/index.ts';
import { readBalances } from './plan-reads.ts';

const HEADER = 'reference,day,from account,from amount,from currency,to account,to amount,to currency,agreed rate,memo';
let world: World;
beforeEach(async () => {
  world = await World.open({ plugins: inProcess(fxDeals as Plugin) });
  const accounts = [
    openAccount({ id: 'bank', type: 'asset', parentId: 'assets', postable: true }),
    ...fxAccounts(['EUR'], 'USD').map((account): LedgerIntent => ({
      type: 'open_account',
      id: `open-${account.id}`,
      account,
    })),
  ];
  await world.db.commit(ledgerIntents(ORG, 'accounts', accounts, world.clock.at()));
  await drainStream(world.deps.streams, ORG, 'ledger');
});

async function planned(...rows: string[]): Promise<Execution> {
  const file = await world.upload([HEADER, ...rows, ''].join('\r\n'), 'deals.csv');
  const input = { operationId: 'fx-deals', parameters: { file: file.id } };
  const { executionId } = await world.command('olivia', 'requestExecution', input);
  await world.work();
  return world.execution(executionId);
}
async function applied(execution: Execution): Promise<string> {
  await world.approve(execution);
  await world.work();
  return (await world.execution(execution.id)).state;
}
async function books(): Promise<unknown[]> {
  const { balances } = await readBalances(world.deps, ORG, { accounts: ['fx-position', 'fx-realized'], day: null });
  const realized = balances.find(({ accountId }) => accountId === 'fx-realized');
  const position = positionsOf(balances, 'USD').get('EUR');
  return [position?.quantityMinor, position?.costMinor, realized?.postedCreditMinor];
}

test('deals are booked by a signed run, each reference once; a later sale finds the cost in the books', async () => {
  const buys = ['FX-1,2026-01-05,bank,10800,USD,bank,10000,EUR,,', 'FX-2,2026-01-12,bank,5500,USD,bank,5000,EUR,,'];
  expect(await applied(await planned(...buys))).toBe('completed');
  expect(await books()).toEqual([15_000_00n, 16_300_00n, undefined]);
  expect(await applied(await planned(buys[0] ?? '', 'FX-3,2026-02-10,bank,6000,EUR,bank,6660,USD,,'))).toBe(
    'completed',
  );
  expect(await books()).toEqual([9_000_00n, 9_780_00n, '14000']);
  await expectSound(world);
});

test('a plan whose positions another deal has moved stops before anything is booked', async () => {
  expect(await applied(await planned('FX-1,2026-01-05,bank,108,USD,bank,100,EUR,,'))).toBe('completed');
  const sale = await planned('FX-2,2026-01-06,bank,50,EUR,bank,60,USD,,');
  const other = await planned('FX-3,2026-01-06,bank,10,EUR,bank,12,USD,,');
  expect(await applied(other)).toBe('completed');
  expect(await applied(sale)).toBe('drifted');
  expect(await books()).toEqual([90_00n, 97_20n, '120']);
  await expectSound(world);
});
