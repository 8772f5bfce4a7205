import { fromMinor } from '../../money/money.ts';
import type { Account } from '../../schemas/account.ts';
import type { Journal } from '../../schemas/journal.ts';
import type { StatementLine } from '../../schemas/statement.ts';
import { registerCheck } from './checks.ts';
import { onNormalSide } from './leaf-sums.ts';
import { controlTotals, type SectionResult } from './section.ts';
import { otherLine, type Section } from './tree-lines.ts';

export const REGISTER_COLUMNS = [
  { id: 'debit', label: 'Debit' },
  { id: 'credit', label: 'Credit' },
  { id: 'balance', label: 'Balance' },
] as const;

const MAX_COUNTER = 5;
const MAX_LABEL = 400;

/** By currency: debit less credit, and what the entries of the period came to on either side. */
export interface RegisterSums {
  readonly balances: ReadonlyMap<string, bigint>;
  readonly debits: ReadonlyMap<string, bigint>;
  readonly credits: ReadonlyMap<string, bigint>;
}

/** An account's entries one after the other, with the balance after each: on the account's normal side. */
export class Register {
  readonly #account: Account;
  readonly #balances: Map<string, bigint>;
  readonly #debits: Map<string, bigint>;
  readonly #credits: Map<string, bigint>;

  /** @param sums at the first entry: balances, and the entries of the period before it when it goes on in the middle */
  constructor(account: Account, sums: Pick<RegisterSums, 'balances'> & Partial<RegisterSums>) {
    this.#account = account;
    this.#balances = new Map(sums.balances);
    this.#debits = new Map(sums.debits);
    this.#credits = new Map(sums.credits);
  }

  /** The account's entries in a journal, in the journal's order. @param currency only these */
  lines(
    journal: Pick<Journal, 'id' | 'memo' | 'effectiveDay' | 'entries' | 'recordedAt'>,
    currency: string | null,
  ): StatementLine[] {
    const counter = [...new Set(journal.entries.map(({ accountId }) => accountId))].filter(
      (id) => id !== this.#account.id,
    );
    const lines: StatementLine[] = [];
    for (const [index, entry] of journal.entries.entries()) {
      if (entry.accountId !== this.#account.id || (currency !== null && entry.currency !== currency)) continue;
      const amount = BigInt(entry.amountMinor);
      const balance = (this.#balances.get(entry.currency) ?? 0n) + (entry.side === 'debit' ? amount : -amount);
      this.#balances.set(entry.currency, balance);
      const sums = entry.side === 'debit' ? this.#debits : this.#credits;
      sums.set(entry.currency, (sums.get(entry.currency) ?? 0n) + amount);
      lines.push({
        id: `entry:${journal.id}:${index}`,
        currency: entry.currency,
        converted: false,
        kind: 'entry',
        level: 0,
        label: journal.memo.slice(0, MAX_LABEL),
        accountId: this.#account.id,
        amounts: {
          [entry.side]: entry.amountMinor,
          balance: fromMinor(onNormalSide(this.#account.type, balance)),
        },
        entry: {
          day: journal.effectiveDay,
          journalId: journal.id,
          recordedAt: journal.recordedAt,
          counter: counter.slice(0, MAX_COUNTER),
        },
      });
    }
    return lines;
  }

  /** After the last entry. */
  get sums(): RegisterSums {
    return { balances: this.#balances, debits: this.#debits, credits: this.#credits };
  }

  opening(section: Section, netDebitMinor: bigint): StatementLine {
    const balance = onNormalSide(this.#account.type, netDebitMinor);
    return otherLine(section, 'computed', 'opening', 'Opening balance', { balance });
  }

  /** What stands at the end of a currency's entries. @param closing debit less credit, as the balances say */
  closing(section: Section, opening: bigint, closing: bigint): SectionResult {
    const [debit, credit] = [this.#debits.get(section.currency) ?? 0n, this.#credits.get(section.currency) ?? 0n];
    const normal = (net: bigint): bigint => onNormalSide(this.#account.type, net);
    return {
      lines: [otherLine(section, 'total', 'closing', 'Closing balance', { debit, credit, balance: normal(closing) })],
      checks: [registerCheck(section, normal(opening + debit - credit - closing))],
      controlTotals: controlTotals(section, [
        ['opening', 'Opening balance', normal(opening)],
        ['debits', 'Debits', debit],
        ['credits', 'Credits', credit],
        ['closing', 'Closing balance', normal(closing)],
      ]),
    };
  }
}
