export type LedgerRefusalCode =
  | 'unbalanced'
  | 'entries_over_limit'
  | 'day_invalid'
  | 'amount_not_positive'
  | 'amount_too_large'
  | 'account_missing'
  | 'account_closed'
  | 'account_not_open_yet'
  | 'account_not_postable'
  | 'account_currency'
  | 'account_exists'
  | 'account_not_empty'
  | 'account_has_open_children'
  | 'changes_over_limit'
  | 'nothing_to_change'
  | 'guard_invalid'
  | 'parent_missing'
  | 'parent_closed'
  | 'parent_postable'
  | 'parent_type_differs'
  | 'suspense_account'
  | 'tree_too_deep'
  | 'intent_id_reused'
  | 'linked_twice'
  | 'journal_missing'
  | 'journal_posted'
  | 'journal_voided'
  | 'journal_pending'
  | 'journal_reversed'
  | 'journal_not_expired'
  | 'reversal_amounts'
  | 'reversals_over_limit'
  | 'period_closed'
  | 'period_missing'
  | 'period_exists'
  | 'period_overlaps'
  | 'period_order'
  | 'period_state'
  | 'periods_over_limit'
  | 'guard_below_zero'
  | 'guard_credit_limit'
  | 'guard_daily_limit';

export interface LedgerRefusal {
  readonly code: LedgerRefusalCode;
  readonly message: string;
  /** Which account, in which currency, by how much: of a guard's refusal. */
  readonly details?: Readonly<Record<string, string>>;
}

export type Refused = LedgerRefusal | null;

export const refuse = (
  code: LedgerRefusalCode,
  message: string,
  details?: Readonly<Record<string, string>>,
): LedgerRefusal => ({ code, message, ...(details === undefined ? {} : { details }) });
