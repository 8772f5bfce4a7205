import type { KeyboardEvent, ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import classes from './ledger.module.css';

export const ACCOUNT_COLUMNS = 7;

/** Accounts with their balances: posted, pending and available side by side, a line for each currency. */
export function AccountTable({
  label,
  tree = false,
  onKeyDown,
  children,
}: {
  readonly label: string;
  readonly tree?: boolean;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLTableElement>) => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={table.scroll} role="group" aria-label={`${label}, scrolls sideways`}>
      <table
        className={`${table.table} ${classes.tree}`}
        aria-label={label}
        {...(tree ? { role: 'treegrid' } : {})}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            <th>Account</th>
            <th className="desk-only">Id</th>
            <th>
              <span className={classes.short}>Currency</span>
            </th>
            <th data-num>
              Posted
              <span className={classes.side} />
            </th>
            <th data-num className="desk-only">
              Pending
              <span className={classes.side} />
            </th>
            <th data-num className="desk-only">
              Available
            </th>
            <th className="desk-only">Remarks</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
