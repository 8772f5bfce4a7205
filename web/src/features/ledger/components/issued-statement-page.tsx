import type { IssuedStatement } from '@countersign/domain/schemas/statement';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import table from '../../../components/data-table.module.css';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { Amount } from '../../../components/money.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { Restatement } from './restatement.tsx';
import ledger from './ledger.module.css';
import classes from './statement.module.css';

/** A statement that was issued: its file, what proves it, and what has changed since. */
export default function IssuedStatementPage(): ReactNode {
  const { orgId } = useWorkplace();
  const { statementId = '' } = useParams();
  const live = useLiveDocument(refs.statement(orgId, statementId));
  const statement = live.kind === 'ready' ? live.value : null;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this statement" />;
  if (live.kind === 'ready' && !statement)
    return (
      <>
        <PageHeader title="Statement" back={<Link to="/ledger/statements">Statements</Link>} />
        <Empty action={<Link to="/ledger/statements">See the statements</Link>}>
          There is no statement {statementId}.
        </Empty>
      </>
    );
  return (
    <>
      <PageHeader
        title={statement === null ? 'Statement' : `${statement.title}, ${statement.period}`}
        back={<Link to="/ledger/statements">Statements</Link>}
        purpose="It stays as it was issued. What the ledger says of these days since then stands below."
        {...(statement === null
          ? {}
          : {
              actions: <DownloadButton storagePath={statement.file.storagePath} name={statement.file.name} />,
            })}
      />
      {statement === null ? (
        <RowsSkeleton rows={6} />
      ) : (
        <>
          <Facts statement={statement} />
          <Restatement statementId={statement.id} />
          <ControlTotals statement={statement} />
        </>
      )}
    </>
  );
}

function Facts({ statement }: { readonly statement: IssuedStatement }): ReactNode {
  const { checkpoint, ledgerSize } = statement.evidence;
  const compared = [...new Set(statement.controlTotals.flatMap(({ of }) => of ?? []))];
  return (
    <dl className={ledger.facts}>
      <dt>Issued</dt>
      <dd>
        <Instant at={statement.issuedAt} seconds />, <MemberName uid={statement.issuedBy} />
      </dd>
      <dt>As known at</dt>
      <dd>
        {statement.provisional ? (
          <>
            <Instant at={statement.knownUntil} seconds />, provisional
          </>
        ) : (
          `the end of ${statement.knownAt} (UTC)`
        )}
      </dd>
      {compared.length > 0 && (
        <>
          <dt>Beside</dt>
          <dd>{compared.join('; ')}</dd>
        </>
      )}
      <dt>Checks</dt>
      <dd>
        {statement.checksHold ? (
          <Mark tone="good" shape="disc-check">
            All held
          </Mark>
        ) : (
          <Mark tone="bad" shape="triangle">
            One did not hold
          </Mark>
        )}
      </dd>
      <dt>File</dt>
      <dd>
        {statement.file.name}, SHA-256 <CopyText text={statement.file.sha256} label="the checksum" />
      </dd>
      <dt>Evidence</dt>
      <dd>
        {ledgerSize.toLocaleString('en')} ledger entries;{' '}
        {checkpoint === null ? (
          'no checkpoint was signed by then'
        ) : (
          <>
            checkpoint of {checkpoint.size.toLocaleString('en')} entries, signed <Instant at={checkpoint.at} seconds />
            {checkpoint.size < ledgerSize && ', which does not cover the last ones'}, root{' '}
            <CopyText text={checkpoint.root} label="the root" />
          </>
        )}
      </dd>
    </dl>
  );
}

function ControlTotals({ statement }: { readonly statement: IssuedStatement }): ReactNode {
  if (statement.controlTotals.length === 0) return null;
  return (
    <Section title="Control totals" aside="As they stand on the file">
      <div className={table.scroll} tabIndex={0} role="group" aria-label="Control totals, scrolls sideways">
        <table className={`${table.table} ${classes.statement}`}>
          <thead>
            <tr>
              <th>Total</th>
              <th>Currency</th>
              <th data-num>Amount</th>
            </tr>
          </thead>
          <tbody>
            {statement.controlTotals.map((total) => (
              <tr key={`${total.id} ${total.currency} ${String(total.converted)} ${total.of ?? ''}`}>
                <td>
                  {total.label}
                  {total.of !== undefined && <span className="muted">, {total.of}</span>}
                  {total.converted && <span className="muted"> (converted)</span>}
                </td>
                <td className="muted">{total.currency}</td>
                <td data-num>
                  <Amount minor={total.amountMinor} currency={total.currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
