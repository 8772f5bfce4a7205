import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Notice } from '../../../components/notice.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { PageSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { PolicyEditor } from './policy-editor.tsx';

/** Write other rules, see what they would have meant, and propose them to a second person. */
export default function PolicyEditPage(): ReactNode {
  const { policyId = 'new' } = useParams();
  const { orgId, has } = useWorkplace();
  const live = useLiveDocument(policyId === 'new' ? null : refs.policy(orgId, policyId));
  if (!has('treasurer', 'admin'))
    return <Notice title="Treasurers and administrators propose rules" message="Your role may read them." />;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this policy" />;
  if (policyId !== 'new' && live.kind === 'loading') return <PageSkeleton />;
  const policy = live.kind === 'ready' ? live.value : null;
  if (policyId !== 'new' && policy === null)
    return <Notice title="There is no such policy" message="The link may be mistyped, or from another organization." />;
  return (
    <>
      <PageHeader
        title={policy === null ? 'New approval rules' : `Change “${policy.name}”`}
        back={<Link to="/settings/policy">Approval rules</Link>}
        purpose="Nothing changes before a second person agrees. Below the rules you see what they would have meant."
      />
      <PolicyEditor key={policy?.version ?? 'new'} policy={policy} />
    </>
  );
}
