import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import type { UnknownProposal } from '@countersign/domain/schemas/unknown';
import { Button, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { Section } from '../../../components/section.tsx';
import { refs } from '../../../refs.ts';
import classes from './unknown.module.css';

const PAGE = 20;

/** What one person has found out, for another to decide. */
export function OpenProposals(): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.unknownProposals(orgId, 'open'), PAGE);
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what="proposals" />;
  if (list.live.kind === 'loading' || list.live.value.length === 0) return null;
  return (
    <Section title="Waits for a second person" count={list.live.value.length}>
      <ul className={classes.list}>
        {list.live.value.map((proposal) => (
          <Proposal key={proposal.id} proposal={proposal} />
        ))}
      </ul>
    </Section>
  );
}

function Proposal({ proposal }: { readonly proposal: UnknownProposal }): ReactNode {
  const { me, has } = useWorkplace();
  const [reason, setReason] = useState('');
  const command = useCommand('decideUnknownSettlement');
  const own = proposal.proposedBy === me.uid;
  const decide = (decision: 'approve' | 'reject'): void =>
    void command.run({ proposalId: proposal.id, decision, reason });
  const ready = reason.trim().length >= 3;
  return (
    <li className={classes.proposal}>
      <p>
        <MemberName uid={proposal.proposedBy} />, <Age at={proposal.proposedAt} />:{' '}
        {plural(proposal.effects.length, 'effect')} of{' '}
        <Link to={`/executions/${proposal.executionId}`}>{proposal.title}</Link>
        {proposal.totals.length > 0 && `, ${amountsInWords(proposal.totals)},`}{' '}
        {proposal.finding === 'paid' ? 'went out' : 'did not go out'}
        {proposal.providerId !== null && (
          <>
            {' '}
            (<span className="mono">{proposal.providerId}</span>)
          </>
        )}
        . “{proposal.comment.proposed}”
      </p>
      {has('treasurer', 'approver', 'executive', 'admin') && (
        <div className={classes.form}>
          <Textarea
            label="Reason for your decision"
            maxLength={1000}
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <CommandProblem failure={command.failure} />
          <div className={classes.buttons}>
            {!own && (
              <Button loading={command.pending} disabled={!ready} onClick={() => decide('approve')}>
                {proposal.finding === 'paid' ? 'Agree: it went out' : 'Agree: it did not go out'}
              </Button>
            )}
            <Button variant="default" disabled={!ready || command.pending} onClick={() => decide('reject')}>
              {own ? 'Take it back' : 'Refuse'}
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}
