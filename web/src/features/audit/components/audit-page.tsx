import { AUDIT_EVENT_TYPES, auditEventTypeSchema } from '@countersign/domain/schemas/audit';
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { mayOpen } from '../../../app/access.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { groupEvents } from '../api/groups.ts';
import { typeGroups } from '../api/sentence.ts';
import classes from './audit-page.module.css';
import { AuditGroupView } from './audit-group.tsx';
import { SealHead } from './seal-head.tsx';

/** A large run alone has some hundred page events, which are one line here. */
const PAGE = 150;
/** As many as one list takes; a member beyond them is filtered by the address. */
const MEMBERS = 499;

export default function AuditPage(): ReactNode {
  const { orgId, me } = useWorkplace();
  const [search, setSearch] = useSearchParams();
  const type = auditEventTypeSchema.safeParse(search.get('type'));
  const executionId = search.get('execution') ?? undefined;
  const actorUid = search.get('actor') ?? undefined;
  const list = useLiveList(
    refs.audit(orgId, {
      ...(executionId === undefined ? {} : { executionId }),
      ...(actorUid === undefined ? {} : { actorUid }),
      ...(type.success ? { type: type.data } : {}),
    }),
    PAGE,
  );
  const members = useLiveList(refs.members(orgId), MEMBERS);
  const filtered = executionId !== undefined || actorUid !== undefined || type.success;

  const set = (parameter: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(parameter);
    else next.set(parameter, value);
    setSearch(next, { replace: true });
  };

  return (
    <>
      <PageHeader
        title="Audit"
        purpose="Every change, by whom and exactly when. Each event is sealed into a tree that anybody can check."
        actions={
          <Link to={executionId === undefined ? '/evidence' : `/evidence?execution=${executionId}`}>
            {executionId === undefined ? 'Evidence packs' : 'Evidence pack of this run'}
          </Link>
        }
      />
      {mayOpen('/audit', me.roles) && <SealHead />}
      <div className={classes.filters}>
        <NativeSelect
          size="xs"
          label="What"
          value={type.success ? type.data : ''}
          onChange={(event) => set('type', event.currentTarget.value)}
          data={[{ value: '', label: 'Everything' }, ...typeGroups(AUDIT_EVENT_TYPES)]}
        />
        <NativeSelect
          size="xs"
          label="Who"
          value={actorUid ?? ''}
          onChange={(event) => set('actor', event.currentTarget.value)}
          data={[
            { value: '', label: 'Everyone' },
            ...(members.live.kind === 'ready'
              ? members.live.value.map((member) => ({ value: member.uid, label: member.name }))
              : actorUid === undefined
                ? []
                : [{ value: actorUid, label: actorUid }]),
          ]}
        />
        {executionId !== undefined && (
          <p className={classes.chip}>
            Only <Link to={`/executions/${executionId}`}>one execution</Link>
            <button type="button" onClick={() => set('execution', '')} aria-label="Show all executions">
              ×
            </button>
          </p>
        )}
        {filtered && (
          <button type="button" className={classes.clear} onClick={() => setSearch({}, { replace: true })}>
            Clear filters
          </button>
        )}
      </div>
      {list.live.kind === 'loading' && <RowsSkeleton rows={10} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="the audit log" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty>{filtered ? 'No event fits these filters.' : 'Nothing has happened yet.'}</Empty>
        ) : (
          <ol className={classes.timeline}>
            {groupEvents(list.live.value).map((group) => (
              <AuditGroupView key={group.key} group={group} alone={executionId !== undefined} />
            ))}
          </ol>
        ))}
      <More list={list} noun="events" />
    </>
  );
}
