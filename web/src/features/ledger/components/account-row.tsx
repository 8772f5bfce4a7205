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
  balances,
  above,
}: {
  readonly account: Account;
  readonly depth: number;
  /** Null while they are read. */
  readonly balances: readonly Balance[] | null;
  /** Names of the accounts above it, where no tree shows them. */
  readonly above: readonly string[] | null;
}): ReactNode {
  const tree = useTree();
  const inTree = tree === null ? {} : treeAttributes(account, depth, tree.isOpen(account.id));
  const head = <AccountHead account={account} depth={depth} above={above} />;
  const type = <td className="muted desk-only">{account.type}</td>;
  const about = (
    <td className="desk-only">
      <About account={account} />
    </td>
  );
  if (balances === null || balances.length === 0)
    return (
      <tr data-depth={depth} {...inTree}>
        <td>{head}</td>
        {type}
        <td className="muted">{account.currency ?? ''}</td>
        <td data-num className="muted">
          {balances === null ? '…' : '–'}
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
        {index === 0 ? type : <td className="desk-only" />}
        <td className="muted">{currency}</td>
        <td data-num className={classes.net}>
          <SidedAmount sum={netOf(balance)} currency={currency} />
        </td>
        <td data-num className="desk-only">
          {pending.side === null ? <span className="muted">–</span> : <SidedAmount sum={pending} currency={currency} />}
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
}: {
  readonly account: Account;
  readonly depth: number;
  readonly above: readonly string[] | null;
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
            <span className="mono">{id}</span>
            {above.length > 0 && ` in ${above.join(' › ')}`}
          </span>
        )}
        {hasRemark(account) && (
          <span className={`phone-only ${classes.under}`}>
            <About account={account} />
          </span>
        )}
      </span>
    </span>
  );
}

/** What is particular about an account; nothing for most. */
function About({ account }: { readonly account: Account }): ReactNode {
  const { branch, guards, closed, closedOn } = account;
  return (
    <span className={classes.about}>
      {closed && (
        <Mark tone="quiet" shape="bar">
          Closed{closedOn !== null && ` ${closedOn}`}
        </Mark>
      )}
      {guards.length > 0 && (
        <span className="muted" title={guards.map(guardInWords).join('; ')}>
          {guards.length === 1 && guards[0]?.kind === 'not_below_zero'
            ? 'never below zero'
            : plural(guards.length, 'limit')}
        </span>
      )}
      {branch !== null && <span className="muted">branch {branch}</span>}
    </span>
  );
}

function hasRemark({ branch, guards, closed }: Account): boolean {
  return closed || branch !== null || guards.length > 0;
}

/** How deep a line stands; the style sheet says how wide a step is. */
export function indent(depth: number): CSSProperties {
  return { '--depth': depth } as CSSProperties;
}
