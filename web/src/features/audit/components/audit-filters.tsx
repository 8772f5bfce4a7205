import { AUDIT_EVENT_TYPES, auditEventTypeSchema, type AuditEventType } from '@countersign/domain/schemas/audit';
import { daySchema } from '@countersign/domain/schemas/common';
import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { refs } from '../../../refs.ts';
import { documentInWords } from '../api/document-words.ts';
import { typeGroups } from '../api/sentence.ts';
import classes from './audit-page.module.css';

/** As many as one list takes; a member beyond them is filtered by the address. */
const MEMBERS = 499;

export interface AuditWish {
  readonly type: AuditEventType | undefined;
  readonly executionId: string | undefined;
  readonly actorUid: string | undefined;
  /** A document's whole history: the other filters do not count beside it, but for the day. */
  readonly document: string | undefined;
  readonly day: string | null;
  readonly filtered: boolean;
}

/** The filters lie in the address, so that a filtered log can be sent and kept. */
export function useAuditWish(): AuditWish {
  const [search] = useSearchParams();
  const type = auditEventTypeSchema.safeParse(search.get('type'));
  const day = daySchema.safeParse(search.get('day'));
  const wish = {
    type: type.success ? type.data : undefined,
    executionId: search.get('execution') ?? undefined,
    actorUid: search.get('actor') ?? undefined,
    document: search.get('document') ?? undefined,
    day: day.success ? day.data : null,
  };
  return { ...wish, filtered: Object.values(wish).some((value) => value !== undefined && value !== null) };
}

export function AuditFilters({ wish }: { readonly wish: AuditWish }): ReactNode {
  const { orgId, organization } = useWorkplace();
  const [search, setSearch] = useSearchParams();
  const members = useLiveList(refs.members(orgId), MEMBERS);
  const { type, executionId, actorUid, document, day, filtered } = wish;
  const set = (parameter: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(parameter);
    else next.set(parameter, value);
    setSearch(next, { replace: true });
  };
  const known = members.live.kind === 'ready' ? members.live.value : [];
  const people = known.map((member) => ({ value: member.uid, label: member.name }));
  const stranger = actorUid !== undefined && !known.some(({ uid }) => uid === actorUid);
  return (
    <search className={classes.filters} aria-label="Filters of the log">
      {document === undefined && (
        <>
          <NativeSelect
            size="xs"
            label="What"
            value={type ?? ''}
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
              ...people,
              ...(stranger ? [{ value: actorUid, label: actorUid.slice(0, 12) }] : []),
            ]}
          />
        </>
      )}
      <TextInput
        size="xs"
        type="date"
        label={`Day (${organization.timeZone})`}
        value={day ?? ''}
        onChange={(event) => set('day', event.currentTarget.value)}
      />
      {document !== undefined && (
        <Chip label="Show all documents" onClear={() => set('document', '')}>
          History of <DocumentWords path={document} />
        </Chip>
      )}
      {document === undefined && executionId !== undefined && (
        <Chip label="Show all executions" onClear={() => set('execution', '')}>
          Only <Link to={`/executions/${executionId}`}>one execution</Link>
        </Chip>
      )}
      {filtered && (
        <button type="button" className={classes.clear} onClick={() => setSearch({}, { replace: true })}>
          Clear filters
        </button>
      )}
    </search>
  );
}

function DocumentWords({ path }: { readonly path: string }): ReactNode {
  const { kind, id, to } = documentInWords(path);
  const shown = id === '' ? kind : `${kind} ${id.length > 20 ? `${id.slice(0, 12)}…` : id}`;
  return to === null ? <span title={path}>{shown}</span> : <Link to={to}>{shown}</Link>;
}

function Chip({
  label,
  onClear,
  children,
}: {
  readonly label: string;
  readonly onClear: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <p className={classes.chip}>
      <span>{children}</span>
      <button type="button" onClick={onClear} aria-label={label}>
        ×
      </button>
    </p>
  );
}
