import { plural } from '@countersign/domain/plan/sentence';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { AccountName } from '../../../components/account-name.tsx';
import { formatBytes } from '../../../components/bytes.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import table from '../../../components/data-table.module.css';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { Section } from '../../../components/section.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { RiskFactors } from './risk-factors.tsx';
import { Exceptions } from './exceptions.tsx';
import classes from './overview.module.css';
import { PlanTables } from './plan-tables.tsx';
import { ProblemList } from './problem-list.tsx';

export function Overview({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan, report, agreement } = execution;
  if (!plan) {
    if (execution.state === 'failed') return <ProblemList execution={execution} />;
    return execution.state === 'planning' ? null : <Empty>There was no plan yet, and nothing was done.</Empty>;
  }
  return (
    <>
      {report && report.files.length > 0 && <Results report={report} />}
      {agreement && <Agreement agreement={agreement} />}
      <Exceptions plan={plan} />
      {plan.risk !== null && <RiskFactors risk={plan.risk} />}
      <PlanTotals plan={plan} />
      <PlanTables plan={plan} />
      <LedgerImpact plan={plan} />
    </>
  );
}

function Results({ report }: { readonly report: NonNullable<Execution['report']> }): ReactNode {
  return (
    <Section title="Results">
      <ul className={classes.files}>
        {report.files.map((file) => (
          <li key={file.fileId}>
            <DownloadButton storagePath={file.storagePath} name={file.name} label={file.name} />
            <span className="muted tabular">{formatBytes(file.sizeBytes)}</span>
            <span className="muted">
              SHA-256 <CopyText text={file.sha256} label="SHA-256" />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Agreement({ agreement }: { readonly agreement: NonNullable<Execution['agreement']> }): ReactNode {
  return (
    <Section title="Ledger and Stripe" aside={<Instant at={agreement.checkedAt} seconds />}>
      <p className={classes.verdict}>
        {agreement.differenceCount === 0 ? (
          <Mark tone="good" shape="disc-check" wrap>
            The ledger agrees with Stripe on{' '}
            {agreement.accounts === 1 ? 'the balance' : `all ${plural(agreement.accounts, 'balance')}`} that payouts
            came from
          </Mark>
        ) : (
          <Mark tone="bad" shape="triangle" wrap>
            {plural(agreement.differenceCount, 'difference')} between the ledger and Stripe, on{' '}
            {plural(agreement.accounts, 'balance')} that payouts came from
          </Mark>
        )}
      </p>
      {agreement.differences.length > 0 && (
        <div className={table.scroll}>
          <table className={table.table} aria-label="Differences between the ledger and Stripe">
            <thead>
              <tr>
                <th>Account</th>
                <th>Currency</th>
                <th data-num>Ledger</th>
                <th data-num>Stripe</th>
              </tr>
            </thead>
            <tbody>
              {agreement.differences.map((difference) => (
                <tr key={`${difference.accountId}_${difference.currency}`}>
                  <td>
                    <Link to={`/ledger/${difference.accountId}`}>
                      <AccountName accountId={difference.accountId} full />
                    </Link>
                  </td>
                  <td className="muted">{difference.currency}</td>
                  <td data-num>
                    <Amount minor={difference.ledgerMinor} currency={difference.currency} />
                  </td>
                  <td data-num>
                    <Amount minor={difference.providerMinor} currency={difference.currency} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function PlanTotals({ plan }: { readonly plan: Plan }): ReactNode {
  const currencies = [...new Set([...plan.totals, ...plan.refusedTotals].map((total) => total.currency))].sort();
  const of = (list: Plan['totals'], currency: string): { readonly amountMinor: string; readonly count: number } =>
    list.find((total) => total.currency === currency) ?? { amountMinor: '0', count: 0 };
  if (currencies.length === 0) return null;
  const someRefused = plan.refusedTotals.length > 0;
  return (
    <Section title="Totals" aside={`${plural(plan.rowCount, 'row')} in the file`}>
      <div className={table.scroll}>
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
            {currencies.map((currency) => {
              const sent = of(plan.totals, currency);
              const refused = of(plan.refusedTotals, currency);
              return (
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
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** Accounts of the ledger impact that are shown at once; the rest unfolds. */
const IMPACT_ROWS = 8;

function LedgerImpact({ plan }: { readonly plan: Plan }): ReactNode {
  if (plan.ledgerImpact.length === 0) return null;
  const impact = plan.ledgerImpact.toSorted(
    (a, b) => a.currency.localeCompare(b.currency) || Number(a.debitMinor === '0') - Number(b.debitMinor === '0'),
  );
  const head = impact.slice(0, IMPACT_ROWS);
  const rest = impact.slice(IMPACT_ROWS);
  return (
    <Section title="What the ledger gets" aside={plural(plan.effectCount, 'journal')}>
      <ImpactTable rows={head} />
      {rest.length > 0 && (
        <details className={classes.rest}>
          <summary>{plural(rest.length, 'more account')}</summary>
          <ImpactTable rows={rest} />
        </details>
      )}
    </Section>
  );
}

function ImpactTable({ rows }: { readonly rows: Plan['ledgerImpact'] }): ReactNode {
  return (
    <div className={table.scroll}>
      <table className={`${table.table} ${classes.impact}`} aria-label="Ledger entries per account">
        <thead>
          <tr>
            <th>Account</th>
            <th>Currency</th>
            <th data-num>Debit</th>
            <th data-num>Credit</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((impact) => (
            <tr key={`${impact.accountId}_${impact.currency}`}>
              <td>
                <Link to={`/ledger/${impact.accountId}`}>
                  <AccountName accountId={impact.accountId} />
                </Link>
              </td>
              <td className="muted">{impact.currency}</td>
              <td data-num>
                {impact.debitMinor !== '0' && <Amount minor={impact.debitMinor} currency={impact.currency} />}
              </td>
              <td data-num>
                {impact.creditMinor !== '0' && <Amount minor={impact.creditMinor} currency={impact.currency} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
