import type { Alert } from '@countersign/domain/schemas/alert';
import { Button } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FilterLinks } from '../../../components/filter-links.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ReasonForm } from '../../../components/reason-form.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { ALERT_KINDS, ALERT_MARKS, placeOf } from '../api/alerts.ts';
import { LedgerNav } from './ledger-nav.tsx';
import classes from './alerts.module.css';

const PAGE = 30;
const FILTERS = [
  { key: '', label: 'To look at' },
  { key: 'seen', label: 'Looked at' },
] as const;

/** What the ledger's writer and the continuous check want somebody to look at. */
export default function AlertsPage(): ReactNode {
  const { orgId } = useWorkplace();
  const [search] = useSearchParams();
  const seen = search.get('show') === 'seen';
  const done = useRef<HTMLDivElement>(null);
  const list = useLiveList(refs.alerts(orgId, seen ? 'acknowledged' : 'open'), PAGE);
  return (
    <>
      <PageHeader
        title="Alerts"
        purpose="What was booked otherwise than it was asked for, and what the continuous check has found. Whoever has looked at one says what came of it."
      />
      <LedgerNav />
      <FilterLinks label="Show" parameter="show" options={FILTERS} />
      {/* Where the focus goes when the alert that had it leaves the list. */}
      <div ref={done} tabIndex={-1} className="visually-hidden">
        The list of alerts
      </div>
      {list.live.kind === 'loading' && <RowsSkeleton rows={5} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="alerts" />}
      {list.live.kind === 'ready' && list.live.value.length === 0 && (
        <Empty>{seen ? 'No alert has been looked at yet.' : 'There is nothing to look at.'}</Empty>
      )}
      {list.live.kind === 'ready' && list.live.value.length > 0 && (
        <ul className={classes.list}>
          {list.live.value.map((alert) => (
            <AlertRow key={alert.id} alert={alert} onDone={() => done.current?.focus()} />
          ))}
        </ul>
      )}
      <More list={list} noun="alerts" />
    </>
  );
}

function AlertRow({ alert, onDone }: { readonly alert: Alert; readonly onDone: () => void }): ReactNode {
  const { has } = useWorkplace();
  const [answering, setAnswering] = useState(false);
  const command = useCommand('acknowledgeAlert');
  const mark = ALERT_MARKS[alert.severity];
  const place = placeOf(alert);
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        <Mark tone={mark.tone} shape={mark.shape}>
          {mark.label}
        </Mark>
        <span className={classes.kind}>{ALERT_KINDS[alert.kind]}</span>
        <span className={`muted ${classes.time}`}>
          <Instant at={alert.at} seconds />
          {alert.lastSeenAt !== alert.at && (
            <>
              , found again <Instant at={alert.lastSeenAt} seconds />
            </>
          )}
        </span>
      </div>
      <p className={classes.message}>{alert.message}</p>
      {alert.state === 'acknowledged' && (
        <p className="muted">
          Looked at by{' '}
          {alert.acknowledgedBy === null ? 'somebody' : <MemberName uid={alert.acknowledgedBy} you={false} />}
          {alert.acknowledgedAt !== null && (
            <>
              , <Instant at={alert.acknowledgedAt} />
            </>
          )}
          {alert.note !== null && alert.note !== '' && `: “${alert.note}”`}
        </p>
      )}
      <div className={classes.actions}>
        {alert.state === 'open' && has('treasurer', 'auditor', 'admin') && (
          <Button size="xs" variant="default" aria-expanded={answering} onClick={() => setAnswering(!answering)}>
            {answering ? 'Not now' : 'I have looked at it…'}
          </Button>
        )}
        {place?.to === null && <span className="mono">{place.label}</span>}
        {place?.to != null && <Link to={place.to}>{place.label}</Link>}
      </div>
      {alert.state === 'open' && answering && (
        <ReasonForm
          label="Take it off the list"
          command={command}
          description="What came of it; the audit log keeps it."
          onSubmit={(note) =>
            void command.run({ alertId: alert.id, note }).then((result) => {
              if (result !== null) onDone();
            })
          }
        />
      )}
    </li>
  );
}
