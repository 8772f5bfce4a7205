import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { CopyText } from '../../../components/copy-text.tsx';
import { Instant } from '../../../components/instant.tsx';
import { documentInWords } from '../api/document-words.ts';
import classes from './event-facts.module.css';

/** One event at a glance, below its line; all about it is on its own page. */
export default function EventFacts({ event }: { readonly event: AuditEvent }): ReactNode {
  const { body, seq, recordedAt } = event;
  return (
    <div className={classes.inline}>
      <dl className={classes.facts}>
        <dt>Recorded</dt>
        <dd>
          <Instant at={recordedAt} seconds />, at place {seq.toLocaleString('en')}
        </dd>
        {body.subjects.length > 0 && (
          <>
            <dt>Changed</dt>
            <dd className={classes.documents}>
              {body.subjects.map(({ path, version }) => (
                <span key={path}>
                  <DocumentLink path={path} />, version {version.toLocaleString('en')}
                </span>
              ))}
            </dd>
          </>
        )}
        <dt>Event id</dt>
        <dd>
          <CopyText text={body.id} label="the event’s id" />
        </dd>
      </dl>
      <p>
        <Link to={`/audit/events/${seq}`}>Proof, and everything else about it</Link>
      </p>
    </div>
  );
}

/** A document by its kind and id; leads to all that happened to it. */
export function DocumentLink({ path }: { readonly path: string }): ReactNode {
  const { kind, id } = documentInWords(path);
  return (
    <Link to={`/audit?document=${encodeURIComponent(path)}`} title={path}>
      {kind}
      {id !== '' && (
        <>
          {' '}
          <span className="mono">{id.length > 20 ? `${id.slice(0, 12)}…` : id}</span>
        </>
      )}
    </Link>
  );
}
