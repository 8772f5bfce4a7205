import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Amount } from '../../../components/money.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import type { CurrencySum } from '../api/trial-balance.ts';
import classes from './ledger.module.css';

/** Whether debits and credits of all accounts agree: a line when they do, and what each currency comes to behind it. */
export function SumsCheck({
  sums,
  complete,
}: {
  readonly sums: readonly CurrencySum[];
  readonly complete: boolean;
}): ReactNode {
  if (sums.length === 0) return null;
  const wrong = sums.filter(({ differenceMinor }) => differenceMinor !== '0');
  const currencies = sums.map(({ currency }) => currency).join(', ');
  return (
    <div className={classes.verdicts} role="group" aria-label="Debits and credits of all accounts">
      {!complete ? (
        <p className="muted">Not all accounts are loaded, so that nothing is said of their sum.</p>
      ) : wrong.length === 0 ? (
        <Mark tone="good" shape="disc-check" wrap>
          Debits and credits are equal in {currencies}: the difference is exactly zero
        </Mark>
      ) : (
        <Mark tone="bad" shape="triangle" wrap>
          Debits and credits differ in {wrong.map(({ currency }) => currency).join(', ')}
        </Mark>
      )}
      <details open={complete && wrong.length > 0}>
        <summary>Totals</summary>
        <ScrollBox label="Totals">
          <table className={table.table} aria-label="Totals of all accounts">
            <thead>
              <tr>
                <th>Currency</th>
                <th data-num>Debits</th>
                <th data-num>Credits</th>
                <th data-num>Difference</th>
              </tr>
            </thead>
            <tbody>
              {sums.map(({ currency, debitMinor, creditMinor, differenceMinor }) => (
                <tr key={currency}>
                  <td className={classes.currency}>{currency}</td>
                  <td data-num>
                    <Amount minor={debitMinor} currency={currency} />
                  </td>
                  <td data-num>
                    <Amount minor={creditMinor} currency={currency} />
                  </td>
                  <td data-num>
                    <Amount minor={differenceMinor} currency={currency} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </details>
    </div>
  );
}
