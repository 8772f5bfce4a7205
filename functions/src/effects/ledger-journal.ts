import type { InsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';

/**
 * A journal and nothing else. The ledger has accepted it as pending before its page is performed, and posts it with
 * the page's outcomes: there is no more to do.
 */
export const ledgerJournal: InsideKind<'ledger.journal'> = {
  kind: 'ledger.journal',
  once: 'in_commit',
  where: 'inside',
  predict: async (_, effect) => predictFacts(effect),
  perform: async (_tx, _effect, ids) => ({ status: 'succeeded', providerId: ids.effectId }),
};
