import { commandSchemas } from '@countersign/domain/schemas/commands';
import type { Problem } from '@countersign/domain/schemas/execution';

const accountId = commandSchemas.openConnectedAccounts.shape.accounts.element;
/** Accounts that one call of the command takes. */
export const ACCOUNTS_PER_CALL = 200;

/** The code of a row whose connected account has no accounts in the ledger yet. */
export const NOT_IN_LEDGER = 'account_not_in_ledger';

export interface ReadAccountIds {
  /** Each once, in the order of the text. */
  readonly accounts: readonly string[];
  /** What is no id of a connected account, as it was written. */
  readonly malformed: readonly string[];
}

/** Ids of connected accounts from a text, one a line or separated by commas, semicolons or spaces. */
export function readAccountIds(text: string): ReadAccountIds {
  const words = [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))];
  const well = (word: string): boolean => accountId.safeParse(word).success;
  return { accounts: words.filter(well), malformed: words.filter((word) => !well(word)) };
}

/** The connected accounts that the ledger lacks, each once, as the problems name them. */
export function missingAccounts(problems: readonly Pick<Problem, 'code' | 'message'>[]): readonly string[] {
  const named = problems
    .filter(({ code }) => code === NOT_IN_LEDGER)
    .flatMap(({ message }) => message.match(/\bacct_[A-Za-z0-9]+/g) ?? []);
  return readAccountIds(named.join(' ')).accounts;
}
