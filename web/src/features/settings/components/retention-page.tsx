import {
  KEEP_EVERYTHING,
  type KeepDays,
  LEAST_DAYS,
  RETENTION_CLASSES,
  type Retention,
  keepDaysSchema,
} from '@countersign/domain/schemas/retention';
import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { CLASS_WORDS, isShorter, keptFor, readDays } from '../api/retention-words.ts';
import { Erasures } from './erasures.tsx';
import { LegalHolds } from './legal-holds.tsx';
import classes from './settings.module.css';

/** What may go and when, what must stay whatever the rules say, and what a person who left takes along. */
export default function RetentionPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const live = useLiveDocument(refs.retention(orgId));
  return (
    <>
      <PageHeader
        title="Retention"
        back={<Link to="/settings">Settings</Link>}
        purpose="Books and proof are kept for ever: journals, accounts, events, plans, signatures, outcomes, checkpoints. The rest can have a time."
      />
      <Section title="How long it is kept">
        {live.kind === 'loading' && <RowsSkeleton rows={5} />}
        {live.kind === 'failed' && <Failure failure={live.failure} what="how long what is kept" />}
        {live.kind === 'ready' && (
          <>
            <ClassList keepDays={live.value?.keepDays ?? KEEP_EVERYTHING} />
            <p className="muted">
              {live.value === null ? (
                'Nobody has set a time: everything is kept.'
              ) : (
                <>
                  Set <Instant at={live.value.setAt} />. What is older goes within a day, each time with an event.
                </>
              )}
            </p>
            {has('admin', 'auditor') && (
              <details>
                <summary>Change the times</summary>
                <DaysForm key={live.value?.version ?? 0} retention={live.value} />
              </details>
            )}
          </>
        )}
      </Section>
      <LegalHolds />
      <Erasures />
    </>
  );
}

function ClassList({ keepDays }: { readonly keepDays: KeepDays }): ReactNode {
  return (
    <ul className={classes.list}>
      {RETENTION_CLASSES.map((what) => (
        <li key={what} className={classes.row}>
          <span>
            {CLASS_WORDS[what].label}
            <span className={classes.second}>
              {CLASS_WORDS[what].goes}. What stays: {CLASS_WORDS[what].stays}.
            </span>
          </span>
          <span className="tabular">{keptFor(keepDays[what])}</span>
        </li>
      ))}
    </ul>
  );
}

function DaysForm({ retention }: { readonly retention: Retention | null }): ReactNode {
  const before = retention?.keepDays ?? KEEP_EVERYTHING;
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(RETENTION_CLASSES.map((what) => [what, before[what] === null ? '' : String(before[what])])),
  );
  const days = Object.fromEntries(RETENTION_CLASSES.map((what) => [what, readDays(texts[what] ?? '')]));
  const parsed = keepDaysSchema.safeParse(days);
  const same = parsed.success && RETENTION_CLASSES.every((what) => parsed.data[what] === before[what]);
  const change = parsed.success && !same ? ({ kind: 'retention.set', keepDays: parsed.data } as const) : null;
  return (
    <ProposeForm change={change} label="Propose these times">
      {RETENTION_CLASSES.map((what) => {
        const least = LEAST_DAYS[what];
        const value = days[what];
        const wrong = value === undefined || (value !== null && (value < least || value > MAX_DAYS));
        return (
          <TextInput
            key={what}
            label={`${CLASS_WORDS[what].label}, days`}
            description={`Empty is for ever; ${least} days at least`}
            inputMode="numeric"
            error={wrong ? `Write a number of days from ${least} to ${MAX_DAYS}, or nothing` : undefined}
            value={texts[what] ?? ''}
            onChange={(event) => setTexts({ ...texts, [what]: event.currentTarget.value })}
          />
        );
      })}
      <p className="muted" aria-live="polite">
        {same && 'Nothing is changed yet.'}
        {change !== null &&
          (isShorter(before, change.keepDays)
            ? 'Something would go earlier: a second person must agree. What is gone does not come back.'
            : 'Everything is kept as long or longer: this takes no second person.')}
      </p>
    </ProposeForm>
  );
}

/** As the schema has it: a hundred years. */
const MAX_DAYS = 36_500;
