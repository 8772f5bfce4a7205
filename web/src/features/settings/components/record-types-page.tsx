import type { RecordType } from '@countersign/domain/schemas/record';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import {
  FIELD_TYPES,
  type RecordField,
  type RecordTypeDraft,
  isSameType,
  recordTypeOf,
} from '../api/record-type-draft.ts';
import classes from './settings.module.css';

const PAGE = 30;
/** The schema's own bound. */
const MAX_FIELDS = 60;

/** What the records that operations keep look like. A field that is there stays. */
export default function RecordTypesPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.recordTypes(orgId), PAGE);
  const editable = has('developer', 'treasurer', 'admin');
  return (
    <>
      <PageHeader
        title="Record types"
        back={<Link to="/settings">Settings</Link>}
        purpose="What the records that operations keep look like. Fields can be added; one that is in use stays as it is."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={3} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="record types" />}
      {list.live.kind === 'ready' && list.live.value.length === 0 && (
        <Empty>No operation keeps records yet.{!editable && ' A developer or an administrator can add a type.'}</Empty>
      )}
      {list.live.kind === 'ready' &&
        list.live.value.map((type) => (
          <Section key={type.type} title={type.title} aside={<span className="mono">{type.type}</span>}>
            <Fields type={type} />
            {editable && (
              <details>
                <summary>Change {type.title}</summary>
                <TypeForm key={type.version} stored={type} />
              </details>
            )}
          </Section>
        ))}
      <More list={list} noun="record types" />
      {editable && list.live.kind === 'ready' && (
        <Section title="New record type">
          <TypeForm stored={null} />
        </Section>
      )}
    </>
  );
}

function Fields({ type }: { readonly type: RecordType }): ReactNode {
  return (
    <ScrollBox label="Fields">
      <table className={table.table} aria-label={`Fields of ${type.title}`}>
        <thead>
          <tr>
            <th>Field</th>
            <th>Holds</th>
            <th>Needed</th>
          </tr>
        </thead>
        <tbody>
          {type.fields.map((field) => (
            <tr key={field.name}>
              <td className="mono">{field.name}</td>
              <td>{field.type}</td>
              <td className="muted">{field.required ? 'always' : 'no'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

const NEW_FIELD: RecordField = { name: '', type: 'string', required: true };

function TypeForm({ stored }: { readonly stored: RecordType | null }): ReactNode {
  const [draft, setDraft] = useState<RecordTypeDraft>(
    stored === null
      ? { type: '', title: '', fields: [NEW_FIELD] }
      : { type: stored.type, title: stored.title, fields: stored.fields },
  );
  const adder = useRef<HTMLButtonElement>(null);
  const result = recordTypeOf(draft);
  // What nobody has begun to fill in is not wrong yet.
  const issueOf = (field: string, value: string): string | undefined =>
    result.ok || value === '' ? undefined : result.issues.get(field);
  const same = result.ok && stored !== null && isSameType(result.recordType, stored);
  const fixed = (index: number): boolean => stored !== null && index < stored.fields.length;
  const setField = (index: number, field: Partial<RecordField>): void => {
    const before = draft.fields[index];
    if (before !== undefined) setDraft({ ...draft, fields: draft.fields.with(index, { ...before, ...field }) });
  };
  return (
    <ProposeForm
      change={result.ok && !same ? { kind: 'record-type.set', recordType: result.recordType } : null}
      label={stored === null ? 'Propose this type' : 'Propose this form'}
    >
      <TextInput
        label="Name"
        maxLength={80}
        error={issueOf('title', draft.title)}
        value={draft.title}
        onChange={(event) => setDraft({ ...draft, title: event.currentTarget.value })}
      />
      {stored === null && (
        <TextInput
          label="Id"
          description="Plugins call it so; it never changes"
          maxLength={41}
          error={issueOf('type', draft.type)}
          value={draft.type}
          onChange={(event) => setDraft({ ...draft, type: event.currentTarget.value })}
        />
      )}
      {draft.fields.map((field, index) => (
        // Fields have no identity of their own until they are stored.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} role="group" aria-label={`Field ${index + 1}`} className={classes.field}>
          <TextInput
            label={`Field ${index + 1}`}
            maxLength={100}
            disabled={fixed(index)}
            error={issueOf(`fields.${index}.name`, field.name)}
            value={field.name}
            onChange={(event) => setField(index, { name: event.currentTarget.value })}
          />
          <NativeSelect
            label="Holds"
            disabled={fixed(index)}
            value={field.type}
            data={[...FIELD_TYPES]}
            onChange={(event) => {
              const type = FIELD_TYPES.find((one) => one === event.currentTarget.value);
              if (type !== undefined) setField(index, { type });
            }}
          />
          <Checkbox
            label="Always needed"
            checked={field.required}
            onChange={(event) => setField(index, { required: event.currentTarget.checked })}
          />
          {!fixed(index) && draft.fields.length > 1 && (
            <Button
              variant="default"
              size="xs"
              aria-label={`Take away field ${index + 1}`}
              onClick={() => {
                setDraft({ ...draft, fields: draft.fields.toSpliced(index, 1) });
                adder.current?.focus();
              }}
            >
              Take away
            </Button>
          )}
        </div>
      ))}
      {draft.fields.length < MAX_FIELDS && (
        <Button
          ref={adder}
          variant="default"
          size="xs"
          onClick={() => setDraft({ ...draft, fields: [...draft.fields, NEW_FIELD] })}
        >
          Add a field
        </Button>
      )}
      {same && <p className="muted">Nothing is changed yet.</p>}
    </ProposeForm>
  );
}
