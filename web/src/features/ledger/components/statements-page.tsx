import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useWorkplace } from '../../../app/organization.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { toParameters } from '../api/statement-address.ts';
import { IssuedList } from './issued-list.tsx';
import { LedgerNav } from './ledger-nav.tsx';
import { StatementFields } from './statement-fields.tsx';
import { StatementView } from './statement-view.tsx';
import { useStatementAddress } from './use-statement-address.ts';
import classes from './ledger.module.css';

/** Statements on the screen and as files, and those that were issued. */
export default function StatementsPage(): ReactNode {
  const { has } = useWorkplace();
  const { address, today, put } = useStatementAddress('balance_sheet');
  const asked = toParameters(address, today);
  return (
    <>
      <PageHeader
        title="Statements"
        purpose={
          <>
            For any day or period, as known at the end of any day.{' '}
            <Link to="/ledger/statements/settings">Settings</Link> say what is cash, and when the financial year begins.
          </>
        }
      />
      <LedgerNav />
      <StatementFields address={address} today={today} put={put} />
      {'problem' in asked ? (
        <p className={classes.problem} role="alert">
          {asked.problem}
        </p>
      ) : (
        <StatementView parameters={asked.parameters} />
      )}
      {has('executive', 'treasurer', 'auditor', 'admin') && <IssuedList />}
    </>
  );
}
