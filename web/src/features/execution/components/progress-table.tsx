import { countOf } from '@countersign/domain/plan/totals';
import type { Execution, Tally } from '@countersign/domain/schemas/execution';
import { END_STATES } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { Amount } from '../../../components/money.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import classes from './progress-table.module.css';

const ROWS = [
  { key: 'succeeded', label: 'Done', tone: 'good', shape: 'disc-check' },
  { key: 'failed', label: 'Failed', tone: 'bad', shape: 'square' },
  { key: 'unknown', label: 'Unknown', tone: 'act', shape: 'half' },
  { key: 'untouched', label: 'Untouched', tone: 'quiet', shape: 'dots' },
] as const;

/** Done, failed, unknown and untouched, in count and in money of each currency. The four add up to the plan. */
export function ProgressTable({
  execution,
  tally,
}: {
  readonly execution: Execution;
  readonly tally: Tally;
}): ReactNode {
  const currencies = [
    ...new Set(
      [...(execution.plan?.totals ?? []), ...tally.succeeded, ...tally.failed, ...tally.unknown].map(
        (total) => total.currency,
      ),
    ),
  ].sort();
  const ended = END_STATES.includes(execution.state);
  const shown = ROWS.filter(({ key }) => !ended || key === 'succeeded' || countOf(tally[key]) > 0);
  return (
    <div className={classes.root}>
      <div
        className={classes.bar}
        role="img"
        aria-label={ROWS.map(({ key, label }) => `${label} ${countOf(tally[key])}`).join(', ')}
      >
        {ROWS.filter(({ key }) => countOf(tally[key]) > 0).map(({ key }) => (
          <span key={key} className={classes.segment} data-key={key} style={{ flexGrow: countOf(tally[key]) }} />
        ))}
      </div>
      <div className={table.scroll}>
        <table className={table.table} aria-label="Outcomes">
          <thead>
            <tr>
              <th>
                <span className="visually-hidden">Outcome</span>
              </th>
              <th data-num>Payouts</th>
              {currencies.map((currency) => (
                <th key={currency} data-num>
                  {currency}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ key, label, tone, shape }) => {
              const count = countOf(tally[key]);
              return (
                <tr key={key}>
                  <td>
                    <Mark tone={count > 0 ? tone : 'quiet'} shape={shape}>
                      {label}
                    </Mark>
                  </td>
                  <td data-num>{count.toLocaleString('en')}</td>
                  {currencies.map((currency) => (
                    <td key={currency} data-num>
                      <Amount
                        minor={tally[key].find((total) => total.currency === currency)?.amountMinor ?? '0'}
                        currency={currency}
                      />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
