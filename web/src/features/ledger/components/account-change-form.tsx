import { GUARD_FORMS, guardsToText } from '@countersign/domain/ledger/chart/guard-text';
import type { Account } from '@countersign/domain/schemas/account';
import { TextInput, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Checkbox } from '../../../components/checkbox.ts';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { type AccountForm, readAccountForm } from '../api/account-set.ts';
import classes from './ledger.module.css';

/** Limits, name, branch, closing: proposed here, decided by a second person. A new name alone takes one. */
export function AccountChangeForm({ account }: { readonly account: Account }): ReactNode {
  const [form, setForm] = useState<AccountForm>({
    name: account.name,
    branch: account.branch ?? '',
    limits: guardsToText(account.guards).replaceAll('; ', '\n'),
    closed: account.closed,
    closedOn: account.closedOn ?? '',
  });
  const { set, badLimit, badBranch } = readAccountForm(account, form);
  const onlyName = set !== null && Object.keys(set).join() === 'name';
  const put = (part: Partial<AccountForm>): void => setForm((before) => ({ ...before, ...part }));
  return (
    <ProposeForm
      change={set === null ? null : { kind: 'account.change', accountId: account.id, set }}
      label={onlyName ? 'Rename it' : 'Propose this change'}
    >
      <p className="muted">A second person decides. Only a new name takes effect at once.</p>
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={120}
        value={form.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Limits"
        description={`One a line: ${GUARD_FORMS.replace(', with "; " between them', '')}`}
        rows={3}
        spellCheck={false}
        className={classes.code ?? ''}
        error={badLimit === null ? undefined : `“${badLimit}” is no limit of one of these forms`}
        value={form.limits}
        onChange={(event) => put({ limits: event.currentTarget.value })}
      />
      <TextInput
        label="Branch"
        description="Empty: as the account above it"
        error={badBranch ? 'Letters, digits, ".", "_" and "-"' : undefined}
        value={form.branch}
        onChange={(event) => put({ branch: event.currentTarget.value })}
      />
      <Checkbox
        label="Closed: it takes no entries"
        checked={form.closed}
        onChange={(event) => put({ closed: event.currentTarget.checked })}
      />
      {form.closed && (
        <TextInput
          label="Last day that it stands open for"
          description="Empty: the day on which it is closed"
          type="date"
          value={form.closedOn}
          onChange={(event) => put({ closedOn: event.currentTarget.value })}
        />
      )}
    </ProposeForm>
  );
}
