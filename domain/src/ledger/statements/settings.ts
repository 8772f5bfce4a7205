import type { CashActivity, StatementSettings } from '../../schemas/statement.ts';
import type { Chart } from './leaf-sums.ts';

/** As the templates of charts name them. */
const CASH_IDS: ReadonlySet<string> = new Set(['bank', 'cash', 'petty-cash', 'stripe-balance']);
const ACTIVITIES: readonly (readonly [id: string, activity: CashActivity])[] = [
  ['fixed-assets', 'investing'],
  ['investments', 'investing'],
  ['loans', 'financing'],
  ['redemptions-payable', 'financing'],
  ['subscriptions-in-advance', 'financing'],
];

/**
 * What is assumed until somebody sets it: cash is every asset that mirrors an account at a provider, and what the templates
 * call so; the financial year is the calendar's.
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
    activities: ACTIVITIES.filter(([id]) => chart.has(id)).map(([accountId, activity]) => ({ accountId, activity })),
    yearStart: '01-01',
  };
}
