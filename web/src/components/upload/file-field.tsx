import type { Parameter } from '@countersign/domain/schemas/plugin';
import { IconFileSpreadsheet, IconUpload } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useId, useRef, useState } from 'react';
import { formatBytes } from '../bytes.ts';
import { SampleLink } from '../sample-link.tsx';
import { checkFile } from './check-file.ts';
import { type ChosenFile, isUsable } from './chosen-file.ts';
import classes from './file-field.module.css';
import { IssueList } from './issue-list.tsx';
import { Preview } from './preview.tsx';

type FileParameter = Extract<Parameter, { type: 'file' }>;
/** The server takes no larger upload. */
const MAX_BYTES = 50_000_000;
const DEFAULT_MAX_ROWS = 200_000;
const CSV = { type: 'text/csv' };

/** Choose or drop a file, and see what is in it before it goes anywhere. */
export function FileField({
  parameter,
  chosen,
  problem,
  disabled,
  onChange,
}: {
  readonly parameter: FileParameter;
  readonly chosen: ChosenFile | null;
  readonly problem: string | null;
  readonly disabled: boolean;
  readonly onChange: (file: ChosenFile | null) => void;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const turn = useRef(0);
  const id = useId();

  const take = (file: File | undefined): void => {
    if (!file) return;
    turn.current += 1;
    const mine = turn.current;
    if (file.size > MAX_BYTES)
      return onChange({
        state: 'unreadable',
        file,
        message: `${file.name} has ${formatBytes(file.size)}; at most ${formatBytes(MAX_BYTES)} are taken. Split it into smaller files.`,
      });
    if (!parameter.columns) return onChange({ state: 'checked', file, result: null, usable: true });
    onChange({ state: 'checking', file });
    checkFile(file, parameter.columns, parameter.maxRows ?? DEFAULT_MAX_ROWS).then(
      (result) => {
        // A file that was chosen later has taken this one's place.
        if (mine !== turn.current) return;
        const mended = result.ok && result.mended !== null ? new File([result.mended], file.name, CSV) : null;
        onChange({ state: 'checked', file: mended ?? file, result, usable: isUsable(result) });
      },
      (error: unknown) => {
        if (mine === turn.current)
          onChange({ state: 'unreadable', file, message: error instanceof Error ? error.message : String(error) });
      },
    );
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (!disabled) take(event.dataTransfer.files[0]);
  };

  return (
    <section className={classes.root} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id}>{parameter.label}</h2>
        <span className="muted">
          {parameter.help}
          {parameter.help !== '' && '. '}
          <SampleLink parameter={parameter} />
        </span>
      </div>
      <div
        className={classes.drop}
        data-over={over || undefined}
        data-full={chosen !== null || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          ref={input}
          type="file"
          className="visually-hidden"
          tabIndex={-1}
          aria-label={parameter.label}
          accept={[...parameter.accept, '.csv'].join(',')}
          onChange={(event) => {
            take(event.currentTarget.files?.[0]);
            // The same file can be chosen again after it was mended.
            event.currentTarget.value = '';
          }}
        />
        {chosen ? (
          <p className={classes.chosen}>
            <IconFileSpreadsheet size={18} stroke={1.6} aria-hidden />
            <strong>{chosen.file.name}</strong>
            <span className="muted tabular">{formatBytes(chosen.file.size)}</span>
            <Reading chosen={chosen} />
          </p>
        ) : (
          <p className={classes.invite}>
            <IconUpload size={18} stroke={1.6} aria-hidden />
            Drop a CSV file here, or
          </p>
        )}
        <button type="button" className={classes.choose} disabled={disabled} onClick={() => input.current?.click()}>
          {chosen ? 'Choose another' : 'choose one'}
        </button>
      </div>
      {parameter.columns && !chosen && (
        <dl className={classes.columns}>
          {parameter.columns.map((column) => (
            <div key={column.name}>
              <dt className="mono">{column.name}</dt>
              <dd>
                {column.help}
                {!column.required && <span className={classes.optional}>optional</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {problem !== null && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {chosen?.state === 'unreadable' && (
        <p className={classes.problem} role="alert">
          {chosen.message}
        </p>
      )}
      {chosen?.stored?.status === 'refused' && <IssueList issues={chosen.stored.issues} />}
      {chosen?.state === 'checked' && chosen.result && !chosen.result.ok && (
        <div role="alert">
          <p className={classes.problem}>This file can't be used as it is. Mend it and choose it again:</p>
          <IssueList issues={chosen.result.issues} />
        </div>
      )}
      {chosen?.state === 'checked' && chosen.result?.ok && parameter.columns && (
        <>
          {chosen.result.mended !== null && (
            <p role="status">
              Its columns line and reason are taken out: what is sent and kept is the file without them.
            </p>
          )}
          <Preview
            checked={chosen.result.checked}
            columns={parameter.columns}
            fileName={chosen.file.name}
            delimiter={chosen.result.delimiter}
          />
        </>
      )}
    </section>
  );
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons and decimal commas',
  '\t': 'tabs',
  '|': 'bars',
};

function Reading({ chosen }: { readonly chosen: ChosenFile }): ReactNode {
  if (chosen.state === 'checking') return <span className="muted">reading…</span>;
  if (chosen.state !== 'checked' || !chosen.result?.ok) return null;
  const { encoding, delimiter } = chosen.result;
  return (
    <span className="muted">
      {encoding.toUpperCase()}, separated by {DELIMITERS[delimiter] ?? delimiter}
    </span>
  );
}
