import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Balance } from '@countersign/domain/schemas/ledger';
import { IconChevronRight } from '@tabler/icons-react';
import { type CSSProperties, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { AccountName } from '../../../components/account-name.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Amount } from '../../../components/money.tsx';
import { refs } from '../../../refs.ts';
import { netOf } from '../api/trial-balance.ts';
import classes from './ledger.module.css';

const CHILDREN = 50;

/** Balances of one level. An account with several currencies has a line for each; its name stands on the first. */
export function BalanceRows({ balances }: { readonly balances: readonly Balance[] }): ReactNode {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (accountId: string): void =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(accountId)) after.add(accountId);
      return after;
    });
  return balances.map((balance, index) => {
    const first = balances[index - 1]?.accountId !== balance.accountId;
    const last = balances[index + 1]?.accountId !== balance.accountId;
    return (
      <BalanceRow
        key={`${balance.accountId}_${balance.currency}`}
        balance={balance}
        first={first}
        expanded={open.has(balance.accountId)}
        onToggle={() => toggle(balance.accountId)}
        below={last && open.has(balance.accountId)}
      />
    );
  });
}

function BalanceRow({
  balance,
  first,
  expanded,
  onToggle,
  below,
}: {
  readonly balance: Balance;
  readonly first: boolean;
  readonly expanded: boolean;
  readonly onToggle: () => void;
  readonly below: boolean;
}): ReactNode {
  const { accountId, currency, depth, postable } = balance;
  const net = netOf(balance);
  const pending = toMinor(balance.pendingDebitMinor) - toMinor(balance.pendingCreditMinor);
  const name = <AccountName accountId={accountId} />;
  return (
    <>
      <tr data-depth={depth}>
        <td>
          {first && (
            <span className={classes.account} style={indent(depth)}>
              {postable ? (
                <>
                  <span className={classes.leaf} />
                  <Link to={`/ledger/${accountId}`}>{name}</Link>
                </>
              ) : (
                <button type="button" className={classes.toggle} aria-expanded={expanded} onClick={onToggle}>
                  <IconChevronRight size={14} stroke={2} aria-hidden />
                  {name}
                </button>
              )}
            </span>
          )}
        </td>
        <td className="muted">{currency}</td>
        <td data-num className="desk-only">
          <Amount minor={balance.postedDebitMinor} currency={currency} />
        </td>
        <td data-num className="desk-only">
          <Amount minor={balance.postedCreditMinor} currency={currency} />
        </td>
        <td data-num className={classes.net}>
          <Amount minor={net.amountMinor} currency={currency} />
          <span className={classes.side}>{net.side ?? ''}</span>
        </td>
        <td data-num className="desk-only">
          {pending === 0n ? (
            <span className="muted">–</span>
          ) : (
            <>
              <Amount minor={fromMinor(pending < 0n ? -pending : pending)} currency={currency} />
              <span className={classes.side}>{pending < 0n ? 'Cr' : 'Dr'}</span>
            </>
          )}
        </td>
      </tr>
      {below && <Children parentId={accountId} depth={depth + 1} />}
    </>
  );
}

function Children({ parentId, depth }: { readonly parentId: string; readonly depth: number }): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.balancesBelow(orgId, parentId), CHILDREN);
  const pad = indent(depth + 1);
  return (
    <>
      {list.live.kind === 'loading' && (
        <tr>
          <td colSpan={6} className={`muted ${classes.indented}`} style={pad}>
            …
          </td>
        </tr>
      )}
      {list.live.kind === 'failed' && (
        <tr>
          <td colSpan={6} className={classes.indented} style={pad}>
            <Failure failure={list.live.failure} what="these accounts" />
          </td>
        </tr>
      )}
      {list.live.kind === 'ready' && list.live.value.length === 0 && (
        <tr>
          <td colSpan={6} className={`muted ${classes.indented}`} style={pad}>
            No account below this one has entries.
          </td>
        </tr>
      )}
      {list.live.kind === 'ready' && <BalanceRows balances={list.live.value} />}
      {list.hasMore && (
        <tr>
          <td colSpan={6} className={classes.indented} style={pad}>
            <button type="button" className={classes.more} onClick={list.loadMore}>
              Show more accounts
            </button>
          </td>
        </tr>
      )}
    </>
  );
}

/** How deep a line stands; the style sheet says how wide a step is. */
function indent(depth: number): CSSProperties {
  return { '--depth': depth } as CSSProperties;
}
