import type { Operation } from '@countersign/domain/schemas/plugin';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { Notice } from '../../../components/notice.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ReasonForm } from '../../../components/reason-form.tsx';
import { Section } from '../../../components/section.tsx';
import { PageSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { draftOf, emptyDraft } from '../api/schedule-draft.ts';
import { ScheduleForm } from './schedule-form.tsx';
import { ScheduleMark } from './schedules-page.tsx';
import classes from './schedules.module.css';

const OPERATIONS = 100;
const CALENDARS = 100;

/** One schedule: what it is now, and the form that changes it; or a new one. */
export default function SchedulePage(): ReactNode {
  const { scheduleId = 'new' } = useParams();
  const { orgId, organization } = useWorkplace();
  const isNew = scheduleId === 'new';
  const live = useLiveDocument(isNew ? null : refs.schedule(orgId, scheduleId));
  const operations = useLiveList(refs.operations(orgId), OPERATIONS);
  const calendars = useLiveList(refs.calendars(orgId), CALENDARS);
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this schedule" />;
  if (operations.live.kind === 'failed') return <Failure failure={operations.live.failure} what="operations" />;
  if (calendars.live.kind === 'failed') return <Failure failure={calendars.live.failure} what="calendars" />;
  if ((!isNew && live.kind === 'loading') || operations.live.kind === 'loading' || calendars.live.kind === 'loading')
    return <PageSkeleton />;
  const schedule = live.kind === 'ready' ? live.value : null;
  if (!isNew && (schedule === null || schedule.deletedAt !== null))
    return (
      <Notice
        title="There is no such schedule"
        message="It may have been deleted. The runs that came of it are kept."
      />
    );
  const choices = operations.live.value.filter(({ active, id }) => active || id === schedule?.operationId);
  const operation = choices.find(({ id }) => id === schedule?.operationId);
  return (
    <>
      <PageHeader
        title={schedule === null ? 'New schedule' : schedule.title}
        back={<Link to="/schedules">Schedules</Link>}
      />
      {schedule !== null && <Now schedule={schedule} />}
      <ScheduleForm
        // Somebody else's change starts the form anew: it is never saved over unseen.
        key={schedule === null ? 'new' : `${schedule.id}-${schedule.cron}-${schedule.updatedAt}`}
        schedule={schedule}
        first={schedule === null ? withOnly(emptyDraft(organization.timeZone), choices) : draftOf(schedule, operation)}
        operations={choices}
        calendars={calendars.live.value}
      />
      {schedule !== null && <Steps schedule={schedule} />}
    </>
  );
}

/** Where there is one operation, it is chosen. */
function withOnly(draft: ReturnType<typeof emptyDraft>, operations: readonly Operation[]): typeof draft {
  return operations.length === 1 ? { ...draft, operationId: operations[0]?.id ?? '' } : draft;
}

function Now({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const { me } = useWorkplace();
  return (
    <p style={{ marginBottom: 20 }}>
      <ScheduleMark schedule={schedule} />, made by <MemberName uid={schedule.madeBy} you={false} />,{' '}
      <Age at={schedule.updatedAt} />
      {schedule.problem !== null && <>. {schedule.problem.message}</>}
      {schedule.madeBy !== me.uid && '. Whoever saves it takes it over, and can not sign its runs from then on.'}
    </p>
  );
}

type Open = 'none' | 'pause' | 'delete';

function Steps({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const { has } = useWorkplace();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>('none');
  const pause = useCommand('pauseSchedule');
  const resume = useCommand('resumeSchedule');
  const remove = useCommand('deleteSchedule');
  if (!has('operator', 'treasurer', 'admin')) return null;
  const scheduleId = schedule.id;
  return (
    <Section title="Pause or delete">
      <p className="muted">Times that pass while it is paused are not run. A deleted schedule never runs again.</p>
      <div className={classes.actions} style={{ marginTop: 12 }}>
        {schedule.active ? (
          <Button
            variant="default"
            aria-expanded={open === 'pause'}
            onClick={() => setOpen(open === 'pause' ? 'none' : 'pause')}
          >
            Pause…
          </Button>
        ) : (
          <Button variant="default" loading={resume.pending} onClick={() => void resume.run({ scheduleId })}>
            Resume
          </Button>
        )}
        <Button
          variant="default"
          aria-expanded={open === 'delete'}
          onClick={() => setOpen(open === 'delete' ? 'none' : 'delete')}
        >
          Delete…
        </Button>
      </div>
      <CommandProblem failure={resume.failure} />
      {open === 'pause' && schedule.active && (
        <ReasonForm
          label="Pause this schedule"
          ends
          command={pause}
          onSubmit={(reason) => void pause.run({ scheduleId, reason }).then((result) => result && setOpen('none'))}
        />
      )}
      {open === 'delete' && (
        <ReasonForm
          label="Delete this schedule"
          ends
          command={remove}
          onSubmit={(reason) =>
            void remove.run({ scheduleId, reason }).then((result) => result && void navigate('/schedules'))
          }
        />
      )}
    </Section>
  );
}
