import { fileIssueSchema } from '@countersign/domain/schemas/file';
import type { ReactNode } from 'react';
import * as z from 'zod';
import classes from './file-field.module.css';

const issuesSchema = z.array(z.looseObject(fileIssueSchema.shape));

/** Issues of a file: line, column, what is wrong, what to do. Anything else is not shown here. */
export function IssueList({ issues }: { readonly issues: unknown }): ReactNode {
  const parsed = issuesSchema.safeParse(issues);
  if (!parsed.success || parsed.data.length === 0) return null;
  return (
    <ul className={classes.issues}>
      {parsed.data.map((issue, index) => (
        <li key={index}>
          <span className={classes.place}>
            {issue.line === null ? 'The file' : `Line ${issue.line.toLocaleString('en')}`}
            {issue.column !== null && `, column ${issue.column}`}
          </span>
          <span>
            {issue.message}. <span className="muted">{issue.remedy}.</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
