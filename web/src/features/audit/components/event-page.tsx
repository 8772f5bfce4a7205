import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import table from '../../../components/data-table.module.css';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Section } from '../../../components/section.tsx';
import { PageSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { typeLabel } from '../api/sentence.ts';
import { DocumentLink } from './event-facts.tsx';
import classes from './event-facts.module.css';
import { EventSentence } from './event-line.tsx';
import { ProofView } from './proof-view.tsx';

/** One event of the audit log: what it says, what it changed, and the proof that it lies at its place. */
export default function EventPage(): ReactNode {
  const { orgId } = useWorkplace();
  const place = useParams().seq ?? '';
  const seq = /^\d{1,15}$/.test(place) ? Number(place) : null;
  const { live } = useLiveList(seq === null ? null : refs.auditAt(orgId, seq), 1);
  const back = <Link to="/audit">Audit</Link>;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this event" />;
  if (seq !== null && live.kind === 'loading') return <PageSkeleton />;
  const event = live.kind === 'ready' ? live.value[0] : undefined;
  if (event === undefined)
    return (
      <>
        <PageHeader title="No event at this place" back={back} />
        <Empty action={<Link to="/audit">See the newest events</Link>}>
          The log has not come so far, or the link was mistyped. That an event was taken away shows in the check.
        </Empty>
      </>
    );
  return <Event key={event.body.id} event={event} back={back} />;
}

function Event({ event, back }: { readonly event: AuditEvent; readonly back: ReactNode }): ReactNode {
  const { orgId } = useWorkplace();
  const { body, seq, recordedAt } = event;
  const head = useLiveDocument(refs.streamHead(orgId, 'audit'));
  const size = head.kind === 'ready' ? (head.value?.size ?? 0) : 0;
  return (
    <div className={classes.page}>
      <PageHeader
        title={`Event ${seq.toLocaleString('en')}`}
        back={back}
        purpose={<EventSentence event={event} />}
        actions={
          body.executionId !== null && <Link to={`/audit?execution=${body.executionId}`}>Everything of this run</Link>
        }
      />
      <dl className={classes.facts}>
        <dt>Happened</dt>
        <dd>
          <Instant at={body.at} seconds />, recorded <Instant at={recordedAt} seconds />
        </dd>
        <dt>By</dt>
        <dd>
          {body.actor.kind === 'member' ? (
            <>
              <MemberName uid={body.actor.uid} you={false} />,{' '}
              {body.actor.roles.length === 0 ? 'without a role then' : `as ${body.actor.roles.join(', ')} then`}
              {' · '}
              <Link to={`/audit?actor=${body.actor.uid}`}>all that they did</Link>
            </>
          ) : (
            'the platform itself'
          )}
        </dd>
        <dt>Kind</dt>
        <dd>
          <Link to={`/audit?type=${body.type}`}>{typeLabel(body.type)}</Link>
        </dd>
        <dt>Event id</dt>
        <dd>
          <CopyText text={body.id} label="the event’s id" />
        </dd>
      </dl>
      <Changed event={event} />
      <Said event={event} />
      <Section title="Proof">
        <ProofView event={event} />
      </Section>
      <nav className={classes.neighbours} aria-label="Neighbouring events">
        <span>{seq > 0 && <Link to={`/audit/events/${seq - 1}`}>← Event {(seq - 1).toLocaleString('en')}</Link>}</span>
        <span>
          {seq + 1 < size && <Link to={`/audit/events/${seq + 1}`}>Event {(seq + 1).toLocaleString('en')} →</Link>}
        </span>
      </nav>
    </div>
  );
}

function Changed({ event: { body } }: { readonly event: AuditEvent }): ReactNode {
  if (body.subjects.length === 0) return null;
  return (
    <Section title="What it changed" count={body.subjects.length}>
      <ScrollBox label="What it changed">
        <table className={table.table}>
          <thead>
            <tr>
              <th>Document</th>
              <th data-num>Version</th>
              <th>Hash of its content</th>
            </tr>
          </thead>
          <tbody>
            {body.subjects.map(({ path, version, contentHash }) => (
              <tr key={path}>
                <td>
                  <DocumentLink path={path} />
                </td>
                <td data-num>{version.toLocaleString('en')}</td>
                <td>
                  <CopyText text={contentHash} label="the hash of its content" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Section>
  );
}

const HASH = /^[0-9a-f]{32,}$/;

/** Facts of the event that are hashed as they are, and personal values, of which only commitments are. */
function Said({ event: { body } }: { readonly event: AuditEvent }): ReactNode {
  const { orgId } = useWorkplace();
  const committed = Object.keys(body.commitments);
  const live = useLiveDocument(committed.length > 0 ? refs.auditPersonal(orgId, body.id) : null);
  const facts = Object.entries(body.data);
  if (facts.length + committed.length === 0) return null;
  const values = live.kind === 'ready' && live.value !== null ? live.value.values : {};
  return (
    <Section title="What it says">
      <dl className={classes.facts}>
        {facts.map(([field, value]) => (
          <Fact key={field} field={field}>
            {HASH.test(value) ? <CopyText text={value} label={`the ${field}`} /> : value}
          </Fact>
        ))}
        {committed.map((field) => (
          <Fact key={field} field={field}>
            {live.kind === 'loading' && '…'}
            {live.kind === 'failed' && 'can’t be read right now'}
            {live.kind === 'ready' &&
              (values[field] === undefined ? (
                <>
                  removed; its commitment stays <CopyText text={body.commitments[field] ?? ''} label="the commitment" />
                </>
              ) : (
                `“${values[field].value}”`
              ))}
          </Fact>
        ))}
      </dl>
    </Section>
  );
}

function Fact({ field, children }: { readonly field: string; readonly children: ReactNode }): ReactNode {
  const words = field.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return (
    <>
      <dt>{`${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`}</dt>
      <dd>{children}</dd>
    </>
  );
}
