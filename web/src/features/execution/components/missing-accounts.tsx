import { plural } from '@countersign/domain/plan/sentence';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useOpenAccounts } from '../../../app/open-accounts.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { OpenedAccounts } from '../../../components/opened-accounts.tsx';
import classes from './problem-list.module.css';

/** The repair of rows whose accounts the ledger lacks: who may opens exactly those; the others hear who can. */
export function MissingAccounts({
  accounts,
  complete,
  operationId,
}: {
  readonly accounts: readonly string[];
  /** All problems of the run have been read. */
  readonly complete: boolean;
  readonly operationId: string;
}): ReactNode {
  const { has } = useWorkplace();
  const { run, pending, failure, result } = useOpenAccounts();
  if (accounts.length === 0) return null;
  if (!has('treasurer', 'admin'))
    return <p className={classes.repair}>A treasurer or an admin can open them here, on this page.</p>;
  const done = result !== null && failure === null && !pending;
  return (
    <div className={classes.repair}>
      {!done && (
        <p>
          <Button size="xs" loading={pending} disabled={!complete} onClick={() => void run(accounts)}>
            Open {plural(accounts.length, 'account')} in the ledger
          </Button>
        </p>
      )}
      <CommandProblem failure={failure} />
      <OpenedAccounts result={result} />
      {done && (
        <p className={classes.after}>
          The rows stay left out of this run, whose plan is fixed. Run a file with them{' '}
          <Link to={`/catalogue/${operationId}`}>as a new run</Link>.
        </p>
      )}
    </div>
  );
}
