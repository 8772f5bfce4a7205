import { closedThrough } from '@countersign/domain/ledger/periods';
import { type ReactNode, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { type PeriodAction, nextActions } from '../api/periods.ts';
import { LedgerNav } from './ledger-nav.tsx';
import { OpenPeriodsForm } from './open-periods-form.tsx';
import { PeriodRow } from './period-row.tsx';
import { useOpenProposals } from './use-open-proposals.ts';
import classes from './periods.module.css';

/** A ledger has no more. */
const MOST = 499;

/** Days that are closed together: what is open, what is closed, and closing the next. */
export default function PeriodsPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.periods(orgId), MOST);
  const open = useOpenProposals();
  const [acting, setActing] = useState<{ readonly id: string; readonly action: PeriodAction } | null>(null);
  const periods = list.live.kind === 'ready' ? list.live.value : [];
  const actions = nextActions(periods);
  const closed = closedThrough(periods);
  const may = has('treasurer', 'admin');
  return (
    <>
      <PageHeader
        title="Periods"
        purpose={
          closed === null
            ? 'Every day is open. A period is closed with a checklist and by two people; then no entry counts for its days.'
            : `Every day up to ${closed} is closed: what comes late counts for the first open day, and says so.`
        }
      />
      <LedgerNav />
      {list.live.kind === 'loading' && <RowsSkeleton rows={6} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="periods" />}
      {list.live.kind === 'ready' && periods.length === 0 && (
        <Empty>
          No period is open yet, so that nothing can be closed.{' '}
          {may ? 'Open those of a year below.' : 'A treasurer or an admin opens them.'}
        </Empty>
      )}
      {periods.length > 0 && (
        <ul className={classes.list}>
          {periods.map((period) => (
            <PeriodRow
              key={period.id}
              period={period}
              proposals={open.filter(({ change }) => change.kind === 'period.change' && change.periodId === period.id)}
              isNext={actions.get(period.id)?.includes('close') ?? false}
              actions={may ? (actions.get(period.id) ?? []) : []}
              acting={acting?.id === period.id ? acting.action : null}
              onAct={(action) => setActing(action === null ? null : { id: period.id, action })}
            />
          ))}
        </ul>
      )}
      <More list={list} noun="periods" />
      {may && list.live.kind === 'ready' && (
        <Section title="Open periods">
          <OpenPeriodsForm periods={periods} />
        </Section>
      )}
    </>
  );
}
