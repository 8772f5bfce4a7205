import { plural } from '@countersign/domain/plan/sentence';
import type { OpeningAccount } from '@countersign/domain/schemas/account';
import type { CSSProperties, ReactNode } from 'react';
import { Link } from 'react-router';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { guardInWords } from '../../../components/guards-in-words.ts';
import type { OpeningPlan } from '../api/chart-plan.ts';
import classes from './ledger.module.css';

/** Accounts that are listed; more are counted. */
const SHOWN = 200;

/** What would be opened, and what is there already. */
export function ChartPreview({
  plan,
  children,
}: {
  readonly plan: OpeningPlan;
  readonly children: ReactNode;
}): ReactNode {
  const { accounts, unchanged, differing, closed } = plan;
  const depths = depthsOf(accounts);
  return (
    <div className={classes.preview}>
      <p role="status">
        {accounts.length === 0 ? 'Nothing would be opened' : `${plural(accounts.length, 'account')} would be opened`}
        {unchanged.length > 0 &&
          `; ${plural(unchanged.length, 'account')} ${unchanged.length === 1 ? 'is' : 'are'} there already`}
        .
      </p>
      {differing.length > 0 && (
        <p>
          {plural(differing.length, 'account')} {differing.length === 1 ? 'is' : 'are'} there with another name, branch,
          limit or state, and {differing.length === 1 ? 'stays' : 'stay'} so. Propose the change on the account’s page:{' '}
          {differing.slice(0, 10).map((id, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link to={`/ledger/accounts/${id}`} className="mono">
                {id}
              </Link>
            </span>
          ))}
          {differing.length > 10 && ` and ${differing.length - 10} more`}.
        </p>
      )}
      {closed.length > 0 && (
        <p>
          {plural(closed.length, 'account')} would be opened, and {closed.length === 1 ? 'is' : 'are'} closed in the
          chart: closing takes a proposal on the account’s page.
        </p>
      )}
      {accounts.length > 0 && (
        <ScrollBox label="Accounts to be opened" className={classes.window}>
          <table className={table.table}>
            <thead>
              <tr>
                <th>Account</th>
                <th>Id</th>
                <th>Type</th>
                <th>Currency</th>
                <th>Branch</th>
                <th>Limits</th>
              </tr>
            </thead>
            <tbody>
              {accounts.slice(0, SHOWN).map((account) => (
                <tr key={account.id}>
                  <td>
                    <span
                      className={classes.account}
                      style={{ '--depth': depths.get(account.id) ?? 0 } as CSSProperties}
                    >
                      {account.name}
                    </span>
                  </td>
                  <td className="mono">{account.id}</td>
                  <td className="muted">
                    {account.type}
                    {!account.postable && ', sums up'}
                  </td>
                  <td className="muted">{account.currency ?? 'any'}</td>
                  <td className="muted">{account.branch ?? ''}</td>
                  <td className="muted">{(account.guards ?? []).map(guardInWords).join('; ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {accounts.length > SHOWN && <p className="muted">And {(accounts.length - SHOWN).toLocaleString('en')} more.</p>}
      {children}
    </div>
  );
}

/** How deep each lies among these accounts; parents come first. */
function depthsOf(accounts: readonly OpeningAccount[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { id, parentId } of accounts) depths.set(id, parentId === null ? 0 : (depths.get(parentId) ?? -1) + 1);
  return depths;
}
