import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useWorkplace } from '../../../app/organization.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ChartForm } from './chart-form.tsx';
import { ConnectedAccountsForm } from './connected-accounts-form.tsx';

/** Open accounts: a chart from a template or a file, or those of connected accounts. */
export default function OpenAccountsPage(): ReactNode {
  const { has } = useWorkplace();
  return (
    <>
      <PageHeader
        title="Open accounts"
        back={<Link to="/ledger">Ledger</Link>}
        purpose="An account that is open stays in the ledger for good: it can be closed, and never taken out. What is open already stays as it is."
      />
      {has('treasurer', 'admin') ? (
        <>
          <ChartForm />
          <ConnectedAccountsForm />
        </>
      ) : (
        <p>A treasurer or an admin opens accounts.</p>
      )}
    </>
  );
}
