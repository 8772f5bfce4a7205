import { toMajorText, toMinor } from '@countersign/domain/money/money';
import type { Journal } from '@countersign/domain/schemas/journal';
import { journalMarks } from './journal-marks.ts';
import type { RunningJournal } from './register.ts';

export const REGISTER_SHOWS = ['', 'pending', 'voided', 'unusual'] as const;
export type RegisterShow = (typeof REGISTER_SHOWS)[number];

export interface RegisterFilter {
  /** Words that all stand in the memo, the particulars, the id, another account's id, or begin the amount. Empty: any. */
  readonly text: string;
  /** `unusual`: what has a mark beside its state. */
  readonly show: RegisterShow;
}

export function readShow(text: string | null): RegisterShow {
  return REGISTER_SHOWS.find((show) => show === text) ?? '';
}

/** Journals of a register that fit a filter, with the running balances that they have without it. */
export function filterRegister(
  journals: readonly RunningJournal<Journal>[],
  { text, show }: RegisterFilter,
): readonly RunningJournal<Journal>[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return journals.filter(({ journal, lines }) => {
    if ((show === 'pending' || show === 'voided') && journal.state !== show) return false;
    if (show === 'unusual' && journalMarks(journal).length < 2) return false;
    if (words.length === 0) return true;
    const { id, memo, metadata, effectiveDay } = journal;
    const others = lines.flatMap((line) => line.others);
    const said = [memo, id, effectiveDay, ...Object.values(metadata), ...others].join(' ').toLowerCase();
    const amounts = lines.map(({ amountMinor, currency }) => toMajorText(toMinor(amountMinor), currency));
    return words.every(
      (word) => said.includes(word) || amounts.some((amount) => amount.startsWith(word.replaceAll(',', ''))),
    );
  });
}
