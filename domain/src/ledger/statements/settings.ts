import type { StatementSettings } from '../../schemas/statement.ts';
import type { Chart } from './leaf-sums.ts';

const CASH_IDS: ReadonlySet<string> = new Set(['bank', 'cash', 'stripe-balance']);

/**
 * What is assumed until somebody sets it: cash is every asset that mirrors an account at a provider, and the accounts
 * that the charts of accounts here call bank, cash and stripe-balance; the financial year is the calendar's.
 */
export function assumedSettings(chart: Chart): Pick<StatementSettings, 'cashAccounts' | 'activities' | 'yearStart'> {
  const cash = [...chart.values()].filter(
    (account) => account.type === 'asset' && (account.mirrors !== null || CASH_IDS.has(account.id)),
  );
  const named = new Set(cash.map(({ id }) => id));
  return {
    // The highest one stands for those below it.
    cashAccounts: cash
      .filter(({ path }) => !path.some((id) => named.has(id)))
      .map(({ id }) => id)
      .sort(),
    activities: [],
    yearStart: '01-01',
  };
}
