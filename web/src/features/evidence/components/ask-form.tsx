import { dayOf } from '@countersign/domain/schedule/wall-time';
import { daySchema } from '@countersign/domain/schemas/common';
import type { EvidenceSubject } from '@countersign/domain/schemas/evidence';
import { END_STATES } from '@countersign/domain/schemas/execution';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import formClasses from '../../../components/form.module.css';
import { useNow } from '../../../components/now.ts';
import { formatInstant } from '../../../components/time.ts';
import { refs } from '../../../refs.ts';
import { periodProblem } from '../api/subject-words.ts';
import classes from './evidence.module.css';

/** The newest runs are offered by name; an older one is asked for from its own page. */
const RUNS = 50;
type Kind = EvidenceSubject['kind'];

export function AskForm(): ReactNode {
  const { has } = useWorkplace();
  const [search] = useSearchParams();
  const asked = search.get('execution');
  const command = useCommand('exportEvidence');
  const now = useNow();
  const [kind, setKind] = useState<Kind>(asked === null ? 'period' : 'execution');
  const [executionId, setExecutionId] = useState(asked ?? '');
  const [days, setDays] = useState(() => ({
    from: dayIn(search.get('from')) ?? dayOf(now),
    to: dayIn(search.get('to')) ?? dayOf(now),
  }));
  const [sizes, setSizes] = useState({ audit: '', ledger: '' });
  const [personal, setPersonal] = useState(false);
  const [done, setDone] = useState(false);
  const subject = subjectOf(kind, executionId, days, sizes);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (subject === null || command.pending) return;
    setDone(false);
    void command.run({ subject, personal }).then((result) => setDone(result !== null));
  };
  return (
    <form className={formClasses.form} onSubmit={submit}>
      <NativeSelect
        label="About"
        value={kind}
        onChange={(event) => setKind(KINDS.find(({ value }) => value === event.currentTarget.value)?.value ?? 'period')}
        data={KINDS.map((one) => ({ ...one }))}
      />
      {kind === 'execution' && <RunField value={executionId} onChange={setExecutionId} />}
      {kind === 'period' && (
        <div className={classes.days}>
          <TextInput
            label="First day (UTC)"
            type="date"
            value={days.from}
            onChange={(event) => setDays({ ...days, from: event.currentTarget.value })}
          />
          <TextInput
            label="Last day (UTC)"
            type="date"
            value={days.to}
            error={periodProblem(days.from, days.to) ?? undefined}
            onChange={(event) => setDays({ ...days, to: event.currentTarget.value })}
          />
        </div>
      )}
      {kind === 'consistency' && (
        <>
          <p className="muted">
            It ties an older pack to the checkpoints of today: that today’s log is a continuation of that one. The sizes
            stand in the older pack.
          </p>
          <div className={classes.days}>
            {(['audit', 'ledger'] as const).map((name) => (
              <TextInput
                key={name}
                label={name === 'audit' ? 'Size of the audit checkpoint' : 'Size of the ledger checkpoint'}
                inputMode="numeric"
                value={sizes[name]}
                onChange={(event) => setSizes({ ...sizes, [name]: event.currentTarget.value.trim() })}
              />
            ))}
          </div>
        </>
      )}
      {has('executive', 'auditor', 'admin') && kind !== 'consistency' && (
        <Checkbox
          label="With personal values: names, comments and reasons, as far as they were not removed"
          description="What is in the file can’t be removed from it later. Without them the proofs are the same."
          checked={personal}
          onChange={(event) => setPersonal(event.currentTarget.checked)}
        />
      )}
      <CommandProblem failure={command.failure} />
      <Button type="submit" variant="default" loading={command.pending} disabled={subject === null}>
        Ask for this pack
      </Button>
      <p role="status">{done && 'Asked for. It is made in the background and appears below.'}</p>
    </form>
  );
}

const KINDS = [
  { value: 'period', label: 'Days' },
  { value: 'execution', label: 'One run' },
  { value: 'consistency', label: 'Proofs from an older pack to today' },
] as const;

/** A day from the address; null for anything else. */
const dayIn = (text: string | null): string | null => daySchema.safeParse(text).data ?? null;

function subjectOf(
  kind: Kind,
  executionId: string,
  days: { readonly from: string; readonly to: string },
  sizes: { readonly audit: string; readonly ledger: string },
): EvidenceSubject | null {
  if (kind === 'execution') return executionId === '' ? null : { kind, executionId };
  if (kind === 'period') return periodProblem(days.from, days.to) === null ? { kind, ...days } : null;
  const whole = /^[1-9]\d{0,14}$/;
  if (!whole.test(sizes.audit) || !whole.test(sizes.ledger)) return null;
  return { kind, audit: Number(sizes.audit), ledger: Number(sizes.ledger) };
}

function RunField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (executionId: string) => void;
}): ReactNode {
  const { orgId, organization } = useWorkplace();
  const { live } = useLiveList(refs.executions(orgId, {}), RUNS);
  const chosen = useLiveDocument(value === '' ? null : refs.execution(orgId, value));
  const ended = live.kind === 'ready' ? live.value.filter(({ state }) => END_STATES.includes(state)) : [];
  const other = chosen.kind === 'ready' && chosen.value !== null ? [chosen.value] : [];
  const shown = [...other.filter(({ id }) => !ended.some((one) => one.id === id)), ...ended];
  return (
    <NativeSelect
      label="Run"
      description="Runs that have ended; an older one has a link on its own page"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: live.kind === 'loading' ? 'Loading…' : 'Choose a run' },
        ...shown.map(({ id, title, requestedAt }) => ({
          value: id,
          label: `${title}, ${formatInstant(requestedAt, organization.timeZone)}`,
        })),
      ]}
    />
  );
}
