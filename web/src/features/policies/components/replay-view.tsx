import { type ReplayKind, levelsInWords, replayPolicy } from '@countersign/domain/approval/replay';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Policy } from '@countersign/domain/schemas/policy';
import { type ReactNode, useMemo } from 'react';
import { Link } from 'react-router';
import { Age } from '../../../components/instant.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { pastPlans } from '../api/use-past-runs.ts';
import classes from './policies.module.css';

const SHOWN = 20;
const MARKS = {
  newly_caught: { tone: 'good', shape: 'ring-check', label: 'Newly caught' },
  no_longer_caught: { tone: 'bad', shape: 'triangle', label: 'No longer caught' },
  stricter: { tone: 'quiet', shape: 'ring-check', label: 'More signatures' },
  laxer: { tone: 'act', shape: 'triangle', label: 'Fewer signatures' },
  other: { tone: 'quiet', shape: 'half', label: 'Other people' },
} as const satisfies Record<ReplayKind, { tone: string; shape: string; label: string }>;

/** Which of the last runs other rules would have treated differently; computed here, from the stored traits. */
export function ReplayView({
  before,
  after,
  runs,
}: {
  readonly before: Policy | null;
  readonly after: Policy;
  readonly runs: readonly Execution[];
}): ReactNode {
  const { summary, differences } = useMemo(() => replayPolicy(before, after, pastPlans(runs)), [before, after, runs]);
  if (runs.length === 0) return <p className="muted">There is no run yet to hold it against.</p>;
  return (
    <div aria-live="polite">
      {summary.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {differences.length > 0 && (
        <ul className={classes.differences}>
          {differences.slice(0, SHOWN).map(({ executionId, title, at, kind, before: was, after: now }) => (
            <li key={executionId}>
              <Mark tone={MARKS[kind].tone} shape={MARKS[kind].shape}>
                {MARKS[kind].label}
              </Mark>{' '}
              <Link to={`/executions/${executionId}`}>{title}</Link>, <Age at={at} />: {levelsInWords(was.levels)} (
              {was.rule}) → {levelsInWords(now.levels)} ({now.rule})
            </li>
          ))}
          {differences.length > SHOWN && <li className="muted">and {differences.length - SHOWN} more</li>}
        </ul>
      )}
    </div>
  );
}
