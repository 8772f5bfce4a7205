import type { Proposal } from '@countersign/domain/schemas/proposal';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { ClosingChecklist } from '../../../components/closing-checklist.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { ReasonText } from '../../../components/reason-text.tsx';
import { PageSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { beforeOf, factsOf, proposedOf } from '../api/change-facts.ts';
import { PROPOSAL_MARKS } from './changes-page.tsx';
import { DecideBox } from './decide-box.tsx';
import { Facts } from './facts.tsx';
import { PolicyInWords, isReordered } from './policy-in-words.tsx';
import classes from './changes.module.css';

/** One change: what it does, what there was, why, and the decision on exactly this. */
export default function ChangePage(): ReactNode {
  const { proposalId = '' } = useParams();
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.proposal(orgId, proposalId));
  if (live.kind === 'loading') return <PageSkeleton />;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this change" />;
  if (live.value === null)
    return (
      <>
        <PageHeader title="No such change" back={<Link to="/changes">Changes</Link>} />
        <Empty action={<Link to="/changes">See all changes</Link>}>
          The link may be mistyped, or from another organization.
        </Empty>
      </>
    );
  return <Change proposal={live.value} />;
}

function Change({ proposal }: { readonly proposal: Proposal }): ReactNode {
  const mark = PROPOSAL_MARKS[proposal.state];
  const before: unknown = JSON.parse(proposal.before);
  const proposed = proposedOf(proposal.change);
  const [facts, factsBefore] = [factsOf(proposed), factsOf(beforeOf(proposal.change, before))];
  return (
    <>
      <PageHeader title={proposal.title} back={<Link to="/changes">Changes</Link>} />
      <dl className={classes.facts}>
        <dt>State</dt>
        <dd>
          <Mark tone={mark.tone} shape={mark.shape}>
            {mark.label}
          </Mark>
        </dd>
        <dt>Proposed by</dt>
        <dd>
          <MemberName uid={proposal.proposedBy} />, <Instant at={proposal.proposedAt} />
        </dd>
        <dt>Reason</dt>
        <dd>
          <ReasonText of={proposal.reason} />
        </dd>
        {proposal.decidedBy !== null && proposal.decidedAt !== null ? (
          <>
            <dt>Decided by</dt>
            <dd>
              <MemberName uid={proposal.decidedBy} />, <Instant at={proposal.decidedAt} />
              {proposal.decisionReason !== null && (
                <>
                  : <ReasonText of={proposal.decisionReason} />
                </>
              )}
            </dd>
          </>
        ) : (
          <>
            <dt>Can be decided until</dt>
            <dd>
              <Instant at={proposal.expiresAt} />
            </dd>
          </>
        )}
      </dl>
      {proposal.impact.length > 0 && proposal.change.kind === 'period.change' && (
        <Section title={proposal.change.action === 'reopen' ? 'What it means' : 'Closing checklist'}>
          <ClosingChecklist impact={proposal.impact} />
        </Section>
      )}
      {proposal.impact.length > 0 && proposal.change.kind !== 'period.change' && (
        <Section title="What it would have meant for past runs" count={proposal.impact.length}>
          <ul className={classes.impact}>
            {proposal.impact.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Before and after">
        {proposal.change.kind === 'policy.set' && isReordered(before, proposed) && (
          <p className={classes.remark}>Rules that stay stand in another order. The first that fits decides.</p>
        )}
        {proposal.change.kind === 'policy.set' ? (
          <Sides
            now={<PolicyInWords value={before} other={proposed} />}
            proposed={<PolicyInWords value={proposed} other={before} />}
          />
        ) : (
          <Sides
            now={<Facts facts={factsBefore} other={facts} />}
            proposed={<Facts facts={facts} other={factsBefore} />}
          />
        )}
        <details>
          <summary>Exactly as it is stored</summary>
          <Sides now={<Value value={before} />} proposed={<Value value={proposed} />} />
        </details>
      </Section>
      {proposal.state === 'open' && <DecideBox proposal={proposal} />}
    </>
  );
}

function Sides({ now, proposed }: { readonly now: ReactNode; readonly proposed: ReactNode }): ReactNode {
  return (
    <div className={classes.sides}>
      <div className={classes.side}>
        <h3>Now</h3>
        {now}
      </div>
      <div className={classes.side}>
        <h3>Proposed</h3>
        {proposed}
      </div>
    </div>
  );
}

function Value({ value }: { readonly value: unknown }): ReactNode {
  return <pre className={classes.value}>{readable(value)}</pre>;
}

function readable(value: unknown): string {
  if (value === null) return 'Nothing yet';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return value.length === 0 ? 'None' : value.join('\n');
  return JSON.stringify(value, null, 2);
}
