import { formatMoney, toMinor } from '@countersign/domain/money/money';
import type { Guard } from '@countersign/domain/schemas/account';

/** What an account is held to, for people. */
export function guardInWords(guard: Guard): string {
  switch (guard.kind) {
    case 'not_below_zero':
      return 'Never below zero, in any currency';
    case 'credit_limit':
      return `At most ${formatMoney(toMinor(guard.limitMinor), guard.currency)} below zero`;
    case 'daily_limit':
      return `${guard.side === 'debit' ? 'Debits' : 'Credits'} of at most ${formatMoney(toMinor(guard.limitMinor), guard.currency)} a day (UTC)`;
  }
}
