import type { Member } from '@countersign/domain/schemas/organization';
import { Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ProposeForm } from '../../../components/propose-form.tsx';

/** The schema's own bounds. */
const MOST = 50;
const LONGEST = 200;

/** Which payees' accounts are a member's own, or of somebody close: they sign no run that pays one of these. */
export function PayeesForm({ member }: { readonly member: Member }): ReactNode {
  const [text, setText] = useState(member.payeeAccounts.join('\n'));
  const payeeAccounts = [...new Set(text.split(/[\s,;]+/).filter((account) => account !== ''))].toSorted();
  const same = payeeAccounts.join('\n') === member.payeeAccounts.toSorted().join('\n');
  const problem =
    payeeAccounts.length > MOST
      ? `At most ${MOST} accounts`
      : payeeAccounts.some((account) => account.length > LONGEST)
        ? 'One of them is too long to be an account'
        : undefined;
  return (
    <ProposeForm
      change={same || problem !== undefined ? null : { kind: 'member.payees', uid: member.uid, payeeAccounts }}
      label="Propose these accounts"
    >
      <Textarea
        label={`Accounts of ${member.name}, or of somebody close`}
        description="Connected accounts such as acct_…, one on each line. Who is linked to one signs no run that pays it."
        rows={3}
        error={problem}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </ProposeForm>
  );
}
