import { plural } from '@countersign/domain/plan/sentence';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { AccountName } from '../../../components/account-name.tsx';
import { formatBytes } from '../../../components/bytes.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { Section } from '../../../components/section.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { Exceptions } from './exceptions.tsx';
import { LedgerImpact } from './ledger-impact.tsx';
import classes from './overview.module.css';
import { PlanTables } from './plan-tables.tsx';
import { PlanTotals } from './plan-totals.tsx';
import { ProblemList } from './problem-list.tsx';
import { RiskFactors } from './risk-factors.tsx';

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
        <ScrollBox label="Balances">
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
                    <Link to={`/ledger/accounts/${difference.accountId}`}>
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
        </ScrollBox>
      )}
    </Section>
  );
}
