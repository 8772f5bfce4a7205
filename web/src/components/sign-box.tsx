import { approveLabel, plural } from '@countersign/domain/plan/sentence';
import type { Execution } from '@countersign/domain/schemas/execution';
import { Button, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useCommand } from '../app/command.ts';
import { useWorkplace } from '../app/organization.tsx';
import { CommandProblem } from './command-problem.tsx';
import { useNow } from './now.ts';
import classes from './sign-box.module.css';
import { signatureCount, signingOf } from './signing.ts';
import { unbroken } from './unbroken.ts';

/**
 * Sign or refuse exactly the plan that is on the screen. The digest is taken when the box appears: when the plan
 * changes under the reader's eyes, the old digest is void and the box says so before anything is signed.
 */
export function SignBox({
  execution,
  explained = false,
}: {
  readonly execution: Execution;
  /** The page says already why this person is asked. */
  readonly explained?: boolean;
}): ReactNode {
  const { me } = useWorkplace();
  const now = useNow();
  const signing = signingOf(execution, me, now);
  if (execution.state !== 'awaiting_approval' || !execution.plan) return null;
  if (!signing.may) return <p className={classes.why}>{signing.why}</p>;
  return (
    <Decision
      key={execution.id}
      execution={execution}
      plan={execution.plan}
      why={explained ? null : signing.why}
      last={signing.last}
    />
  );
}

function Decision({
  execution,
  plan,
  why,
  last,
}: {
  readonly execution: Execution;
  readonly plan: NonNullable<Execution['plan']>;
  readonly why: string | null;
  readonly last: boolean;
}): ReactNode {
  const [digest, setDigest] = useState(plan.digest);
  const [rejecting, setRejecting] = useState(false);
  const [returned, setReturned] = useState(false);
  const [reason, setReason] = useState('');
  const [comment, setComment] = useState('');
  const approve = useCommand('approveExecution');
  const reject = useCommand('rejectExecution');
  const busy = approve.pending || reject.pending;
  const stale =
    digest !== plan.digest || approve.failure?.code === 'stale_digest' || reject.failure?.code === 'stale_digest';
  const { signed, needed } = signatureCount(execution);

  if (stale) {
    return (
      <div className={classes.box}>
        <p className={classes.stale} role="alert">
          <strong>The plan has changed since you opened it.</strong> Nothing was signed. Read the new figures above,
          then decide on them.
        </p>
        <Button
          variant="default"
          disabled={digest === plan.digest && approve.failure === null && reject.failure === null}
          onClick={() => {
            setDigest(plan.digest);
            approve.reset();
            reject.reset();
          }}
        >
          I have read the new plan
        </Button>
      </div>
    );
  }

  const submitReject = (event: FormEvent): void => {
    event.preventDefault();
    void reject.run({ executionId: execution.id, digest, reason });
  };

  return (
    <div className={classes.box}>
      <p className={classes.why}>
        {why} {needed > 1 && `${signed} of ${needed} have signed.`}{' '}
        {last
          ? plan.totals.length > 0
            ? 'Yours is the last signature: the money leaves at once.'
            : 'Yours is the last signature: it is done at once.'
          : ''}
      </p>
      {rejecting ? (
        <form className={classes.form} onSubmit={submitReject}>
          <Textarea
            label="Reason for rejecting"
            description="The requester and the audit log get it."
            required
            minLength={3}
            maxLength={1000}
            rows={3}
            withAsterisk={false}
            autoFocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <CommandProblem failure={reject.failure} />
          <div className={classes.actions}>
            <Button type="submit" color="red" loading={reject.pending} disabled={reason.trim().length < 3}>
              Reject this plan
            </Button>
            <Button
              variant="default"
              disabled={busy}
              onClick={() => {
                setReturned(true);
                setRejecting(false);
              }}
            >
              Back
            </Button>
          </div>
        </form>
      ) : (
        <>
          <details>
            <summary>Add a comment</summary>
            <Textarea
              aria-label="Comment on your signature"
              maxLength={1000}
              rows={2}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
          </details>
          <CommandProblem failure={approve.failure} />
          <div className={classes.actions}>
            <Button
              className={classes.approve ?? ''}
              loading={approve.pending}
              disabled={busy}
              onClick={() => void approve.run({ executionId: execution.id, digest, comment })}
            >
              {unbroken(
                plan.totals.length > 0
                  ? approveLabel(plan.totals, plan.payeeCount)
                  : `Approve ${plural(plan.effectCount, 'effect')}`,
              )}
            </Button>
            <Button variant="default" disabled={busy} autoFocus={returned} onClick={() => setRejecting(true)}>
              Reject…
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
