import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { awaitDecided, handedIn, ledgerIntents, type StreamDeps } from '../../../functions/src/streams/index.ts';

export const ORG = 'bench';
export const SELLERS = 500;

/** Assets with the bank, liabilities with the sellers: two levels, so that every posting moves four balances. */
export async function openAccounts(deps: StreamDeps, orgId: string): Promise<void> {
  const open = (id: string, parentId: string | null, postable: boolean, type: 'asset' | 'liability'): LedgerIntent => ({
    type: 'open_account',
    id: `open-${id}`,
    account: { id, name: id, type, parentId, postable, closed: false, mirrors: null },
  });
  await handIn(deps, orgId, 'chart', [
    open('assets', null, false, 'asset'),
    open('bank', 'assets', true, 'asset'),
    open('liabilities', null, false, 'liability'),
    open('payables', 'liabilities', false, 'liability'),
    ...Array.from({ length: SELLERS }, (_, index) => open(`seller-${index}`, 'payables', true, 'liability')),
  ]);
}

/** What the posting of a number moves. */
export const amountMinorOf = (number: number): string => `${1000 + number}`;

/** As a page of payouts has it: every one of them meets in the bank's balance. */
export const posting = (id: string, seller: number, effectiveDay: string | null = null): LedgerIntent => ({
  type: 'record',
  id,
  state: 'posted',
  source: { executionId: 'execution', effectId: id, kind: 'stripe.payout' },
  journal: {
    memo: `Payout ${id}`,
    effectiveDay,
    entries: [
      { accountId: `seller-${seller % SELLERS}`, side: 'debit', amountMinor: amountMinorOf(seller), currency: 'USD' },
      { accountId: 'bank', side: 'credit', amountMinor: amountMinorOf(seller), currency: 'USD' },
    ],
  },
});

/** Into the inbox, as a commit of the engine does it, and on only when it is decided. @throws when anything is refused */
export async function handIn(
  deps: StreamDeps,
  orgId: string,
  commitId: string,
  intents: readonly LedgerIntent[],
): Promise<void> {
  const writes = ledgerIntents(orgId, commitId, intents, deps.now().toISOString());
  await deps.db.commit(writes);
  handedIn(deps, orgId, 'ledger', writes);
  const refused = await awaitDecided(deps, orgId, 'ledger', commitId, { timeoutMs: 120_000 });
  if (refused.length > 0) throw new Error(`${commitId} was refused: ${refused[0]?.message}`);
}

export interface Load {
  readonly postings: number;
  readonly perCommit: number;
  readonly producers: number;
  /** Tells loads apart. */
  readonly name: string;
  /** Number of the first posting; 0 without it. */
  readonly from?: number;
  /** The day that a posting belongs to, by its number; today without it. */
  readonly dayOf?: (index: number) => string;
}

/**
 * Producers that each commit their postings to the inbox and wait for the decision before the next.
 * @returns postings a second, from the first commit to the last decision
 */
export async function produce(deps: StreamDeps, orgId: string, load: Load): Promise<number> {
  const { postings, perCommit, producers, name, dayOf, from = 0 } = load;
  const started = performance.now();
  const commits = Math.ceil(postings / perCommit);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < commits) {
      const commit = next++;
      const first = commit * perCommit;
      const intents = Array.from({ length: Math.min(perCommit, postings - first) }, (_, index) => {
        const number = from + first + index;
        return posting(`${name}-${number}`, number, dayOf?.(number) ?? null);
      });
      await handIn(deps, orgId, `${name}-${commit}`, intents);
    }
  };
  await Promise.all(Array.from({ length: producers }, work));
  return postings / ((performance.now() - started) / 1000);
}
