import type { Delegation } from '@countersign/domain/schemas/delegation';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { type LiveList, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Button } from '@mantine/core';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { useNow } from '../../../components/now.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { DelegateForm } from './delegate-form.tsx';
import classes from './delegations.module.css';

const PAGE = 30;

/** Who signs for this member, and for whom this member signs, with the day on which it ends. */
export default function DelegationsPage(): ReactNode {
  const { orgId, me } = useWorkplace();
  // Those that have ended since the page was opened stay, and say so.
  const [openedAt] = useState(() => new Date().toISOString());
  const mine = useLiveList(refs.delegationsFrom(orgId, me.uid, openedAt), PAGE);
  const others = useLiveList(refs.delegationsTo(orgId, me.uid, openedAt), PAGE);
  return (
    <>
      <PageHeader
        title="Delegations"
        back={<Link to="/settings">Settings</Link>}
        purpose="While a delegation is in force, the two people count as one: neither signs what the other asked for or has signed."
      />
      <Side title="Who signs for you" list={mine} empty="Nobody signs for you.">
        {(delegation) => <MemberName uid={delegation.toUid} />}
      </Side>
      <Side title="For whom you sign" list={others} empty="You sign for nobody else.">
        {(delegation) => <MemberName uid={delegation.fromUid} />}
      </Side>
      <DelegateForm />
    </>
  );
}

function Side({
  title,
  list,
  empty,
  children,
}: {
  readonly title: string;
  readonly list: LiveList<Delegation>;
  readonly empty: string;
  readonly children: (delegation: Delegation) => ReactNode;
}): ReactNode {
  return (
    <Section title={title} count={list.live.kind === 'ready' ? list.live.value.length : undefined}>
      {list.live.kind === 'loading' && <RowsSkeleton rows={2} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="delegations" />}
      {list.live.kind === 'ready' && list.live.value.length === 0 && <Empty>{empty}</Empty>}
      {list.live.kind === 'ready' && (
        <ul>
          {list.live.value.map((delegation) => (
            <Row key={delegation.id} delegation={delegation} who={children(delegation)} />
          ))}
        </ul>
      )}
      <More list={list} noun="delegations" />
    </Section>
  );
}

function Row({ delegation, who }: { readonly delegation: Delegation; readonly who: ReactNode }): ReactNode {
  const now = new Date(useNow()).toISOString();
  const command = useCommand('endDelegation');
  const ended = delegation.endedAt !== null || delegation.endsAt <= now;
  // One that began when it was made is in force, also where this clock is behind the server's.
  const waits = delegation.startsAt > delegation.createdAt && delegation.startsAt > now;
  const state = ended ? 'Ended' : waits ? 'Not yet' : 'In force';
  return (
    <li className={classes.row}>
      <Mark
        tone={state === 'In force' ? 'good' : 'quiet'}
        shape={ended ? 'bar' : state === 'Not yet' ? 'clock' : 'disc-check'}
      >
        {state}
      </Mark>
      <span>
        {who}
        <span className={classes.second}>
          as {delegation.roles.join(', ')}, from <Instant at={delegation.startsAt} /> until{' '}
          <Instant at={delegation.endsAt} />
        </span>
        <span className={classes.second}>
          “{delegation.comment}”
          {delegation.createdBy !== delegation.fromUid && (
            <>
              , set up by <MemberName uid={delegation.createdBy} />
            </>
          )}
        </span>
        <CommandProblem failure={command.failure} />
      </span>
      {!ended && (
        <Button
          variant="default"
          size="xs"
          loading={command.pending}
          onClick={() => void command.run({ delegationId: delegation.id })}
        >
          End it now
        </Button>
      )}
    </li>
  );
}
