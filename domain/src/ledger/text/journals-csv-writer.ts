import { keepsItsText } from '../../csv/cell-text.ts';
import { toCsv } from '../../csv/write.ts';
import { toMajorText } from '../../money/money.ts';
import type { Journal } from '../../schemas/journal.ts';
import type { TextWriter, WrittenSum } from './text-writer.ts';

const COLUMNS = ['reference', 'date', 'memo', 'account', 'debit', 'credit', 'currency'] as const;
const LINE_END = '\r\n';

/**
 * Journals as CSV, in the form that the plugin `journal-import` reads: one entry a row, accounts by their ids, the
 * journal's id as reference, each fact in a column `meta:KEY`. Posted journals only.
 */
export class JournalsCsvWriter implements TextWriter {
  readonly #keys: readonly string[];
  readonly #columns: readonly string[];
  readonly #sums = new Map<string, WrittenSum>();

  /** @param metadataKeys of all journals to come */
  constructor(metadataKeys: readonly string[]) {
    this.#keys = metadataKeys;
    this.#columns = [...COLUMNS, ...metadataKeys.map((key) => `meta:${key}`)];
  }

  head(): string {
    return toCsv(this.#columns, []);
  }

  journal(journal: Journal): string {
    if (journal.state !== 'posted') return '';
    const facts = Object.fromEntries(
      this.#keys.map((key) => [`meta:${key}`, keepsItsText(journal.metadata[key] ?? '')] as const),
    );
    const rows = journal.entries.map(({ accountId, side, amountMinor, currency }) => {
      this.#add(accountId, currency, side, BigInt(amountMinor));
      const amount = toMajorText(BigInt(amountMinor), currency);
      return {
        reference: keepsItsText(journal.id),
        date: journal.effectiveDay,
        memo: keepsItsText(journal.memo),
        account: keepsItsText(accountId),
        [side]: amount,
        currency,
        ...facts,
      };
    });
    const text = toCsv(this.#columns, rows);
    return text.slice(text.indexOf(LINE_END) + LINE_END.length);
  }

  tail(): string {
    return '';
  }

  sums(): readonly WrittenSum[] {
    return [...this.#sums.values()];
  }

  #add(accountId: string, currency: string, side: 'debit' | 'credit', minor: bigint): void {
    const key = `${accountId} ${currency}`;
    const sum = this.#sums.get(key) ?? { accountId, currency, debitMinor: 0n, creditMinor: 0n };
    if (side === 'debit') sum.debitMinor += minor;
    else sum.creditMinor += minor;
    this.#sums.set(key, sum);
  }
}
