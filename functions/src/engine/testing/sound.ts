import { toMinor } from '@countersign/domain/money/money';
import { countOf } from '@countersign/domain/plan/totals';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Balance } from '@countersign/domain/schemas/account';
import type { Journal } from '@countersign/domain/schemas/journal';
import { expect } from 'vitest';
import { drainStream, sealStream } from '../../streams/index.ts';
import { verifyOrganization } from '../../streams/verify/index.ts';
import { ORG, type World } from './world.ts';

/**
 * What must hold of an organization at any moment of rest: the verifier finds nothing; no reference was paid twice;
 * the ledger differs from the provider by the payments whose outcome is unknown, and by nothing else.
 */
export async function expectSound(world: World): Promise<void> {
  for (const name of ['ledger', 'audit'] as const) {
    await drainStream(world.clock, ORG, name);
    await sealStream(world.clock, ORG, name, { force: true });
  }
  const notes = [...world.clock.notes].filter(([key]) => key.startsWith(`${ORG}/`)).map(([, note]) => note);
  const report = await verifyOrganization(world.db, ORG, {
    checkpoints: notes,
    publicKey: await world.clock.signer.publicKey(),
  });
  expect(report.findings).toEqual([]);
  expect(report.audit.waiting + report.ledger.waiting).toBe(0);
  expectOnce(world);
  expectLedgerAgrees(world);
  await expectListed(world);
}

/** The list of what is unknown is exactly what is unknown in the runs. */
async function expectListed(world: World): Promise<void> {
  const unknown: string[] = [];
  for (const execution of world.documents('executions') as unknown as Execution[])
    for (const outcome of await world.outcomes(await world.execution(execution.id)))
      if (outcome.status === 'unknown') unknown.push(outcome.effectId);
  const listed = world.documents('unknowns').map((one) => String(one['effectId']));
  expect(listed.sort()).toEqual(unknown.sort());
}

/** Once a key; and once a reference, but for what came back. */
export function expectOnce(world: World): void {
  const keys = world.provider.payouts.map((made) => made.key);
  expect(keys).toEqual([...new Set(keys)]);
  const references = standing(world).map(({ kind, reference }) => `${kind} ${reference}`);
  expect(references).toEqual([...new Set(references)]);
}

const standing = (world: World): World['provider']['payouts'] =>
  world.provider.payouts.filter((made) => made.state !== 'returned');

function expectLedgerAgrees(world: World): void {
  const journals = new Map(
    (world.documents('journals') as unknown as Journal[]).map((journal) => [journal.source.effectId, journal]),
  );
  const balances = new Map(
    (world.documents('balances') as unknown as Balance[]).map((balance) => [
      `${balance.accountId} ${balance.currency}`,
      balance,
    ]),
  );
  const own = [...world.provider.accounts].map(([account, one]) => [account, one.balances] as const);
  for (const [account, atProvider] of [...own, ['platform', world.provider.platformBalance] as const]) {
    for (const [currency, left] of atProvider) {
      const balance = balances.get(`stripe-balance.${account} ${currency}`);
      const posted =
        balance === undefined ? 0n : toMinor(balance.postedDebitMinor) - toMinor(balance.postedCreditMinor);
      const unsettled = standing(world)
        .filter((made) => made.currency === currency && journals.get(made.effectId)?.state === 'pending')
        .reduce((sum, made) => sum + leaving(made, account), 0n);
      expect({ account, currency, posted: posted - unsettled }).toEqual({ account, currency, posted: left });
    }
  }
}

/** What a payment takes out of an account's balance; negative for what it brings. */
function leaving(made: World['provider']['payouts'][number], account: string): bigint {
  if (made.kind === 'transfer' && account === 'platform') return made.amountMinor;
  if (made.account !== account) return 0n;
  return made.kind === 'payout' ? made.amountMinor : -made.amountMinor;
}

/** A completed run: every planned effect was paid exactly once, and the tally, the provider and the ledger say the same. */
export async function expectCompleted(world: World, execution: Execution): Promise<void> {
  expect(execution).toMatchObject({
    state: 'completed',
    coarse: 'completed',
    error: null,
    agreement: { differenceCount: 0 },
    report: { success: true },
  });
  const paid = world.provider.payouts.filter((payout) => payout.executionId === execution.id);
  const planned = execution.plan?.effectCount ?? 0;
  expect(paid).toHaveLength(planned);
  expect(execution.tally).toEqual({
    counts: { succeeded: planned, failed: 0, unknown: 0, untouched: 0 },
    succeeded: execution.plan?.totals,
    failed: [],
    unknown: [],
    untouched: [],
  });
  expect(countOf(execution.tally?.succeeded ?? [])).toBe(execution.journalCount);
  for (const { currency, amountMinor } of execution.tally?.succeeded ?? []) {
    const sum = paid
      .filter((payout) => payout.currency === currency)
      .reduce((total, payout) => total + payout.amountMinor, 0n);
    expect(sum.toString()).toBe(amountMinor);
  }
  const journals = (world.documents('journals') as unknown as Journal[]).filter(
    (journal) => journal.source.executionId === execution.id,
  );
  expect(journals.map((journal) => journal.state)).toEqual(paid.map(() => 'posted'));
  await expectSound(world);
}
