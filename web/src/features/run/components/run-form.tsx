import { askedParameters, checkParameters, withDefaults } from '@countersign/domain/plan/parameters';
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import type { Operation } from '@countersign/domain/schemas/plugin';
import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { useServices } from '../../../app/services.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { unbroken } from '../../../components/unbroken.ts';
import type { ChosenFile } from '../../../components/upload/chosen-file.ts';
import { storeFiles } from '../../../components/upload/store-files.ts';
import { FileField } from '../../../components/upload/file-field.tsx';
import { IssueList } from '../../../components/upload/issue-list.tsx';
import { ParameterField } from '../../../components/parameter-field.tsx';
import classes from './run-page.module.css';

/** A value that stands for a file which is chosen but not uploaded yet. */
const PENDING_FILE = 'pending-upload';

type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'uploading'; readonly share: number }
  | { readonly kind: 'asking' }
  | { readonly kind: 'failed'; readonly message: string };

/** The form is made from the operation's parameters. Nothing is sent before the file was seen and found usable. */
export function RunForm({ operation }: { readonly operation: Operation }): ReactNode {
  const services = useServices();
  const { orgId, me } = useWorkplace();
  const navigate = useNavigate();
  const request = useCommand('requestExecution');
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>(() => withDefaults(operation.parameters, {}));
  const [files, setFiles] = useState<Readonly<Record<string, ChosenFile>>>({});
  const [step, setStep] = useState<Step>({ kind: 'idle' });
  const [tried, setTried] = useState(false);

  const asked = askedParameters(operation.parameters, values);
  const fileParameters = asked.filter((parameter) => parameter.type === 'file');
  const others = asked.filter((parameter) => parameter.type !== 'file');
  const chosen = fileParameters.flatMap(({ name }) => (files[name] ? [files[name]] : []));
  const complete = withDefaults(operation.parameters, {
    ...values,
    ...Object.fromEntries(fileParameters.filter(({ name }) => files[name]).map(({ name }) => [name, PENDING_FILE])),
  });
  const issues = checkParameters(operation.parameters, complete);
  const usable = chosen.every((file) => file.state === 'checked' && file.usable);
  const busy = step.kind === 'uploading' || step.kind === 'asking' || request.pending;

  const setFile = (name: string, file: ChosenFile | null): void =>
    setFiles((before) => {
      const { [name]: _, ...rest } = before;
      return file ? { ...rest, [name]: file } : rest;
    });

  const send = async (): Promise<void> => {
    let stored: Readonly<Record<string, string>>;
    try {
      const asked = Object.entries(files).filter(([name]) =>
        fileParameters.some((parameter) => parameter.name === name),
      );
      stored = await storeFiles(services, { orgId, uid: me.uid }, Object.fromEntries(asked), {
        progress: (share) => setStep({ kind: 'uploading', share }),
        stored: setFile,
      });
    } catch (error) {
      setStep({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    setStep({ kind: 'asking' });
    const result = await request.run({ operationId: operation.id, parameters: { ...complete, ...stored } });
    setStep({ kind: 'idle' });
    if (result) void navigate(`/executions/${result.executionId}`);
  };

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (issues.length === 0 && usable && !busy) void send();
  };

  const issueOf = (name: string): string | null =>
    tried ? (issues.find((issue) => issue.parameter === name)?.message ?? null) : null;
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      {fileParameters.map((parameter) => (
        <FileField
          key={parameter.name}
          parameter={parameter}
          chosen={files[parameter.name] ?? null}
          problem={issueOf(parameter.name)}
          disabled={busy}
          onChange={(file) => setFile(parameter.name, file)}
        />
      ))}
      {others.length > 0 && (
        <div className={classes.fields}>
          {others.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              value={values[parameter.name]}
              problem={issueOf(parameter.name)}
              disabled={busy}
              onChange={(value) => setValues((before) => ({ ...before, [parameter.name]: value }))}
            />
          ))}
        </div>
      )}
      <div className={classes.foot}>
        <Button
          type="submit"
          size="md"
          loading={busy}
          disabled={chosen.length < fileParameters.filter((parameter) => parameter.required).length || !usable}
        >
          {unbroken(label(chosen))}
        </Button>
        <p aria-live="polite">{status(step)}</p>
      </div>
      {step.kind === 'failed' && <CommandProblem failure={{ code: 'internal', message: step.message, details: {} }} />}
      <CommandProblem failure={request.failure} />
      <IssueList issues={request.failure?.details.issues} />
    </form>
  );
}

function status(step: Step): string {
  if (step.kind === 'uploading')
    return step.share < 1 ? `Uploading, ${Math.round(step.share * 100)} %` : 'Uploaded; the server reads it…';
  if (step.kind === 'asking') return 'Asking for the plan…';
  return 'Nothing leaves yet: you get a plan of all that would happen, and somebody else has to sign it.';
}

/** What the click does, with the figures of the file: `Plan 208 rows, USD 48,210.55`. */
function label(chosen: readonly ChosenFile[]): string {
  const [only] = chosen;
  if (chosen.length !== 1 || only?.state !== 'checked' || !only.result?.ok) return 'Make the plan';
  const { accepted } = only.result.checked.control;
  return `Plan ${plural(accepted.rows, 'row')}${accepted.totals.length > 0 ? `, ${amountsInWords(accepted.totals)}` : ''}`;
}
