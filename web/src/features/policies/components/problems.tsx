import { policyProblems } from '@countersign/domain/approval/policy';
import type { Policy } from '@countersign/domain/schemas/policy';
import type { ReactNode } from 'react';
import { Mark } from '../../../components/state-mark.tsx';
import classes from './policies.module.css';

/** What is doubtful about a policy, where something is. */
export function Problems({
  policy,
}: {
  readonly policy: Pick<Policy, 'rules' | 'expiryHours' | 'reminderHours'>;
}): ReactNode {
  const problems = policyProblems(policy);
  if (problems.length === 0) return null;
  return (
    <ul className={classes.list}>
      {problems.map((problem) => (
        <li key={problem}>
          <Mark tone="act" shape="triangle" wrap>
            {problem}
          </Mark>
        </li>
      ))}
    </ul>
  );
}
