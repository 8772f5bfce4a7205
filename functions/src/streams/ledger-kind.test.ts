import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryDatabase, type MemoryDatabase } from '../store/memory-database.ts';
import type { Refusal } from './ports.ts';
import { handIn, testWorld, type TestWorld } from './test-kit.ts';
import { verifyOrganization } from './verify/index.ts';
import { awaitDecided } from './writer.ts';

const ORG = 'acme';
let store: MemoryDatabase;
let world: TestWorld;
let commits = 0;

async function decide(...intents: LedgerIntent[]): Promise<readonly Refusal[]> {
  const commitId = `c-${(commits += 1)}`;
  await handIn(world, ORG, commitId, intents);
  return awaitDecided(world, ORG, 'ledger', commitId);
}

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  const bank = opening('bank', 'assets', true, 'asset', { guards: [{ kind: 'not_below_zero' }] });
  await decide(opening('assets', null, false), bank, opening('seller', null, true, 'liability'));
});

async function expectBooks(): Promise<void> {
  const { findings } = await verifyOrganization(store, ORG, { checkpoints: null, publicKey: null });
  expect(findings).toEqual([]);
}

describe('handed in again after it was accepted', () => {
  const fund = recording('fund', between('bank', 'seller', '10'));
  const pay = recording('pay', between('seller', 'bank', '10'));

  test('a journal that a guard would refuse now is accepted without effect', async () => {
    await decide(fund);
    expect(await decide(pay)).toEqual([]);
    expect(await decide(pay, recording('more', between('seller', 'bank', '1')))).toMatchObject([
      { intentId: 'more', code: 'guard_below_zero' },
    ]);
    await expectBooks();
  });

  test('so are linked ones, and one whose period was closed since', async () => {
    const linked: LedgerIntent = { type: 'record_linked', id: 'both', journals: [fund, pay] };
    expect(await decide(linked)).toEqual([]);
    const day = { journal: { effectiveDay: '2026-10-05' } };
    const october = recording('october', between('bank', 'seller', '1'), 'posted', day);
    expect(await decide(october)).toEqual([]);
    await decide({ type: 'open_period', id: 'o', period: { id: '2026-10', from: '2026-10-01', to: '2026-10-31' } });
    await decide({ type: 'close_period', id: 'x', periodId: '2026-10', reason: '' });
    await decide(recording('empty', between('seller', 'bank', '1')));
    expect(await decide(october, linked)).toEqual([]);
    expect(await decide({ ...october, state: 'pending' })).toMatchObject([{ code: 'intent_id_reused' }]);
    await expectBooks();
  });

  test('a reversal is the same only when it takes back the same', async () => {
    await decide(fund);
    const back = (amount: string): LedgerIntent => ({
      type: 'reverse',
      id: 'r',
      journalId: 'fund',
      memo: '',
      source: { executionId: null, effectId: null, kind: 'test' },
      amounts: [amount, amount],
    });
    expect(await decide(back('4'))).toEqual([]);
    expect(await decide(back('4'))).toEqual([]);
    expect(await decide(back('5'))).toMatchObject([{ code: 'intent_id_reused' }]);
    await expectBooks();
  });
});

describe('an account that a batch opens more than once', () => {
  test('adds to the balances above it, wherever the opening that is accepted has put it', async () => {
    const refused = await decide(
      opening('till', 'nowhere', true),
      opening('till', 'cash', true),
      opening('cash', 'assets', false),
      opening('till', 'cash', true),
      recording('j', between('till', 'seller', '10')),
    );
    expect(refused.map(({ code }) => code)).toEqual(['parent_missing', 'parent_missing']);
    await expectBooks();
  });
});
