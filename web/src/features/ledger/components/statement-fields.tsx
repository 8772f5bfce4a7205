import { isDay } from '@countersign/domain/ledger/days';
import { STATEMENT_KINDS, type StatementKind } from '@countersign/domain/schemas/statement';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { refs } from '../../../refs.ts';
import {
  COMPARED_DAYS,
  COMPARED_PERIODS,
  KIND_LABELS,
  type StatementAddress,
  takesPeriod,
} from '../api/statement-address.ts';
import classes from './ledger.module.css';

/** Accounts that the field offers; the id of any other can be written. */
const OFFERED = 300;
const OTHER_DAY = 'other';
const LEVELS = [
  { value: '9', label: 'All' },
  ...Array.from({ length: 5 }, (_, index) => ({ value: String(index + 1), label: `Down to level ${index + 1}` })),
];

/** What a statement is asked for with; every change goes into the address. */
export function StatementFields({
  address,
  today,
  fixed = false,
  put,
}: {
  readonly address: StatementAddress;
  readonly today: string;
  /** Only one kind is asked for here. */
  readonly fixed?: boolean;
  readonly put: (name: string, value: string) => void;
}): ReactNode {
  const { organization } = useWorkplace();
  const { kind } = address;
  const ofTree = kind !== 'account_register';
  return (
    <div className={classes.filter} role="group" aria-label="What the statement is of">
      {!fixed && (
        <NativeSelect
          label="Statement"
          data={STATEMENT_KINDS.map((value: StatementKind) => ({ value, label: KIND_LABELS[value] }))}
          value={kind}
          onChange={(event) => put('kind', event.currentTarget.value)}
        />
      )}
      {kind === 'account_register' && <AccountField value={address.account} put={put} />}
      {takesPeriod(kind) ? (
        <>
          <Day label="From" name="from" value={address.from} put={put} />
          <Day label="To" name="to" value={address.to} put={put} />
        </>
      ) : (
        <Day label="At the end of" name="day" value={address.day} put={put} />
      )}
      <Day label="As known at the end of" name="known" value={address.known} max={today} put={put} />
      {ofTree && (
        <>
          <Compared kind={kind} value={address.compare} put={put} />
          <NativeSelect
            label="Levels"
            data={LEVELS}
            value={String(address.level)}
            onChange={(event) => put('level', event.currentTarget.value === '9' ? '' : event.currentTarget.value)}
          />
          <TextInput
            label="Branch"
            placeholder="all"
            w={120}
            value={address.branch}
            onChange={(event) => put('branch', event.currentTarget.value)}
          />
          <div className={classes.ticks}>
            <Checkbox
              label="Accounts at zero too"
              checked={address.zero}
              onChange={(event) => put('zero', event.currentTarget.checked ? '1' : '')}
            />
            <Checkbox
              label={`Also converted to ${organization.baseCurrency}`}
              checked={address.base}
              onChange={(event) => put('base', event.currentTarget.checked ? '1' : '')}
            />
          </div>
        </>
      )}
    </div>
  );
}

/** Further columns. A day of one's own stands in the address as it is. */
function Compared({
  kind,
  value,
  put,
}: {
  readonly kind: StatementKind;
  readonly value: string;
  readonly put: (name: string, value: string) => void;
}): ReactNode {
  const period = takesPeriod(kind);
  const offered = period ? COMPARED_PERIODS : COMPARED_DAYS;
  const day = !period && isDay(value);
  const [choosing, setChoosing] = useState(false);
  const other = !period && (day || choosing);
  const known = offered.some((one) => one.value === value);
  return (
    <>
      <NativeSelect
        label="Compared with"
        data={[...offered, ...(period ? [] : [{ value: OTHER_DAY, label: 'another day' }])]}
        value={other ? OTHER_DAY : known ? value : ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          setChoosing(chosen === OTHER_DAY);
          put('compare', chosen === OTHER_DAY ? '' : chosen);
        }}
      />
      {other && <Day label="Compared day" name="compare" value={day ? value : ''} put={put} />}
    </>
  );
}

function Day({
  label,
  name,
  value,
  max,
  put,
}: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly max?: string;
  readonly put: (name: string, value: string) => void;
}): ReactNode {
  return (
    <TextInput
      label={label}
      type="date"
      {...(max === undefined ? {} : { max })}
      value={value}
      onChange={(event) => put(name, event.currentTarget.value)}
    />
  );
}

function AccountField({
  value,
  put,
}: {
  readonly value: string;
  readonly put: (name: string, value: string) => void;
}): ReactNode {
  const { orgId } = useWorkplace();
  const { live } = useLiveList(refs.postableAccounts(orgId), OFFERED);
  const list = useId();
  return (
    <>
      <TextInput
        label="Account"
        placeholder="its id"
        list={list}
        value={value}
        onChange={(event) => put('account', event.currentTarget.value.trim())}
      />
      <datalist id={list}>
        {live.kind === 'ready' &&
          live.value.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
      </datalist>
    </>
  );
}
