import type { Account } from '@countersign/domain/schemas/account';
import { plural } from '@countersign/domain/plan/sentence';
import { Fragment, type ReactNode } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { refs } from '../../../refs.ts';
import { inOrder, inParts } from '../api/sums.ts';
import { AccountRow, indent } from './account-row.tsx';
import { ACCOUNT_COLUMNS } from './account-table.tsx';
import { useTree } from './tree-context.ts';
import classes from './ledger.module.css';

const CHILDREN = 60;
/** As many accounts as one query takes. */
const PART = 30;
const BALANCES = 400;

/** The accounts that lie directly below one, or the roots: rows of the tree. Deeper ones are read when they are opened. */
export function AccountsBelow({
  parentId,
  depth,
  branch,
}: {
  readonly parentId: string | null;
  readonly depth: number;
  /** That of the account above, which goes without saying for these. */
  readonly branch: string | null;
}): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.accountsBelow(orgId, parentId), CHILDREN);
  if (list.live.kind === 'loading') return <Line depth={depth}>…</Line>;
  if (list.live.kind === 'failed')
    return (
      <Line depth={depth}>
        <Failure failure={list.live.failure} what="these accounts" />
      </Line>
    );
  return (
    <>
      {list.live.value.length === 0 && <Line depth={depth}>No account lies below this one yet.</Line>}
      <AccountRows accounts={inOrder(list.live.value)} depth={depth} branch={branch} />
      {list.invalid.length > 0 && (
        <Line depth={depth}>{plural(list.invalid.length, 'account')} can't be read by this version.</Line>
      )}
      {list.hasMore && (
        <Line depth={depth}>
          <button type="button" className={classes.more} onClick={list.loadMore}>
            Show more accounts
          </button>
        </Line>
      )}
    </>
  );
}

/** Rows of these accounts with their balances, in their order; in a tree, each with what lies below it where it is open. */
export function AccountRows({ accounts, ...rest }: RowsProps): ReactNode {
  return inParts(accounts, PART).map((part) => <Part key={part[0]?.id} accounts={part} {...rest} />);
}

interface RowsProps {
  readonly accounts: readonly Account[];
  readonly depth: number;
  readonly branch: string | null;
  /** Outside a tree: the names of the accounts above each. */
  readonly above?: (account: Account) => readonly string[];
}

function Part({ accounts, depth, branch, above }: RowsProps): ReactNode {
  const { orgId } = useWorkplace();
  const tree = useTree();
  const list = useLiveList(
    refs.balancesOfAccounts(
      orgId,
      accounts.map(({ id }) => id),
    ),
    BALANCES,
  );
  const balances = list.live.kind === 'ready' ? list.live.value : null;
  return (
    <>
      {accounts.map((account) => (
        <Fragment key={account.id}>
          <AccountRow
            account={account}
            depth={depth}
            branch={branch}
            balances={balances?.filter(({ accountId }) => accountId === account.id) ?? null}
            above={above?.(account) ?? null}
          />
          {!account.postable && tree?.isOpen(account.id) && (
            <AccountsBelow parentId={account.id} depth={depth + 1} branch={account.branch ?? branch} />
          )}
        </Fragment>
      ))}
      {list.live.kind === 'failed' && (
        <Line depth={depth}>
          <Failure failure={list.live.failure} what="these balances" />
        </Line>
      )}
      {list.hasMore && (
        <Line depth={depth}>
          <button type="button" className={classes.more} onClick={list.loadMore}>
            Show balances in more currencies
          </button>
        </Line>
      )}
    </>
  );
}

function Line({ depth, children }: { readonly depth: number; readonly children: ReactNode }): ReactNode {
  return (
    <tr>
      <td colSpan={ACCOUNT_COLUMNS} className={`muted ${classes.indented}`} style={indent(depth + 1)}>
        {children}
      </td>
    </tr>
  );
}
