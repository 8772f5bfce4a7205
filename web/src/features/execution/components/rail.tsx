import type { Approval } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { END_STATES } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { mayOpen } from '../../../app/access.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Age, Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { SignBox } from '../../../components/sign-box.tsx';
import { levelsOf, people } from '../../../components/signing.ts';
import { refs } from '../../../refs.ts';
import { CancelBox } from './cancel-box.tsx';
import classes from './rail.module.css';
import { Steps } from './steps.tsx';

/** More people than any policy asks for. */
const APPROVALS = 50;

/** Beside the plan: who must sign, the decision, what happened so far, and what the signature is bound to. */
export function Rail({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan } = execution;
  const { me, orgId } = useWorkplace();
  const approvals = useLiveList(refs.approvals(orgId, execution.id), APPROVALS);
  const decisions = approvals.live.kind === 'ready' ? approvals.live.value : execution.approvals;
  const open = !END_STATES.includes(execution.state);
  return (
    <aside className={classes.rail} aria-label="Decision and history">
      {plan && (
        <section className={`${classes.part} ${classes.decision}`}>
          <h2>Signatures</h2>
          <ul className={classes.levels}>
            {levelsOf(execution).map((level) => (
              <li key={level.level}>
                <span>
                  {people(level)[0]?.toUpperCase()}
                  {people(level).slice(1)}
                </span>
                <span className="tabular muted">
                  {level.signed.length}/{level.people}
                </span>
                <Decisions decisions={decisions.filter(({ level: at }) => at === level.level)} />
              </li>
            ))}
          </ul>
          <SignBox execution={execution} />
        </section>
      )}
      <div className={classes.facts}>
        <section className={classes.part}>
          <h2>What happened</h2>
          <Steps execution={execution} />
          {mayOpen('/audit', me.roles) && (
            <Link to={`/audit?execution=${execution.id}`}>Whole story in the audit log</Link>
          )}
          {!open && mayOpen('/evidence', me.roles) && (
            <p>
              <Link to={`/evidence?execution=${execution.id}`}>Evidence pack of this run</Link>
            </p>
          )}
        </section>
        {plan && (
          <section className={classes.part}>
            <h2>Bound to the signature</h2>
            <dl className={classes.bound}>
              <dt>Digest</dt>
              <dd>
                <CopyText text={plan.digest} label="digest" />
              </dd>
              {execution.state === 'awaiting_approval' && (
                <>
                  <dt>Expires</dt>
                  <dd>
                    <Instant at={plan.expiresAt} />
                    <br />
                    <span className="muted">
                      <Age at={plan.expiresAt} />
                    </span>
                  </dd>
                </>
              )}
              <dt>Pays through</dt>
              <dd>
                Stripe <span className="mono">{plan.provider.account}</span>, {plan.provider.mode}
              </dd>
              {execution.inputs.map((input) => (
                <div key={input.fileId} className={classes.fact}>
                  <dt>File</dt>
                  <dd>
                    {input.name} <CopyText text={input.sha256} label="SHA-256 of the file" />
                  </dd>
                </div>
              ))}
              <dt>Code</dt>
              <dd>
                {execution.plugin.name} {execution.plugin.version}{' '}
                <CopyText text={execution.plugin.codeHash} label="code hash" />
              </dd>
              <dt>Rule</dt>
              <dd>
                {plan.policy.rule}
                <br />
                <span className="muted">
                  {plan.policy.id}, version {plan.policy.version}
                </span>
              </dd>
            </dl>
          </section>
        )}
        {open && <CancelBox execution={execution} />}
      </div>
    </aside>
  );
}

type Decided = Pick<Approval, 'uid' | 'at'> & Partial<Pick<Approval, 'decision' | 'comment'>>;

/** Signatures and refusals of one level. A role that may not read the approvals sees the signatures without comments. */
function Decisions({ decisions }: { readonly decisions: readonly Decided[] }): ReactNode {
  return decisions.map(({ uid, at, decision, comment }) => (
    <span key={uid} className={classes.signed}>
      {decision === 'rejected' && 'Rejected by '}
      <MemberName uid={uid} you={false} />, <Instant at={at} />
      {comment !== undefined && comment !== '' && <span className={classes.comment}>“{comment}”</span>}
    </span>
  ));
}
