import type { ReactNode } from 'react';
import { PageHeader } from '../../../components/page-header.tsx';
import { toParameters } from '../api/statement-address.ts';
import { LedgerNav } from './ledger-nav.tsx';
import { StatementFields } from './statement-fields.tsx';
import { StatementView } from './statement-view.tsx';
import { useStatementAddress } from './use-statement-address.ts';
import classes from './ledger.module.css';

/** Every account's balance at any day, as it was known at the end of any day. */
export default function TrialBalancePage(): ReactNode {
  const { address, today, put } = useStatementAddress('trial_balance');
  const asked = toParameters({ ...address, kind: 'trial_balance' }, today);
  return (
    <>
      <PageHeader
        title="Trial balance"
        purpose="Every account’s balance on the side where it lies. The two sides are equal in each currency, or something is broken."
      />
      <LedgerNav />
      <StatementFields address={{ ...address, kind: 'trial_balance' }} today={today} fixed put={put} />
      {'problem' in asked ? (
        <p className={classes.problem} role="alert">
          {asked.problem}
        </p>
      ) : (
        <StatementView parameters={asked.parameters} />
      )}
    </>
  );
}
