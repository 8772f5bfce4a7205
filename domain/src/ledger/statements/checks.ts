import { magnitude } from '../fx/fraction.ts';
import { formatMoney, fromMinor } from '../../money/money.ts';
import type { StatementCheck } from '../../schemas/statement.ts';
import type { SectionColumn } from './columns.ts';

function check(
  id: StatementCheck['id'],
  { currency, converted, of }: SectionColumn,
  differenceMinor: bigint,
  said: { readonly holds: string; readonly broken: string },
  allowedMinor = 0n,
): StatementCheck {
  const holds = magnitude(differenceMinor) <= allowedMinor;
  const about = of === undefined ? currency : `${currency}, ${of}`;
  return {
    id,
    currency,
    converted,
    ...(of === undefined ? {} : { of }),
    holds,
    differenceMinor: fromMinor(differenceMinor),
    text: `${about}: ${holds ? said.holds : `${said.broken} by ${formatMoney(differenceMinor, currency)}`}`,
  };
}

/** A branch by itself need not balance; the ledger as a whole must. */
export function zeroSumCheck(section: SectionColumn, differenceMinor: bigint, branch: string | null): StatementCheck {
  const of = branch === null ? '' : ' over all branches';
  return check('zero_sum', section, differenceMinor, {
    holds: `debits and credits are equal${of}; the difference is exactly zero`,
    broken: `debits and credits differ${of}`,
  });
}

export function sheetCheck(section: SectionColumn, differenceMinor: bigint): StatementCheck {
  return check('sheet_balances', section, differenceMinor, {
    holds: `assets equal liabilities, equity and earnings; the difference is exactly zero`,
    broken: `assets and liabilities with equity and earnings differ`,
  });
}

export function cashCheck(section: SectionColumn, differenceMinor: bigint): StatementCheck {
  return check('cash_reconciles', section, differenceMinor, {
    holds: `the flows come to exactly the change of the cash accounts`,
    broken: `the flows and the change of the cash accounts differ`,
  });
}

export function registerCheck(section: SectionColumn, differenceMinor: bigint): StatementCheck {
  return check('register_closes', section, differenceMinor, {
    holds: `opening balance and entries come to exactly the closing balance`,
    broken: `opening balance with entries and the closing balance differ`,
  });
}

/** @param rounded amounts that were rounded once each, by half a minor unit at most */
export function roundingCheck(section: SectionColumn, roundingMinor: bigint, rounded: number): StatementCheck {
  const said = formatMoney(magnitude(roundingMinor), section.currency);
  return check(
    'rounding_only',
    section,
    roundingMinor,
    {
      holds:
        roundingMinor === 0n
          ? 'converted, both sides are equal'
          : `converted, both sides differ by ${said}, no more than rounding ${rounded} amounts once can make`,
      broken: `converted, rounding ${rounded} amounts once can’t explain that both sides differ`,
    },
    BigInt(Math.ceil(rounded / 2)),
  );
}
