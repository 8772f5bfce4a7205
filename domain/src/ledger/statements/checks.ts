import { formatMoney, fromMinor } from '../../money/money.ts';
import type { StatementCheck } from '../../schemas/statement.ts';
import type { Section } from './tree-lines.ts';

function check(
  id: StatementCheck['id'],
  { currency, converted }: Section,
  differenceMinor: bigint,
  holds: string,
  broken: string,
): StatementCheck {
  return {
    id,
    currency,
    converted,
    holds: differenceMinor === 0n,
    differenceMinor: fromMinor(differenceMinor),
    text: differenceMinor === 0n ? holds : `${broken} by ${formatMoney(differenceMinor, currency)}`,
  };
}

/** A branch by itself need not balance; the ledger as a whole must. */
export function zeroSumCheck(section: Section, differenceMinor: bigint, branch: string | null): StatementCheck {
  const of = branch === null ? '' : ' over all branches';
  return check(
    'zero_sum',
    section,
    differenceMinor,
    `${section.currency}: debits and credits are equal${of}; the difference is exactly zero`,
    `${section.currency}: debits and credits differ${of}`,
  );
}

export function sheetCheck(section: Section, differenceMinor: bigint): StatementCheck {
  return check(
    'sheet_balances',
    section,
    differenceMinor,
    `${section.currency}: assets equal liabilities, equity and earnings; the difference is exactly zero`,
    `${section.currency}: assets and liabilities with equity and earnings differ`,
  );
}

export function cashCheck(section: Section, differenceMinor: bigint): StatementCheck {
  return check(
    'cash_reconciles',
    section,
    differenceMinor,
    `${section.currency}: the flows come to exactly the change of the cash accounts`,
    `${section.currency}: the flows and the change of the cash accounts differ`,
  );
}

export function registerCheck(section: Section, differenceMinor: bigint): StatementCheck {
  return check(
    'register_closes',
    section,
    differenceMinor,
    `${section.currency}: opening balance and entries come to exactly the closing balance`,
    `${section.currency}: opening balance with entries and the closing balance differ`,
  );
}
