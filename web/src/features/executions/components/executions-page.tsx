import type { ExecutionState } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { ExecutionList } from '../../../components/execution-list.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FilterLinks } from '../../../components/filter-links.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';

const PAGE = 30;
const FILTERS: readonly {
  readonly key: string;
  readonly label: string;
  readonly states: readonly ExecutionState[] | undefined;
}[] = [
  { key: '', label: 'All', states: undefined },
  { key: 'open', label: 'Open', states: ['planning', 'awaiting_approval', 'approved', 'applying'] },
  { key: 'done', label: 'Done', states: ['completed'] },
  { key: 'repair', label: 'Needs repair', states: ['needs_repair', 'drifted'] },
  { key: 'ended', label: 'Nothing done', states: ['rejected', 'cancelled', 'expired', 'failed'] },
];

export default function ExecutionsPage(): ReactNode {
  const { orgId } = useWorkplace();
  const [search] = useSearchParams();
  const chosen = FILTERS.find((filter) => filter.key === (search.get('show') ?? '')) ?? FILTERS[0];
  const list = useLiveList(refs.executions(orgId, chosen?.states ? { states: chosen.states } : {}), PAGE);
  return (
    <>
      <PageHeader title="Executions" purpose="Every run of every operation, newest first." />
      <FilterLinks label="Show" parameter="show" options={FILTERS} />
      {list.live.kind === 'loading' && <RowsSkeleton rows={8} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="executions" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty action={<Link to="/catalogue">See the catalogue</Link>}>
            No execution {chosen?.key === '' ? 'yet' : 'is in this state'}.
          </Empty>
        ) : (
          <ExecutionList executions={list.live.value} />
        ))}
      <More list={list} noun="executions" />
    </>
  );
}
