import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { formatInstant } from '../../../components/time.ts';
import { refs } from '../../../refs.ts';
import type { FileSource } from '../api/schedule-draft.ts';
import classes from './schedules.module.css';

const FILES = 50;

/** Which file a schedule takes: what was uploaded last under a name, or always the same one. */
export function FileSourceField({
  label,
  source,
  problem,
  onChange,
}: {
  readonly label: string;
  readonly source: FileSource;
  readonly problem: string | null;
  readonly onChange: (source: FileSource) => void;
}): ReactNode {
  const { orgId, organization } = useWorkplace();
  const id = useId();
  const uploads = useLiveList(refs.files(orgId, 'input'), FILES);
  const files = uploads.live.kind === 'ready' ? uploads.live.value.filter(({ status }) => status === 'ready') : [];
  const names = [...new Set(files.map(({ name }) => name))];
  const fixed = source.kind === 'fixed' ? source.fileId : '';
  return (
    <fieldset className={classes.group}>
      <legend>{label}</legend>
      <NativeSelect
        label="Which file"
        value={source.kind}
        data={[
          { value: 'newest', label: 'The newest upload of a name, when it is due' },
          { value: 'fixed', label: 'Always the same file' },
        ]}
        onChange={(event) =>
          onChange(event.currentTarget.value === 'fixed' ? { kind: 'fixed', fileId: '' } : { kind: 'newest', name: '' })
        }
      />
      {source.kind === 'newest' ? (
        <>
          <TextInput
            label="Name of the file"
            description="As it is uploaded, such as payouts.csv. An older one never stands in for a newest that can't be used."
            error={problem ?? undefined}
            list={id}
            maxLength={200}
            value={source.name}
            onChange={(event) => onChange({ kind: 'newest', name: event.currentTarget.value })}
          />
          <datalist id={id}>
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      ) : (
        <NativeSelect
          label="File"
          error={problem ?? undefined}
          value={fixed}
          data={[
            { value: '', label: 'Choose…' },
            ...(fixed !== '' && !files.some((file) => file.id === fixed)
              ? [{ value: fixed, label: 'The one it has now' }]
              : []),
            ...files.map((file) => ({
              value: file.id,
              label: `${file.name}, ${formatInstant(file.createdAt, organization.timeZone)}`,
            })),
          ]}
          onChange={(event) => onChange({ kind: 'fixed', fileId: event.currentTarget.value })}
        />
      )}
    </fieldset>
  );
}
