import type { ReactNode } from 'react';
import type { CommandFailure } from '../app/command.ts';
import classes from './command-problem.module.css';

/** Why the server refused, in its own words. */
export function CommandProblem({ failure }: { readonly failure: CommandFailure | null }): ReactNode {
  if (!failure) return null;
  return (
    <p className={classes.root} role="alert">
      {failure.message}
    </p>
  );
}
