import { balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { decideBatch } from '@countersign/domain/ledger/decide';
import { assert } from '@countersign/domain/errors';
import { ledgerIntentSchema, type LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { anyRecorded, freshOrKept, loadLedger, remember } from './ledger-loading.ts';
import { ledgerWrites } from './ledger-writes.ts';
import { parseItems, type StreamKind } from './stream-kind.ts';

export const ledgerKind: StreamKind = {
  parse: (text) => parseItems<LedgerIntent>(text, (item) => ledgerIntentSchema.safeParse(item)),

  decide: async (input) => {
    const { db, orgId, size, at, careful } = input;
    const intents = input.intents as readonly LedgerIntent[];
    const cache = freshOrKept(input.cache);
    const { state, touched } = await loadLedger(input, intents, cache);
    const decision = decideBatch(state, intents, at);
    // Accepted before, it would be accepted again: what is new is told by its `create`, what is refused only by a look.
    if (!careful && (await anyRecorded(db, orgId, intents, decision)))
      return ledgerKind.decide({ ...input, careful: true, cache });
    // A balance that was not looked up would be taken for zero, and what is there overwritten.
    for (const { accountId, currency } of decision.balances) {
      const key = balanceKey(accountId, currency);
      assert(touched.has(key), `balance ${key} was read before it is written`);
    }
    remember(cache, decision);
    return {
      leaves: decision.leaves,
      writes: ledgerWrites(orgId, intents, decision, size, at),
      refusals: decision.refusals,
      diverted: decision.alerts.length > 0,
      cache,
    };
  },
};
