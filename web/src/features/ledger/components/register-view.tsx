import type { Journal } from '@countersign/domain/schemas/journal';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Empty } from '../../../components/empty.tsx';
import { registerCsv } from '../api/register-csv.ts';
import { type RegisterShow, filterRegister, readShow } from '../api/register-filter.ts';
import { type RunningJournal, registerTotals } from '../api/register.ts';
import { type Opening, RegisterTable, RegisterTotals } from './register-table.tsx';
import { useAddress } from './use-address.ts';
import { useSaveCsv } from './use-save-csv.ts';
import classes from './ledger.module.css';

const SHOWS: readonly { readonly value: RegisterShow; readonly label: string }[] = [
  { value: '', label: 'Everything' },
  { value: 'pending', label: 'Pending' },
  { value: 'voided', label: 'Voided' },
  { value: 'unusual', label: 'Late, reversed, in suspense' },
];

/** The journals that were read of one account: narrowed by a filter, summed up, listed, and as CSV. */
export function RegisterView({
  accountId,
  journals,
  opening = null,
  of,
  label,
}: {
  readonly accountId: string;
  readonly journals: readonly RunningJournal<Journal>[];
  /** What the running balances begin with, where that is known. */
  readonly opening?: Opening | null;
  /** Which journals these are: "the newest 50 journals". */
  readonly of: string;
  readonly label: string;
}): ReactNode {
  const { search, put } = useAddress();
  const { save, pending, problem } = useSaveCsv();
  const [typed, setTyped] = useState(search.get('find') ?? '');
  const show = readShow(search.get('show'));
  const shown = filterRegister(journals, { text: typed, show });
  const filtered = shown.length < journals.length;
  const write = (value: string): void => {
    setTyped(value);
    put('find', value.trim() === '' ? '' : value);
  };
  return (
    <>
      <div className={`no-print ${classes.filter}`} role="search" aria-label="In this register">
        <TextInput
          label="Find in these"
          placeholder="Memo, amount, account"
          type="search"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && typed !== '') write('');
          }}
        />
        <NativeSelect
          label="Show"
          data={SHOWS.map(({ value, label: text }) => ({ value, label: text }))}
          value={show}
          onChange={(event) => put('show', event.currentTarget.value)}
        />
        <button
          type="button"
          className={`${classes.more} ${classes.download}`}
          disabled={shown.length === 0 || pending}
          onClick={() => void save({ kind: 'register', accountId }, shown.length, registerCsv(shown))}
        >
          Download what is shown (CSV)
        </button>
        <span role="status">{problem}</span>
      </div>
      {shown.length === 0 ? (
        <Empty>None of {of} fits this filter.</Empty>
      ) : (
        <>
          <RegisterTotals
            totals={registerTotals(
              shown.map(({ journal }) => journal),
              accountId,
            )}
            of={filtered ? `${shown.length.toLocaleString('en')} of ${of}` : `of ${of}`}
          />
          <RegisterTable journals={shown} opening={filtered ? null : opening} label={label} />
        </>
      )}
    </>
  );
}
