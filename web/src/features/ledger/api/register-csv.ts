import { toCsv } from '@countersign/domain/csv/write';
import { toMajorText, toMinor } from '@countersign/domain/money/money';
import type { Journal } from '@countersign/domain/schemas/journal';
import { journalMarks } from './journal-marks.ts';
import type { RunningJournal } from './register.ts';

const COLUMNS = [
  'day',
  'memo',
  'state',
  'other accounts',
  'recorded',
  'currency',
  'debit',
  'credit',
  'balance',
  'journal',
] as const;

/**
 * A register as it is shown, as CSV: amounts in major units, times in UTC, the balance as debits less credits and empty
 * where none is shown.
 */
export function registerCsv(journals: readonly RunningJournal<Journal>[]): string {
  return toCsv(
    COLUMNS,
    journals.flatMap(({ journal, lines }) =>
      lines.map(({ side, amountMinor, currency, others, balanceMinor }): Record<(typeof COLUMNS)[number], string> => {
        const amount = toMajorText(toMinor(amountMinor), currency);
        return {
          day: journal.effectiveDay,
          memo: journal.memo,
          state: journalMarks(journal)
            .map(({ label }) => label)
            .join('; '),
          'other accounts': others.join(' '),
          recorded: journal.recordedAt,
          currency,
          debit: side === 'debit' ? amount : '',
          credit: side === 'credit' ? amount : '',
          balance: balanceMinor === null ? '' : toMajorText(toMinor(balanceMinor), currency),
          journal: journal.id,
        };
      }),
    ),
  );
}
