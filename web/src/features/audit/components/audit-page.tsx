import { dayOf, instantOf, addDays } from '@countersign/domain/schedule/wall-time';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { mayOpen } from '../../../app/access.ts';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { type Places, refs } from '../../../refs.ts';
import { useDayPlaces } from '../api/day-places.ts';
import { groupEvents } from '../api/groups.ts';
import { AuditFilters, type AuditWish, useAuditWish } from './audit-filters.tsx';
import { AuditGroupView } from './audit-group.tsx';
import classes from './audit-page.module.css';
import { SealHead } from './seal-head.tsx';

/** A large run alone has some hundred page events, which are one line here. */
const PAGE = 150;

export default function AuditPage(): ReactNode {
  const { me } = useWorkplace();
  const wish = useAuditWish();
  return (
    <>
      <PageHeader
        title="Audit"
        purpose="Every change, by whom and exactly when. Each event is sealed into a tree that anybody can check."
        actions={<PackLink wish={wish} />}
      />
      {mayOpen('/audit', me.roles) && <SealHead />}
      <AuditFilters wish={wish} />
      <Timeline wish={wish} />
    </>
  );
}

/** What is shown can be taken along, proofs included: packs go by whole days of UTC, or by runs. */
function PackLink({ wish: { executionId, day } }: { readonly wish: AuditWish }): ReactNode {
  const { timeZone } = useWorkplace().organization;
  if (executionId !== undefined)
    return <Link to={`/evidence?execution=${executionId}`}>Evidence pack of this run</Link>;
  if (day === null) return <Link to="/evidence">Evidence packs</Link>;
  const [from, to] = [instantOf(day, 0, timeZone), instantOf(addDays(day, 1), 0, timeZone) - 1];
  return <Link to={`/evidence?from=${dayOf(from)}&to=${dayOf(to)}`}>Evidence pack of this day</Link>;
}

function Timeline({ wish }: { readonly wish: AuditWish }): ReactNode {
  const { orgId } = useWorkplace();
  const head = useLiveDocument(refs.streamHead(orgId, 'audit'));
  const stream = head.kind === 'ready' ? head.value : null;
  const day = useDayPlaces(wish.day, stream?.size ?? null);
  const list = useLiveList(
    sourceOf(orgId, wish, day.kind === 'ready' ? day.places : day.kind === 'none' ? undefined : null),
    PAGE,
  );
  if (head.kind === 'failed') return <Failure failure={head.failure} what="the audit log" />;
  if (day.kind === 'failed')
    return <Failure failure={{ kind: 'unavailable', message: 'The day could not be looked up' }} what="this day" />;
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what="the audit log" />;
  if (list.live.kind === 'loading') return <RowsSkeleton rows={10} />;
  return (
    <>
      {list.live.value.length === 0 ? (
        <Empty>{wish.filtered ? 'No event fits these filters.' : 'Nothing has happened yet.'}</Empty>
      ) : (
        <ol className={classes.timeline}>
          {groupEvents(list.live.value).map((group) => (
            <AuditGroupView
              key={group.key}
              group={group}
              alone={wish.executionId !== undefined}
              sealedSize={stream?.checkpointSize ?? null}
            />
          ))}
        </ol>
      )}
      <More list={list} noun="events" />
      {wish.document !== undefined && wish.day === null && !list.hasMore && (
        <EarlierVersions path={wish.document} events={list.live.value} />
      )}
    </>
  );
}

/** A history that does not begin with the first version is not whole, and says so. */
function EarlierVersions({
  path,
  events,
}: {
  readonly path: string;
  readonly events: readonly AuditEvent[];
}): ReactNode {
  const versions = events.flatMap(({ body }) =>
    body.subjects.flatMap((one) => (one.path === path ? [one.version] : [])),
  );
  const first = Math.min(...versions);
  if (versions.length === 0 || first === 1) return null;
  return (
    <p className="muted">
      Versions before {first} are in the log, but were recorded when it could not be searched by document yet.
    </p>
  );
}

/** @param places null while the day is being looked up: the list waits */
function sourceOf(
  orgId: string,
  wish: AuditWish,
  places: Places | undefined | null,
): ReturnType<typeof refs.audit> | null {
  if (places === null) return null;
  if (wish.document !== undefined) return refs.auditOf(orgId, wish.document, places);
  const { executionId, actorUid, type } = wish;
  return refs.audit(orgId, {
    ...(executionId === undefined ? {} : { executionId }),
    ...(actorUid === undefined ? {} : { actorUid }),
    ...(type === undefined ? {} : { type }),
    ...(places === undefined ? {} : { places }),
  });
}
