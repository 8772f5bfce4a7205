import type { Proposal } from '@countersign/domain/schemas/proposal';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FilterLinks } from '../../../components/filter-links.tsx';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './changes.module.css';

const PAGE = 30;
const FILTERS = [
  { key: '', label: 'Waiting' },
  { key: 'decided', label: 'Decided' },
] as const;

export const PROPOSAL_MARKS = {
  open: { tone: 'act', shape: 'half', label: 'Waits for a second person' },
  applied: { tone: 'good', shape: 'disc-check', label: 'In force' },
  rejected: { tone: 'bad', shape: 'cross', label: 'Refused' },
  withdrawn: { tone: 'quiet', shape: 'bar', label: 'Taken back' },
} as const satisfies Record<Proposal['state'], { tone: string; shape: string; label: string }>;

/** Changes of rules, roles, keys and code: proposed by one person, decided by another. */
export default function ChangesPage(): ReactNode {
  const { orgId } = useWorkplace();
  const [search] = useSearchParams();
  const decided = search.get('show') === 'decided';
  const list = useLiveList(refs.proposals(orgId, decided ? ['applied', 'rejected', 'withdrawn'] : ['open']), PAGE);
  return (
    <>
      <PageHeader
        title="Changes"
        purpose="Approval rules, roles, keys, allowed hosts and plugin versions change only when a second person agrees."
      />
      <FilterLinks label="Show" parameter="show" options={FILTERS} />
      {list.live.kind === 'loading' && <RowsSkeleton rows={5} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="changes" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty action={<Link to="/settings">See the settings</Link>}>
            {decided ? 'No change has been decided yet.' : 'No change waits for a decision.'}
          </Empty>
        ) : (
          <ul className={classes.list}>
            {list.live.value.map((proposal) => (
              <li key={proposal.id}>
                <Link to={`/changes/${proposal.id}`} className={classes.row}>
                  <span className={classes.title}>{proposal.title}</span>
                  <span className={classes.by}>
                    <MemberName uid={proposal.proposedBy} />, <Age at={proposal.proposedAt} />
                  </span>
                  <Mark tone={PROPOSAL_MARKS[proposal.state].tone} shape={PROPOSAL_MARKS[proposal.state].shape}>
                    {PROPOSAL_MARKS[proposal.state].label}
                  </Mark>
                </Link>
              </li>
            ))}
          </ul>
        ))}
      <More list={list} noun="changes" />
    </>
  );
}
