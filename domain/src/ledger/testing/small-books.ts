import type { AccountChange } from '../../schemas/account.ts';
import type { LedgerIntent } from '../../schemas/ledger-intent.ts';
import type { LedgerDecision } from '../decide.ts';
import { between, MemoryLedger, opening, recording } from './memory-ledger.ts';

/** For tests of what one intent does: two accounts of one's own, one of somebody else, and months. */
export const AT = '2026-11-22T10:00:00.000Z';

export const codes = ({ refusals }: LedgerDecision): string[] => refusals.map((refusal) => refusal.code);

const CHART = [
  opening('assets', null, false),
  opening('bank', 'assets', true),
  opening('till', 'assets', true),
  opening('owed', null, false, 'liability'),
  opening('seller', 'owed', true, 'liability'),
];

/** @throws when one of the intents is refused */
export function ledgerWith(...intents: LedgerIntent[]): MemoryLedger {
  const ledger = new MemoryLedger();
  const { refusals } = ledger.run([...CHART, ...intents], AT);
  if (refusals.length > 0) throw new Error(JSON.stringify(refusals));
  return ledger;
}

export const month = (id: string, from: string, to: string): LedgerIntent => ({
  type: 'open_period',
  id: `open-${id}`,
  period: { id, from, to },
});
export const OCTOBER = month('2026-10', '2026-10-01', '2026-10-31');
export const NOVEMBER = month('2026-11', '2026-11-01', '2026-11-30');

export const period = (
  type: 'close_period' | 'lock_period' | 'reopen_period',
  periodId: string,
  id?: string,
): LedgerIntent => ({ type, id: id ?? `${type}-${periodId}`, periodId, reason: 'because' });

export const changing = (id: string, accountId: string, set: AccountChange): LedgerIntent => ({
  type: 'change_account',
  id,
  accountId,
  set,
  reason: 'because',
});

export const dated = (
  id: string,
  effectiveDay: string,
  state: 'pending' | 'posted' = 'posted',
  late?: 'route',
): LedgerIntent =>
  recording(id, between('bank', 'seller', '5'), state, {
    journal: { effectiveDay, ...(late === undefined ? {} : { late }) },
  });

/** @param amount taken from each of the entries; all that is left without it */
export const takingBack = (
  id: string,
  journalId: string,
  amount?: string,
  more: Partial<Extract<LedgerIntent, { type: 'reverse' }>> = {},
): LedgerIntent => ({
  type: 'reverse',
  id,
  journalId,
  memo: 'refund',
  source: { executionId: null, effectId: null, kind: 'test' },
  ...(amount === undefined ? {} : { amounts: [amount, amount] }),
  ...more,
});
