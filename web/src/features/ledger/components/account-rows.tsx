import type { Account, Balance } from '@countersign/domain/schemas/account';
import { plural } from '@countersign/domain/plan/sentence';
import { IconChevronRight } from '@tabler/icons-react';
import { type CSSProperties, Fragment, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Amount } from '../../../components/money.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { guardInWords } from '../../../components/guards-in-words.ts';
import { availableOf, inOrder, inParts, netOf, pendingOf } from '../api/sums.ts';
import { SidedAmount } from './sided-amount.tsx';
import classes from './ledger.module.css';

const CHILDREN = 60;
/** As many accounts as one query takes. */
const PART = 30;
const BALANCES = 400;
export const TREE_COLUMNS = 7;

/** The accounts that lie directly below one, or the roots: rows of the tree. Deeper ones are read when they are opened. */
export function AccountsBelow({
  parentId,
  depth,
}: {
  readonly parentId: string | null;
  readonly depth: number;
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
      {inParts(inOrder(list.live.value), PART).map((part) => (
        <Part key={part[0]?.id} accounts={part} depth={depth} />
      ))}
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

function Line({ depth, children }: { readonly depth: number; readonly children: ReactNode }): ReactNode {
  return (
    <tr>
      <td colSpan={TREE_COLUMNS} className={`muted ${classes.indented}`} style={indent(depth + 1)}>
        {children}
      </td>
    </tr>
  );
}

function Part({ accounts, depth }: { readonly accounts: readonly Account[]; readonly depth: number }): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(
    refs.balancesOfAccounts(
      orgId,
      accounts.map(({ id }) => id),
    ),
    BALANCES,
  );
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (accountId: string): void =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(accountId)) after.add(accountId);
      return after;
    });
  const balances = list.live.kind === 'ready' ? list.live.value : null;
  return (
    <>
      {accounts.map((account) => (
        <Fragment key={account.id}>
          <AccountRow
            account={account}
            depth={depth}
            balances={balances?.filter(({ accountId }) => accountId === account.id) ?? null}
            expanded={open.has(account.id)}
            onToggle={() => toggle(account.id)}
          />
          {open.has(account.id) && <AccountsBelow parentId={account.id} depth={depth + 1} />}
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

/** An account with several currencies has a line for each; its name stands on the first. */
function AccountRow({
  account,
  depth,
  balances,
  expanded,
  onToggle,
}: {
  readonly account: Account;
  readonly depth: number;
  /** Null while they are read. */
  readonly balances: readonly Balance[] | null;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const head = <AccountHead account={account} depth={depth} expanded={expanded} onToggle={onToggle} />;
  const type = <td className="muted desk-only">{account.type}</td>;
  const about = (
    <td className="desk-only">
      <About account={account} />
    </td>
  );
  if (balances === null || balances.length === 0)
    return (
      <tr data-depth={depth}>
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
      <tr key={currency} data-depth={depth} data-further={index > 0 || undefined}>
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

function AccountHead({
  account,
  depth,
  expanded,
  onToggle,
}: {
  readonly account: Account;
  readonly depth: number;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const { id, name, postable } = account;
  return (
    <span className={classes.account} style={indent(depth)}>
      {postable ? (
        <span className={classes.leaf} />
      ) : (
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={expanded}
          aria-label={`${name}: accounts below`}
          onClick={onToggle}
        >
          <IconChevronRight size={14} stroke={2} aria-hidden />
        </button>
      )}
      <span>
        <Link to={`/ledger/accounts/${id}`} title={id}>
          {name}
        </Link>
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
function indent(depth: number): CSSProperties {
  return { '--depth': depth } as CSSProperties;
}
