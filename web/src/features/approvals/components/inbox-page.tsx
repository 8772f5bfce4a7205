import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useWaitingExecutions } from '../../../app/decisions.ts';
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

const to = (execution: { readonly id: string }): string => `/approvals/${execution.id}`;

/** Plans that wait for signatures: those for the signed-in person first, the others below. */
export default function InboxPage(): ReactNode {
  const { me } = useWorkplace();
  const list = useWaitingExecutions();
  const now = useNow();

  return (
    <>
      <PageHeader
        title="Approvals"
        purpose="A signature is for exactly the plan you see. If anything in it changes, the signature is void."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={3} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="open requests" />}
      {list.live.kind === 'ready' && (
        <>
          <Section
            title="For you"
            count={list.live.value.filter((execution) => signingOf(execution, me, now).may).length}
          >
            {list.live.value.some((execution) => signingOf(execution, me, now).may) ? (
              <ExecutionList
                executions={list.live.value.filter((execution) => signingOf(execution, me, now).may)}
                to={to}
              />
            ) : (
              <Empty action={<Link to="/executions">See all executions</Link>}>Nothing waits for your signature.</Empty>
            )}
          </Section>
          {list.live.value.some((execution) => !signingOf(execution, me, now).may) && (
            <Section
              title="For others"
              count={list.live.value.filter((execution) => !signingOf(execution, me, now).may).length}
            >
              <ExecutionList
                executions={list.live.value.filter((execution) => !signingOf(execution, me, now).may)}
                to={to}
              />
            </Section>
          )}
        </>
      )}
      <More list={list} noun="requests" />
    </>
  );
}
