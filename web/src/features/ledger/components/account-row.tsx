import type { Account, Balance } from '@countersign/domain/schemas/account';
import { plural } from '@countersign/domain/plan/sentence';
import { IconChevronRight } from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { Link } from 'react-router';
import { guardInWords } from '../../../components/guards-in-words.ts';
import { Amount } from '../../../components/money.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { availableOf, netOf, pendingOf } from '../api/sums.ts';
import { NODE } from './move-in-tree.ts';
import { SidedAmount } from './sided-amount.tsx';
import { useTree } from './tree-context.ts';
import classes from './ledger.module.css';

/** An account with several currencies has a line for each; its name stands on the first. */
export function AccountRow({
  account,
  depth,
  branch,
  balances,
  above,
}: {
  readonly account: Account;
  readonly depth: number;
  /** What goes without saying here. */
  readonly branch: string | null;
  /** Null while they are read. */
  readonly balances: readonly Balance[] | null;
  /** Names of the accounts above it, where no tree shows them. */
  readonly above: readonly string[] | null;
}): ReactNode {
  const tree = useTree();
  const inTree = tree === null ? {} : treeAttributes(account, depth, tree.isOpen(account.id));
  const remarks = hasRemarks(account, branch) && <About account={account} branch={branch} />;
  const head = <AccountHead account={account} depth={depth} above={above} remarks={remarks} />;
  const id = (
    <td className={`desk-only ${classes.id}`}>
      <span className="mono" title={account.id}>
        {account.id}
      </span>
    </td>
  );
  const about = <td className="desk-only">{remarks}</td>;
  if (balances === null || balances.length === 0)
    return (
      <tr data-depth={depth} {...inTree}>
        <td>{head}</td>
        {id}
        <td className="muted">{account.currency ?? ''}</td>
        <td data-num className="muted">
          {balances === null ? '…' : '–'}
          <span className={classes.side} />
        </td>
        <td className="desk-only" />
        <td className="desk-only" />
        {about}
      </tr>
    );
  return balances.map((balance, index) => {
    const { currency } = balance;
    const pending = pendingOf(balance);
    return (
      <tr key={currency} data-depth={depth} data-further={index > 0 || undefined} {...(index === 0 ? inTree : {})}>
        <td>{index === 0 && head}</td>
        {index === 0 ? id : <td className="desk-only" />}
        <td className="muted">{currency}</td>
        <td data-num className={classes.net}>
          <SidedAmount sum={netOf(balance)} currency={currency} />
        </td>
        <td data-num className="desk-only">
          <SidedAmount sum={pending} currency={currency} quiet />
        </td>
        <td data-num className="desk-only">
          <Amount minor={availableOf(account.type, balance)} currency={currency} />
        </td>
        {index === 0 ? about : <td className="desk-only" />}
      </tr>
    );
  });
}

function treeAttributes(
  { postable }: Account,
  depth: number,
  open: boolean,
): { readonly 'aria-level': number; readonly 'aria-expanded'?: boolean } {
  return { 'aria-level': depth + 1, ...(postable ? {} : { 'aria-expanded': open }) };
}

function AccountHead({
  account,
  depth,
  above,
  remarks,
}: {
  readonly account: Account;
  readonly depth: number;
  readonly above: readonly string[] | null;
  readonly remarks: ReactNode;
}): ReactNode {
  const { id, name, postable } = account;
  const tree = useTree();
  return (
    <span className={classes.account} style={indent(depth)}>
      {tree !== null && postable && <span className={classes.leaf} />}
      {tree !== null && !postable && (
        <button
          type="button"
          className={classes.toggle}
          // The arrow keys do it, from the link beside it.
          tabIndex={-1}
          aria-expanded={tree.isOpen(id)}
          aria-label={`${name}: accounts below`}
          onClick={() => tree.toggle(id)}
        >
          <IconChevronRight size={14} stroke={2} aria-hidden />
        </button>
      )}
      <span>
        <Link
          to={`/ledger/accounts/${id}`}
          title={id}
          {...(tree === null
            ? {}
            : {
                [NODE]: id,
                tabIndex: tree.current === id || (tree.current === null && depth === 0) ? 0 : -1,
                onFocus: () => tree.setCurrent(id),
              })}
        >
          {name}
        </Link>
        {above !== null && (
          <span className={classes.under}>
            {above.join(' › ')}
            <span className="mono phone-only"> {id}</span>
          </span>
        )}
        {remarks && <span className={`phone-only ${classes.under}`}>{remarks}</span>}
      </span>
    </span>
  );
}

/** What is particular about an account; nothing for most. */
function About({ account, branch }: { readonly account: Account; readonly branch: string | null }): ReactNode {
  const { guards, closed, closedOn } = account;
  return (
    <span className={classes.about}>
      {closed && (
        <Mark tone="quiet" shape="bar" wrap>
          Closed {closedOn !== null && <span className="nowrap">{closedOn}</span>}
        </Mark>
      )}
      {guards.length > 0 && (
        <span className="muted" title={guards.map(guardInWords).join('; ')}>
          {guards.length === 1 && guards[0]?.kind === 'not_below_zero'
            ? 'never below zero'
            : plural(guards.length, 'limit')}
        </span>
      )}
      {saysBranch(account, branch) && <span className="muted">branch {account.branch}</span>}
    </span>
  );
}

function hasRemarks(account: Account, branch: string | null): boolean {
  return account.closed || account.guards.length > 0 || saysBranch(account, branch);
}

function saysBranch(account: Account, branch: string | null): boolean {
  return account.branch !== null && account.branch !== branch;
}

/** How deep a line stands; the style sheet says how wide a step is. */
export function indent(depth: number): CSSProperties {
  return { '--depth': depth } as CSSProperties;
}
