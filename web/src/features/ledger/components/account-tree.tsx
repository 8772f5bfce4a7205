import { type ReactNode, useMemo, useState } from 'react';
import { EVERYTHING_OPEN, isOpen, readOpen, toggled } from '../api/tree-address.ts';
import { AccountsBelow } from './account-rows.tsx';
import { AccountTable } from './account-table.tsx';
import { DownloadBalances } from './download-balances.tsx';
import { moveInTree } from './move-in-tree.ts';
import { TreeContext, type TreeState } from './tree-context.ts';
import { useAddress } from './use-address.ts';
import classes from './ledger.module.css';

const PARAMETER = 'open';

/** The accounts below one, or all of them, as a tree. What stands open lies in the address: going back finds it so. */
export function AccountTree({
  parentId,
  branch = null,
  label,
}: {
  readonly parentId: string | null;
  /** Of the account that they lie below. */
  readonly branch?: string | null;
  readonly label: string;
}): ReactNode {
  const { search, put } = useAddress();
  const [current, setCurrent] = useState<string | null>(null);
  const open = search.get(PARAMETER);
  const state = useMemo((): TreeState => {
    const stands = readOpen(open);
    return {
      isOpen: (accountId) => isOpen(stands, accountId),
      toggle: (accountId) => {
        setCurrent(accountId);
        put(PARAMETER, toggled(stands, accountId));
      },
      current,
      setCurrent,
    };
    // `put` is new in every render, and always the same.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [open, current]);
  const all = (value: string): void => {
    setCurrent(null);
    put(PARAMETER, value);
  };
  return (
    <TreeContext value={state}>
      <p className={`no-print ${classes.treeActions}`}>
        <button type="button" className={classes.more} onClick={() => all(EVERYTHING_OPEN)}>
          Expand all
        </button>
        <button type="button" className={classes.more} disabled={open === null} onClick={() => all('')}>
          Collapse all
        </button>
        {parentId === null && <DownloadBalances />}
        <span className="visually-hidden">In the tree, the arrow keys move, open and close.</span>
      </p>
      <AccountTable label={label} tree onKeyDown={moveInTree}>
        <AccountsBelow parentId={parentId} depth={0} branch={branch} />
      </AccountTable>
    </TreeContext>
  );
}
