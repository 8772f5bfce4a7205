import type { Journal } from '@countersign/domain/schemas/journal';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { mayOpen } from '../../../app/access.ts';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Totals } from '../../../components/money.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { amountsOf } from '../api/journal-sums.ts';
import { sourceInWords } from '../api/journal-source.ts';
import { JournalEntries } from './journal-entries.tsx';
import { JournalMarkList } from './journal-mark-list.tsx';
import { JournalRelations } from './journal-relations.tsx';
import { JournalSteps } from './journal-steps.tsx';
import { NotThere } from './not-there.tsx';
import classes from './ledger.module.css';

/** One journal: both sides, where it comes from, what it belongs to, and where it stands in the ledger's stream. */
export default function JournalPage(): ReactNode {
  const { orgId } = useWorkplace();
  const { journalId = '' } = useParams();
  const live = useLiveDocument(refs.journal(orgId, journalId));
  const journal = live.kind === 'ready' ? live.value : null;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this journal" />;
  if (live.kind === 'ready' && !journal) return <NotThere title="Journal">There is no journal {journalId}.</NotThere>;
  return (
    <>
      <PageHeader
        title={journal === null || journal.memo === '' ? 'Journal' : journal.memo}
        back={<Link to="/ledger">Ledger</Link>}
        purpose={
          journal && (
            <span className={classes.summary}>
              <Totals totals={amountsOf(journal.entries)} />
              <JournalMarkList journal={journal} />
            </span>
          )
        }
        {...(journal === null ? {} : { actions: <EvidenceLinks journal={journal} /> })}
      />
      {journal === null ? (
        <RowsSkeleton rows={6} />
      ) : (
        <>
          <Facts journal={journal} />
          <JournalEntries journal={journal} />
          <JournalRelations journal={journal} />
          <JournalSteps journal={journal} />
        </>
      )}
    </>
  );
}

/** What else there is of the run that this comes from, or of the day on which it was recorded, for whoever may read it. */
function EvidenceLinks({ journal }: { readonly journal: Journal }): ReactNode {
  const { me } = useWorkplace();
  const { executionId } = journal.source;
  const recorded = journal.recordedAt.slice(0, 10);
  const pack = executionId === null ? `from=${recorded}&to=${recorded}` : `execution=${executionId}`;
  return (
    <span className={`no-print ${classes.links}`}>
      {executionId !== null && <Link to={`/executions/${executionId}`}>Execution</Link>}
      {executionId !== null && mayOpen('/audit', me.roles) && (
        <Link to={`/audit?execution=${executionId}`}>Audit events</Link>
      )}
      {mayOpen('/evidence', me.roles) && (
        <Link to={`/evidence?${pack}`}>{executionId === null ? 'Evidence pack of its day' : 'Evidence pack'}</Link>
      )}
    </span>
  );
}

function Facts({ journal }: { readonly journal: Journal }): ReactNode {
  const { id, effectiveDay, lateFor, recordedAt, expiresAt, source, metadata } = journal;
  return (
    <>
      <dl className={classes.facts}>
        <dt>Effective date</dt>
        <dd className="tabular">
          {effectiveDay}
          {lateFor !== null && `, asked for ${lateFor}, whose period was closed`}
        </dd>
        <dt>Recorded</dt>
        <dd>
          <Instant at={recordedAt} seconds />
        </dd>
        {expiresAt !== null && (
          <>
            <dt>Expires</dt>
            <dd>
              <Instant at={expiresAt} seconds />
              <span className="muted"> if it is neither posted nor voided by then</span>
            </dd>
          </>
        )}
        <dt>Source</dt>
        <dd>
          {source.executionId === null ? (
            sourceInWords(source.kind)
          ) : (
            <>
              {sourceInWords(source.kind)} of{' '}
              <Link to={`/executions/${source.executionId}?tab=rows`}>this execution</Link>
            </>
          )}
          {source.effectId !== null && (
            <>
              , effect <CopyText text={source.effectId} label="the effect's id" />
            </>
          )}
        </dd>
        <dt>Journal</dt>
        <dd>
          <CopyText text={id} label="the journal's id" />
        </dd>
      </dl>
      {Object.keys(metadata).length > 0 && (
        <Section title="Particulars">
          <dl className={classes.facts}>
            {Object.entries(metadata).map(([name, value]) => (
              <div key={name} className={classes.fact}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
    </>
  );
}
