import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Empty } from '../../../components/empty.tsx';
import { PageHeader } from '../../../components/page-header.tsx';

/** The address names something that the ledger does not have. */
export function NotThere({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <PageHeader title={title} back={<Link to="/ledger">Ledger</Link>} />
      <Empty action={<Link to="/ledger">See the ledger</Link>}>{children}</Empty>
    </>
  );
}
