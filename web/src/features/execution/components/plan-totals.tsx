import { plural } from '@countersign/domain/plan/sentence';
import type { Total } from '@countersign/domain/schemas/common';
import type { Plan } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Amount } from '../../../components/money.tsx';
import { usePhone } from '../../../components/phone.ts';
import { Section } from '../../../components/section.tsx';
import classes from './overview.module.css';

interface Line {
  readonly currency: string;
  readonly sent: Total;
  readonly refused: Total;
}

/** What is sent and what is left out, per currency and never across. */
export function PlanTotals({ plan }: { readonly plan: Plan }): ReactNode {
  const phone = usePhone();
  const currencies = [...new Set([...plan.totals, ...plan.refusedTotals].map((total) => total.currency))].sort();
  const of = (list: Plan['totals'], currency: string): Total =>
    list.find((total) => total.currency === currency) ?? { currency, amountMinor: '0', count: 0 };
  if (currencies.length === 0) return null;
  const lines = currencies.map((currency) => ({
    currency,
    sent: of(plan.totals, currency),
    refused: of(plan.refusedTotals, currency),
  }));
  const Shown = phone ? PhoneTable : DeskTable;
  return (
    <Section title="Totals" aside={`${plural(plan.rowCount, 'row')} in the file`}>
      <ScrollBox label="Totals">
        <Shown lines={lines} someRefused={plan.refusedTotals.length > 0} />
      </ScrollBox>
    </Section>
  );
}

interface Props {
  readonly lines: readonly Line[];
  readonly someRefused: boolean;
}

function DeskTable({ lines, someRefused }: Props): ReactNode {
  return (
    <table className={table.table} aria-label="Totals per currency">
      <thead>
        <tr>
          <th>Currency</th>
          <th data-num>Payments</th>
          <th data-num>Amount to send</th>
          {someRefused && <th data-num>Left out</th>}
          {someRefused && <th data-num>Amount left out</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ currency, sent, refused }) => (
          <tr key={currency}>
            <td>{currency}</td>
            <td data-num>{sent.count.toLocaleString('en')}</td>
            <td data-num className={classes.strong}>
              <Amount minor={sent.amountMinor} currency={currency} />
            </td>
            {someRefused && <td data-num>{refused.count.toLocaleString('en')}</td>}
            {someRefused && (
              <td data-num>
                <Amount minor={refused.amountMinor} currency={currency} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Counts stand below their amounts, so that nothing is cut. */
function PhoneTable({ lines, someRefused }: Props): ReactNode {
  return (
    <table className={table.table} aria-label="Totals per currency">
      <thead>
        <tr>
          <th>Currency</th>
          <th data-num>To send</th>
          {someRefused && <th data-num>Left out</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ currency, sent, refused }) => (
          <tr key={currency}>
            <td>{currency}</td>
            <PhoneTotal total={sent} noun="payment" strong />
            {someRefused && <PhoneTotal total={refused} noun="row" />}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PhoneTotal({
  total,
  noun,
  strong = false,
}: {
  readonly total: Total;
  readonly noun: string;
  readonly strong?: boolean;
}): ReactNode {
  return (
    <td data-num>
      <span className={strong ? classes.strong : ''}>
        <Amount minor={total.amountMinor} currency={total.currency} />
      </span>
      <span className={classes.below}>{plural(total.count, noun)}</span>
    </td>
  );
}
