import type { Origin } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Instant } from '../../../components/instant.tsx';

/** Later than this is said. */
const LATE_MS = 5 * 60_000;

/** Why this run is, unless somebody simply asked for it. */
export function OriginText({
  origin,
  requestedAt,
}: {
  readonly origin: Origin;
  readonly requestedAt: string;
}): ReactNode {
  if (origin.kind === 'request') return null;
  if (origin.kind === 'schedule') {
    const lateMs = origin.dueAt === null ? 0 : Date.parse(requestedAt) - Date.parse(origin.dueAt);
    return (
      <>
        <Link to="/schedules">By schedule</Link>
        {origin.dueAt !== null && (
          <>
            , due <Instant at={origin.dueAt} />
            {lateMs > LATE_MS && <strong>, {Math.round(lateMs / 60_000).toLocaleString('en')} min late</strong>}
          </>
        )}
        .{' '}
      </>
    );
  }
  return (
    <>
      {origin.kind === 'resume' ? 'Finishes what was left by ' : 'Runs again '}
      <Link to={`/executions/${origin.executionId ?? ''}`}>an earlier run</Link>.{' '}
    </>
  );
}
