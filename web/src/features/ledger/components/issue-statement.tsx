import type { StatementFormat, StatementParametersInput } from '@countersign/domain/schemas/statement';
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { DownloadButton } from '../../../components/download-button.tsx';
import classes from './statement.module.css';

const FORMATS: readonly (readonly [StatementFormat, string])[] = [
  ['pdf', 'Issue as PDF'],
  ['xlsx', 'Issue as XLSX'],
  ['csv', 'Issue as CSV'],
];

interface Issued {
  readonly parameters: string;
  readonly statementId: string;
  readonly storagePath: string;
  readonly name: string;
}

/** Make a file of exactly this statement, which is kept with its checksum and what proves it. */
export function IssueStatement({ parameters }: { readonly parameters: StatementParametersInput }): ReactNode {
  const command = useCommand('issueStatement');
  const [asked, setAsked] = useState<StatementFormat | null>(null);
  const [issued, setIssued] = useState<Issued | null>(null);
  const key = JSON.stringify(parameters);
  const issue = (format: StatementFormat): void => {
    setAsked(format);
    setIssued(null);
    void command.run({ parameters, format }).then((result) => {
      if (result !== null) setIssued({ ...result, parameters: key });
    });
  };
  return (
    <>
      <div className={classes.issue}>
        {FORMATS.map(([format, label]) => (
          <Button
            key={format}
            variant="default"
            loading={command.pending && asked === format}
            disabled={command.pending && asked !== format}
            onClick={() => issue(format)}
          >
            {label}
          </Button>
        ))}
        <span role="status">
          {issued?.parameters === key && (
            <>
              Issued: <DownloadButton storagePath={issued.storagePath} name={issued.name} />{' '}
              <Link to={`/ledger/statements/${issued.statementId}`}>See it</Link>
            </>
          )}
        </span>
      </div>
      <CommandProblem failure={command.failure} />
    </>
  );
}
