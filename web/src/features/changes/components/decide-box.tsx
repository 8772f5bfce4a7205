import type { Proposal } from '@countersign/domain/schemas/proposal';
import { Button, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Section } from '../../../components/section.tsx';
import classes from './changes.module.css';

/** Decide on a proposal of somebody else's, or take back one's own; always with a reason. */
export function DecideBox({ proposal }: { readonly proposal: Proposal }): ReactNode {
  const { me } = useWorkplace();
  const [reason, setReason] = useState('');
  const command = useCommand('decideChange');
  const own = proposal.proposedBy === me.uid;
  const decide = (decision: 'approve' | 'reject' | 'withdraw'): void =>
    void command.run({ proposalId: proposal.id, digest: proposal.digest, decision, reason });
  const ready = reason.trim().length >= 3;
  if (!own && isAbout(proposal.change, me.uid))
    return (
      <Section title="Your decision">
        <p className="muted">It is about you, so somebody else decides it.</p>
      </Section>
    );
  return (
    <Section title={own ? 'Take it back' : 'Your decision'}>
      <form className={classes.form} onSubmit={(event) => event.preventDefault()}>
        <Textarea
          label="Reason"
          description={
            own
              ? 'Somebody else decides what you have proposed; you can take it back.'
              : 'The audit log keeps it. You decide on exactly what is shown above.'
          }
          required
          withAsterisk={false}
          maxLength={1000}
          rows={3}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <CommandProblem failure={command.failure} />
        <div className={classes.buttons}>
          {own ? (
            <Button variant="default" loading={command.pending} disabled={!ready} onClick={() => decide('withdraw')}>
              Take it back
            </Button>
          ) : (
            <>
              <Button loading={command.pending} disabled={!ready} onClick={() => decide('approve')}>
                Put it into force
              </Button>
              <Button variant="default" disabled={!ready || command.pending} onClick={() => decide('reject')}>
                Refuse
              </Button>
            </>
          )}
        </div>
      </form>
    </Section>
  );
}

/** The server refuses it as well: nobody decides on their own roles, or on whose accounts are theirs. */
function isAbout(change: Proposal['change'], uid: string): boolean {
  return (change.kind === 'member.roles' || change.kind === 'member.payees') && change.uid === uid;
}
