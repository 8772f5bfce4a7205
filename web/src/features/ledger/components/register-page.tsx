import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Balance, Journal } from '@countersign/domain/schemas/ledger';
import { Fragment, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { AccountName } from '../../../components/account-name.tsx';
import table from '../../../components/data-table.module.css';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { type RunningLine, withRunningBalance } from '../api/register.ts';
import { netOf } from '../api/sums.ts';
import classes from './ledger.module.css';

const PAGE = 50;

/** The register of one account: its journals, newest recorded first. */
export default function RegisterPage(): ReactNode {
  const { orgId } = useWorkplace();
  const { accountId = '' } = useParams();
  const account = useLiveDocument(refs.account(orgId, accountId));
  const balances = useLiveList(refs.balancesOf(orgId, accountId), 40);
  const journals = useLiveList(refs.journalsOf(orgId, accountId), PAGE);
  const found = account.kind === 'ready' ? account.value : null;

  if (account.kind === 'failed') return <Failure failure={account.failure} what="this account" />;
  if (account.kind === 'ready' && !found)
    return <Empty action={<Link to="/ledger">See the ledger</Link>}>There is no account {accountId}.</Empty>;
  return (
    <>
      <PageHeader
        title={found?.name ?? 'Account'}
        back={
          <>
            <Link to="/ledger">Ledger</Link>
            {found?.path.map((id) => (
              <span key={id} className="muted">
                {' › '}
                <AccountName accountId={id} />
              </span>
            ))}
          </>
        }
        purpose={
          found && (
            <>
              {found.type[0]?.toUpperCase()}
              {found.type.slice(1)} account <span className="mono">{found.id}</span>
              {found.mirrors && (
                <>
                  , mirrors <span className="mono">{found.mirrors.account}</span> at Stripe
                </>
              )}
              {found.closed && ', closed'}
            </>
          )
        }
      />
      {balances.live.kind === 'ready' && (
        <ul className={classes.balances}>
          {balances.live.value.map((balance) => {
            const net = netOf(balance);
            return (
              <li key={balance.currency} className={classes.balance}>
                <span className="muted">{balance.currency} balance</span>
                <span className={classes.figure}>
                  <Amount minor={net.amountMinor} currency={balance.currency} />{' '}
                  <span className={classes.side}>{net.side ?? ''}</span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {journals.live.kind === 'loading' && <RowsSkeleton rows={8} />}
      {journals.live.kind === 'failed' && <Failure failure={journals.live.failure} what="this register" />}
      {journals.live.kind === 'ready' &&
        (journals.live.value.length === 0 ? (
          <Empty>No journal has touched this account.</Empty>
        ) : (
          <Register
            journals={journals.live.value}
            accountId={accountId}
            balances={
              balances.live.kind === 'ready' && balances.invalid.length + journals.invalid.length === 0 && !journals.gap
                ? balances.live.value
                : null
            }
          />
        ))}
      <More list={journals} noun="journals" />
    </>
  );
}

function Register({
  journals,
  accountId,
  balances,
}: {
  readonly journals: readonly Journal[];
  readonly accountId: string;
  /** Null when no running balance can be worked out from them. */
  readonly balances: readonly Balance[] | null;
}): ReactNode {
  return (
    <div className={table.scroll}>
      <table className={table.table}>
        <caption className="visually-hidden">Journals of this account, newest recorded first</caption>
        <thead>
          <tr>
            <th className="desk-only">Recorded</th>
            <th className="desk-only">Effective</th>
            <th>Memo</th>
            <th className="desk-only">Other side</th>
            <th className="desk-only">State</th>
            <th>Currency</th>
            <th data-num>Debit</th>
            <th data-num>Credit</th>
            <th data-num>Balance</th>
          </tr>
        </thead>
        <tbody>
          {withRunningBalance(journals, balances, accountId).map(({ journal, lines }) => (
            <Fragment key={journal.id}>
              {lines.map((line, index) => (
                <Row key={index} journal={journal} line={line} />
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ journal, line }: { readonly journal: Journal; readonly line: RunningLine }): ReactNode {
  const { executionId } = journal.source;
  return (
    <tr>
      <td className="nowrap desk-only">
        <Instant at={journal.recordedAt} seconds />
      </td>
      <td className="tabular nowrap desk-only">{journal.effectiveDay}</td>
      <td className={classes.memo}>
        {executionId === null ? journal.memo : <Link to={`/executions/${executionId}`}>{journal.memo}</Link>}
        <span className={`phone-only ${classes.under}`}>
          <Instant at={journal.recordedAt} />
          {journal.state !== 'posted' && `, ${journal.state}`}
        </span>
      </td>
      <td className="desk-only">
        {line.others.length === 1 && line.others[0] !== undefined ? (
          <Link to={`/ledger/accounts/${line.others[0]}`}>
            <AccountName accountId={line.others[0]} full />
          </Link>
        ) : (
          <span className="muted">{line.others.length} accounts</span>
        )}
      </td>
      <td className={`desk-only ${classes.state}`} data-state={journal.state}>
        {journal.state}
      </td>
      <td className="muted">{line.currency}</td>
      <td data-num>{line.side === 'debit' && <Amount minor={line.amountMinor} currency={line.currency} />}</td>
      <td data-num>{line.side === 'credit' && <Amount minor={line.amountMinor} currency={line.currency} />}</td>
      <td data-num>
        <Running line={line} />
      </td>
    </tr>
  );
}

function Running({ line }: { readonly line: RunningLine }): ReactNode {
  if (line.balanceMinor === null) return <span className="muted">–</span>;
  const net = toMinor(line.balanceMinor);
  return (
    <>
      <Amount minor={fromMinor(net < 0n ? -net : net)} currency={line.currency} />
      <span className={classes.side}>{net === 0n ? '' : net < 0n ? 'Cr' : 'Dr'}</span>
    </>
  );
}
