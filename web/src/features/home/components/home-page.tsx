import type { Execution } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useWaitingExecutions } from '../../../app/decisions.ts';
import { type LiveList, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { ExecutionList } from '../../../components/execution-list.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { useNow } from '../../../components/now.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { signingOf } from '../../../components/signing.ts';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';

const MINE = 8;
const NEWEST = 5;
const REPAIR = 8;

/** What needs this person, in the order of urgency: decisions, own requests, repairs. */
export function HomePage(): ReactNode {
  const { orgId, me, has } = useWorkplace();
  const waiting = useWaitingExecutions();
  const mayRun = has('operator');
  const mine = useLiveList(mayRun ? refs.executions(orgId, { requestedBy: me.uid }) : null, MINE);
  const newest = useLiveList(mayRun ? null : refs.executions(orgId, {}), NEWEST);
  const repair = useLiveList(refs.executions(orgId, { states: ['needs_repair', 'drifted'] }), REPAIR);
  const now = useNow();
  // Only for those whom a policy can ask: for the others the section would be empty for ever.
  const signs =
    has('approver', 'treasurer', 'admin') ||
    countReady(waiting, (execution) => signingOf(execution, me, now).may) !== undefined;

  return (
    <>
      <PageHeader title="Home" purpose="What waits for you, what you asked for, and what has to be repaired." />
      {signs && (
        <Section
          title="Needs my decision"
          count={countReady(waiting, (execution) => signingOf(execution, me, now).may)}
        >
          <Rows
            list={waiting}
            keep={(execution) => signingOf(execution, me, now).may}
            to={(execution) => `/approvals/${execution.id}`}
            what="open requests"
          >
            <Empty>Nothing waits for your signature.</Empty>
          </Rows>
        </Section>
      )}
      {mayRun ? (
        <Section title="My requests" aside={<Link to="/catalogue">New run</Link>}>
          <Rows list={mine} what="your requests">
            <Empty action={<Link to="/catalogue">Run an operation</Link>}>You have not asked for a run yet.</Empty>
          </Rows>
        </Section>
      ) : (
        <Section title="Newest runs" aside={<Link to="/executions">All executions</Link>}>
          <Rows list={newest} what="executions" more={false}>
            <Empty>No run was asked for yet.</Empty>
          </Rows>
        </Section>
      )}
      <Section title="Needs repair" count={countReady(repair)}>
        <Rows list={repair} what="executions">
          <Empty>Every execution that moved money went through, or was ended on purpose.</Empty>
        </Rows>
      </Section>
    </>
  );
}

function countReady(
  list: LiveList<Execution>,
  keep: (execution: Execution) => boolean = () => true,
): number | undefined {
  if (list.live.kind !== 'ready') return undefined;
  const count = list.live.value.filter(keep).length;
  return count > 0 ? count : undefined;
}

function Rows({
  list,
  keep = () => true,
  to,
  what,
  more = true,
  children,
}: {
  readonly list: LiveList<Execution>;
  readonly keep?: (execution: Execution) => boolean;
  readonly to?: (execution: Execution) => string;
  readonly what: string;
  readonly more?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  if (list.live.kind === 'loading') return <RowsSkeleton rows={2} />;
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what={what} />;
  const rows = list.live.value.filter(keep);
  return (
    <>
      {rows.length === 0 ? children : <ExecutionList executions={rows} {...(to ? { to } : {})} />}
      {more && <More list={list} noun="executions" />}
    </>
  );
}
