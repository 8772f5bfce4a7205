import { inWords, plural } from '@countersign/domain/plan/sentence';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Operation, Parameter } from '@countersign/domain/schemas/plugin';
import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { useServices } from '../../../app/services.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import type { ChosenFile } from '../../../components/upload/chosen-file.ts';
import { FileField } from '../../../components/upload/file-field.tsx';
import { IssueList } from '../../../components/upload/issue-list.tsx';
import { storeFiles } from '../../../components/upload/store-files.ts';
import { refs } from '../../../refs.ts';
import { useLeftRows } from '../api/use-left-rows.ts';
import { LeftRowsDownload } from './left-rows-download.tsx';
import classes from './next-steps.module.css';

type FileParameter = Extract<Parameter, { type: 'file' }>;

/** Mend what a run has left: take its rows with their reasons, give back a file, and have exactly that planned. */
export default function CorrectBox({
  execution,
  resumable,
}: {
  readonly execution: Execution;
  /** Something that was planned is not done; else only rows that were never planned are left. */
  readonly resumable: boolean;
}): ReactNode {
  const { orgId } = useWorkplace();
  const operation = useLiveDocument(refs.operation(orgId, execution.operationId));
  const left = useLeftRows(execution);
  if (operation.kind === 'failed') return <Failure failure={operation.failure} what="this operation" />;
  if (left.kind === 'failed') return <Failure failure={left.failure} what="the rows that are left" />;
  if (operation.kind === 'loading' || left.kind === 'loading') return <RowsSkeleton rows={2} />;
  const { refused, failed } = left.value;
  const counted = [
    ...(failed > 0 ? [`${plural(failed, 'row')} failed or ${failed === 1 ? 'was' : 'were'} not reached`] : []),
    ...(refused > 0 ? [`${plural(refused, 'row')} ${refused === 1 ? 'was' : 'were'} left out of the plan`] : []),
  ];
  return (
    <Section title="Mend the file">
      <div className={classes.correct}>
        {counted.length === 0 ? (
          <p>No row of the file is named as left. Give another file to use in its place.</p>
        ) : (
          <p>
            {inWords(counted)}. Take them with their reasons, mend them, and give the file back: its columns line and
            reason are taken out again. A whole new file will do as well; what is done is left out.
          </p>
        )}
        <LeftRowsDownload execution={execution} left={left.value} />
        {operation.value === null || !operation.value.active ? (
          <p>This operation is not offered any more, so it can't be resumed.</p>
        ) : resumable ? (
          <CorrectedFiles execution={execution} operation={operation.value} />
        ) : (
          <p>
            All that was planned is done, so this run can't be resumed. Run the mended rows{' '}
            <Link to={`/catalogue/${execution.operationId}`}>as a new run</Link>.
          </p>
        )}
      </div>
    </Section>
  );
}

function CorrectedFiles({
  execution,
  operation,
}: {
  readonly execution: Execution;
  readonly operation: Operation;
}): ReactNode {
  const services = useServices();
  const { orgId, me } = useWorkplace();
  const navigate = useNavigate();
  const resume = useCommand('resumeExecution');
  const [files, setFiles] = useState<Readonly<Record<string, ChosenFile>>>({});
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // Only what the run had: another file would be another request.
  const parameters = operation.parameters.filter(
    (parameter): parameter is FileParameter =>
      parameter.type === 'file' && execution.inputs.some((input) => input.parameter === parameter.name),
  );
  const chosen = Object.values(files);
  const ready = chosen.length > 0 && chosen.every((file) => file.state === 'checked' && file.usable);
  const busy = share !== null || resume.pending;

  const setFile = (name: string, file: ChosenFile | null): void =>
    setFiles((before) => {
      const { [name]: _, ...others } = before;
      return file === null ? others : { ...others, [name]: file };
    });

  const send = async (): Promise<void> => {
    setProblem(null);
    setShare(0);
    try {
      const corrections = await storeFiles(services, { orgId, uid: me.uid }, files, {
        progress: setShare,
        stored: setFile,
      });
      const result = await resume.run({ executionId: execution.id, corrections });
      if (result !== null) void navigate(`/executions/${result.executionId}`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setShare(null);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready && !busy) void send();
  };

  return (
    <form className={classes.correct} onSubmit={submit} noValidate>
      {parameters.map((parameter) => (
        <FileField
          key={parameter.name}
          parameter={parameter}
          chosen={files[parameter.name] ?? null}
          problem={null}
          disabled={busy}
          onChange={(file) => {
            resume.reset();
            setFile(parameter.name, file);
          }}
        />
      ))}
      {problem !== null && <CommandProblem failure={{ code: 'internal', message: problem, details: {} }} />}
      <CommandProblem failure={resume.failure} />
      <IssueList issues={resume.failure?.details.issues} />
      <div className={classes.buttons}>
        <Button type="submit" loading={busy} disabled={!ready}>
          {labelOf(chosen)}
        </Button>
      </div>
      <p className="muted" aria-live="polite">
        {share === null
          ? 'It makes a plan of its own, for signatures of its own.'
          : share < 1
            ? `Uploading, ${Math.round(share * 100)} %`
            : 'Uploaded; the server reads it…'}
      </p>
    </form>
  );
}

function labelOf(chosen: readonly ChosenFile[]): string {
  const [only] = chosen;
  if (chosen.length !== 1 || only?.state !== 'checked' || !only.result?.ok) return 'Plan what is left with this file';
  return `Plan what is left with ${plural(only.result.checked.control.accepted.rows, 'row')} of this file`;
}
