import { countsOf } from '@countersign/domain/plan/totals';
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import type { Execution, Tally } from '@countersign/domain/schemas/execution';
import { END_STATES } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
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
  const counts = countsOf(tally);
  const shown = ROWS.filter(({ key }) => !ended || key === 'succeeded' || counts[key] > 0);
  const transit = execution.transit;
  return (
    <div className={classes.root}>
      <div
        className={classes.bar}
        role="img"
        aria-label={ROWS.map(({ key, label }) => `${label} ${counts[key]}`).join(', ')}
      >
        {ROWS.filter(({ key }) => counts[key] > 0).map(({ key }) => (
          <span key={key} className={classes.segment} data-key={key} style={{ flexGrow: counts[key] }} />
        ))}
      </div>
      <ScrollBox label="Outcomes">
        <table className={table.table} aria-label="Outcomes">
          <thead>
            <tr>
              <th>
                <span className="visually-hidden">Outcome</span>
              </th>
              <th data-num>Effects</th>
              {currencies.map((currency) => (
                <th key={currency} data-num>
                  {currency}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ key, label, tone, shape }) => {
              const count = counts[key];
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
      </ScrollBox>
      {transit !== null && <Transit transit={transit} />}
    </div>
  );
}

/** Money that the provider has accepted: on its way, arrived, come back. */
function Transit({ transit }: { readonly transit: NonNullable<Execution['transit']> }): ReactNode {
  const parts = (
    [
      ['on the way to the bank', transit.inTransit],
      ['arrived', transit.settled],
      ['came back', transit.returned],
    ] as const
  ).flatMap(([label, totals]) =>
    totals.length === 0
      ? []
      : [
          `${amountsInWords(totals)} ${label} (${plural(
            totals.reduce((sum, total) => sum + total.count, 0),
            'payment',
          )})`,
        ],
  );
  return parts.length === 0 ? null : <p className="muted">{parts.join('; ')}.</p>;
}
