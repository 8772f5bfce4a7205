import type { Proposal } from '@countersign/domain/schemas/proposal';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { Mark } from '../../../components/state-mark.tsx';

/** A change that waits for a second person, in a sentence that leads to it. */
export function OpenProposal({ proposal }: { readonly proposal: Proposal }): ReactNode {
  return (
    <Mark tone="act" shape="half" wrap>
      <Link to={`/changes/${proposal.id}`}>{proposal.title}</Link>, proposed by <MemberName uid={proposal.proposedBy} />
      , <Age at={proposal.proposedAt} />; a second person decides
    </Mark>
  );
}
