import type { Period } from '@countersign/domain/schemas/period';
import { plural } from '@countersign/domain/plan/sentence';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import form from '../../../components/form.module.css';
import { useNow } from '../../../components/now.ts';
import { type PeriodLength, openable, periodsOfYear } from '../api/periods.ts';
import classes from './periods.module.css';

const LENGTHS: readonly { readonly value: PeriodLength; readonly label: string }[] = [
  { value: 'month', label: 'Months' },
  { value: 'quarter', label: 'Quarters' },
  { value: 'year', label: 'The whole year' },
];

/** Open the periods of a year that are not there yet. */
export function OpenPeriodsForm({ periods }: { readonly periods: readonly Period[] }): ReactNode {
  const now = new Date(useNow()).getUTCFullYear();
  const [written, setWritten] = useState<string | null>(null);
  const [length, setLength] = useState<PeriodLength>('month');
  const [opened, setOpened] = useState<number | null>(null);
  const command = useCommand('openPeriods');
  const year = written ?? String(now);
  const sound = /^(19|20|21)\d\d$/.test(year);
  const fresh = sound ? openable(periodsOfYear(Number(year), length), periods) : [];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setOpened(null);
    void command.run({ periods: [...fresh] }).then((result) => {
      if (result !== null) setOpened(result.opened);
    });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <div className={classes.fields}>
        <TextInput
          label="Year"
          inputMode="numeric"
          error={sound ? undefined : 'Four digits'}
          value={year}
          onChange={(event) => setWritten(event.currentTarget.value.trim())}
        />
        <NativeSelect
          label="Length"
          data={[...LENGTHS]}
          value={length}
          onChange={(event) => setLength(event.currentTarget.value as PeriodLength)}
        />
      </div>
      {sound && (
        <p className="muted">
          {fresh.length === 0
            ? 'All days of this year belong to a period already, or are closed.'
            : `${fresh[0]?.id ?? ''}${fresh.length > 1 ? ` to ${fresh.at(-1)?.id ?? ''}` : ''}: ${fresh[0]?.from ?? ''} to ${fresh.at(-1)?.to ?? ''}`}
        </p>
      )}
      <CommandProblem failure={command.failure} />
      <Button type="submit" variant="default" loading={command.pending} disabled={fresh.length === 0}>
        {fresh.length === 0 ? 'Open periods' : `Open ${plural(fresh.length, 'period')}`}
      </Button>
      <p role="status">{opened !== null && `${plural(opened, 'period')} opened.`}</p>
    </form>
  );
}
