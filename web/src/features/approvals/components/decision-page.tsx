import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { plural } from '@countersign/domain/plan/sentence';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age, Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { Totals } from '../../../components/money.tsx';
import { useNow } from '../../../components/now.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { SignBox } from '../../../components/sign-box.tsx';
import { signingOf } from '../../../components/signing.ts';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { unusualFacts } from '../../../components/unusual-facts.ts';
import { effectsInWords } from '../../../components/effects-in-words.ts';
import { unbroken } from '../../../components/unbroken.ts';
import { refs } from '../../../refs.ts';
import classes from './decision-page.module.css';

const MOST_FACTS = 3;

/** One request on one screen, made for a thumb: what leaves, from where, to whom, by when, what is unusual. */
export default function DecisionPage(): ReactNode {
  const { orgId } = useWorkplace();
  const { executionId = '' } = useParams();
  const live = useLiveDocument(refs.execution(orgId, executionId));
  if (live.kind === 'loading') return <RowsSkeleton rows={5} />;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this request" />;
  if (!live.value)
    return <Empty action={<Link to="/approvals">Back to approvals</Link>}>There is no such request.</Empty>;
  return <Decision execution={live.value} />;
}

function Decision({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan } = execution;
  const waiting = execution.state === 'awaiting_approval';
  return (
    <div className={classes.page}>
      <PageHeader title={execution.title} back={<Link to="/approvals">Approvals</Link>} />
      {plan ? (
        <>
          <div className={classes.amount}>
            <p className={classes.what} aria-live="polite">
              <StateMark execution={execution} />
              <span className="muted">{effectsInWords(plan)}</span>
            </p>
            <Totals totals={plan.totals} size="large" empty="No money leaves" />
          </div>
          {execution.error && <p className={classes.error}>{unbroken(execution.error.message)}</p>}
          <Unusual execution={execution} plan={plan} />
          <Facts execution={execution} plan={plan} />
        </>
      ) : (
        <p>There is no plan yet.</p>
      )}
      <p className={classes.whole}>
        <Link to={`/executions/${execution.id}`}>
          {waiting ? 'See every effect and the ledger entries' : 'See what becomes of every effect'}
        </Link>
      </p>
      <div className={classes.sign}>
        <SignBox execution={execution} explained />
        <div role="status">{!waiting && plan && <p>This request is decided. Nothing is asked of you.</p>}</div>
      </div>
    </div>
  );
}

const transfersOnly = (plan: Plan): boolean =>
  plan.effectsByKind.some(({ kind }) => kind === 'stripe.transfer') &&
  plan.effectsByKind.every(({ kind }) => kind !== 'stripe.payout');

function Unusual({ execution, plan }: { readonly execution: Execution; readonly plan: Plan }): ReactNode {
  const facts = unusualFacts(plan);
  if (facts.length === 0) return <p className={classes.calm}>Nothing unusual was found.</p>;
  return (
    <div className={classes.unusual}>
      <h2>Unusual</h2>
      <ul>
        {facts.slice(0, MOST_FACTS).map((fact) => (
          <li key={fact}>{unbroken(fact)}</li>
        ))}
        {facts.length > MOST_FACTS && (
          <li>
            <Link to={`/executions/${execution.id}`}>and {facts.length - MOST_FACTS} more</Link>
          </li>
        )}
      </ul>
    </div>
  );
}

function Facts({ execution, plan }: { readonly execution: Execution; readonly plan: Plan }): ReactNode {
  const { me } = useWorkplace();
  const signing = signingOf(execution, me, useNow());
  return (
    <dl className={classes.facts}>
      {plan.totals.length === 0 ? (
        <>
          <dt>Does</dt>
          <dd>{unbroken(plan.sentence)}</dd>
        </>
      ) : (
        <>
          <dt>From</dt>
          <dd>
            {transfersOnly(plan)
              ? "The platform's Stripe balance"
              : `Stripe balances of ${plural(plan.payeeCount, 'connected account')}`}
            {plan.provider.mode === 'test' && <span className="muted">, test mode</span>}
          </dd>
          <dt>To</dt>
          <dd>
            {transfersOnly(plan) ? '' : 'Their banks: '}
            {plural(plan.payeeCount, 'payee')}
            {plan.newPayeeCount > 0 && <strong>, {plan.newPayeeCount.toLocaleString('en')} new</strong>}
          </dd>
        </>
      )}
      {plan.risk !== null && (
        <>
          <dt>Risk</dt>
          <dd>
            {plan.risk.band} ({plan.risk.score} points)
          </dd>
        </>
      )}
      <dt>Asked by</dt>
      <dd>
        <MemberName uid={execution.requestedBy} />, <Age at={execution.requestedAt} />
      </dd>
      {execution.state === 'awaiting_approval' && (
        <>
          <dt>Decide by</dt>
          <dd>
            <Instant at={plan.expiresAt} />, <Age at={plan.expiresAt} />
          </dd>
        </>
      )}
      {signing.may && (
        <>
          <dt>Why you</dt>
          <dd>{signing.why}</dd>
        </>
      )}
    </dl>
  );
}
