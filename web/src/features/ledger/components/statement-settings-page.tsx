import { statementSettingsSchema, type StatementSettings } from '@countersign/domain/schemas/statement';
import { TextInput, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ReasonForm } from '../../../components/reason-form.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { readActivities, readIds } from '../api/statement-settings.ts';
import ledger from './ledger.module.css';

/** What the chart of accounts does not say: what is cash, against which accounts it moves, when the year begins. */
export default function StatementSettingsPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const live = useLiveDocument(refs.statementSettings(orgId));
  return (
    <>
      <PageHeader
        title="Settings of statements"
        back={<Link to="/ledger/statements">Statements</Link>}
        purpose="Until they are set, statements take what they find, and say what they took."
      />
      {live.kind === 'loading' && <RowsSkeleton rows={4} />}
      {live.kind === 'failed' && <Failure failure={live.failure} what="these settings" />}
      {live.kind === 'ready' &&
        (has('treasurer', 'admin') ? (
          <Form key={live.value?.version ?? 0} settings={live.value} />
        ) : (
          <Shown settings={live.value} />
        ))}
    </>
  );
}

function Form({ settings }: { readonly settings: StatementSettings | null }): ReactNode {
  const command = useCommand('setStatementSettings');
  const [cash, setCash] = useState(settings?.cashAccounts.join('\n') ?? '');
  const [activities, setActivities] = useState(activityText(settings));
  const [yearStart, setYearStart] = useState(settings?.yearStart ?? '01-01');
  const cashAccounts = readIds(cash);
  const read = readActivities(activities);
  const yearOk = statementSettingsSchema.shape.yearStart.safeParse(yearStart).success;
  const ready = cashAccounts.bad === null && read.bad === null && yearOk;
  return (
    <>
      <ReasonForm
        label="Save"
        command={command}
        disabled={!ready}
        onSubmit={(reason) =>
          void command.run({ cashAccounts: [...cashAccounts.ids], activities: [...read.activities], yearStart, reason })
        }
      >
        <Textarea
          label="Cash"
          description="Ids of accounts, one a line; each stands for all below it"
          rows={4}
          spellCheck={false}
          className={ledger.code ?? ''}
          error={cashAccounts.bad === null ? undefined : `“${cashAccounts.bad}” is no id of an account`}
          value={cash}
          onChange={(event) => setCash(event.currentTarget.value)}
        />
        <Textarea
          label="Activities"
          description="Accounts against which cash moves, one a line: an id, a space, and operating, investing or financing. Else equity is financing, and the rest operating."
          rows={4}
          spellCheck={false}
          className={ledger.code ?? ''}
          error={read.bad === null ? undefined : `“${read.bad}” is not of this form`}
          value={activities}
          onChange={(event) => setActivities(event.currentTarget.value)}
        />
        <TextInput
          label="The financial year begins on"
          description="Month and day, such as 01-01"
          error={yearOk ? undefined : 'A month and a day up to 28, such as 04-01'}
          value={yearStart}
          onChange={(event) => setYearStart(event.currentTarget.value.trim())}
        />
      </ReasonForm>
      <p role="status">{settings !== null && `In force: version ${settings.version}`}</p>
    </>
  );
}

function Shown({ settings }: { readonly settings: StatementSettings | null }): ReactNode {
  if (settings === null) return <p>Nothing is set. A treasurer or an admin sets it.</p>;
  return (
    <dl className={ledger.facts}>
      <dt>Cash</dt>
      <dd>{settings.cashAccounts.join(', ') || 'none'}</dd>
      <dt>Activities</dt>
      <dd>{activityText(settings).replaceAll('\n', ', ') || 'none'}</dd>
      <dt>Year begins</dt>
      <dd>{settings.yearStart}</dd>
    </dl>
  );
}

function activityText(settings: StatementSettings | null): string {
  return (settings?.activities ?? []).map(({ accountId, activity }) => `${accountId} ${activity}`).join('\n');
}
