import { ROLES, type Role } from '@countersign/domain/schemas/common';
import type { Member } from '@countersign/domain/schemas/organization';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { PayeesForm } from './payees-form.tsx';
import classes from './settings.module.css';

const PAGE = 50;

/** Who may do what. Giving somebody a role takes two people; taking one away takes one. */
export default function MembersPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.members(orgId), PAGE);
  return (
    <>
      <PageHeader
        title="Members"
        back={<Link to="/settings">Settings</Link>}
        purpose="Giving a role takes a second person, and nobody decides on their own. Taking one away works at once."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={6} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="members" />}
      {list.live.kind === 'ready' && (
        <ul className={classes.list}>
          {list.live.value.map((member) => (
            <MemberRow key={member.uid} member={member} roles={has('admin')} payees={has('treasurer', 'admin')} />
          ))}
        </ul>
      )}
      <More list={list} noun="members" />
      {has('admin') && <AddMember />}
    </>
  );
}

function MemberRow({
  member,
  roles,
  payees,
}: {
  readonly member: Member;
  /** The roles can be changed by whoever looks at it. */
  readonly roles: boolean;
  /** And which payees' accounts are the member's own. */
  readonly payees: boolean;
}): ReactNode {
  const [open, setOpen] = useState<'roles' | 'payees' | null>(null);
  const toggle = (form: 'roles' | 'payees', label: string, what: string): ReactNode => (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-expanded={open === form}
      aria-label={`Change ${what} of ${member.name}`}
      onClick={() => setOpen(open === form ? null : form)}
    >
      {label}
    </Button>
  );
  return (
    <li>
      <div className={classes.row}>
        <span>
          {member.name}
          <span className={classes.second}>
            {member.email}
            {member.active ? '' : ', no access'}
          </span>
          {member.payeeAccounts.length > 0 && (
            <span className={classes.second}>
              Signs no run that pays <span className="mono">{member.payeeAccounts.join(', ')}</span>
            </span>
          )}
        </span>
        <span>
          {member.roles.length === 0 ? <span className="muted">no role</span> : member.roles.join(', ')}{' '}
          {roles && toggle('roles', 'Roles', 'the roles')}
          {payees && toggle('payees', 'Accounts', 'the payee accounts')}
        </span>
      </div>
      {open === 'roles' && <RolesForm member={member} />}
      {open === 'payees' && <PayeesForm key={member.version} member={member} />}
    </li>
  );
}

function RolesForm({ member }: { readonly member: Member }): ReactNode {
  const [roles, setRoles] = useState<readonly Role[]>(member.roles);
  const [active, setActive] = useState(member.active);
  const same =
    active === member.active &&
    roles.length === member.roles.length &&
    roles.every((role) => member.roles.includes(role));
  return (
    <ProposeForm change={same ? null : { kind: 'member.roles', uid: member.uid, roles: [...roles], active }}>
      <div className={classes.roles} role="group" aria-label={`Roles of ${member.name}`}>
        {ROLES.map((role) => (
          <Checkbox
            key={role}
            label={role}
            checked={roles.includes(role)}
            onChange={(event) =>
              setRoles(event.currentTarget.checked ? [...roles, role] : roles.filter((one) => one !== role))
            }
          />
        ))}
      </div>
      <Checkbox label="Has access" checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
    </ProposeForm>
  );
}

function AddMember(): ReactNode {
  const command = useCommand('addMember');
  const [fields, setFields] = useState({ uid: '', name: '', email: '' });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void command.run(fields).then((result) => {
      if (result) setFields({ uid: '', name: '', email: '' });
    });
  };
  const field = (name: keyof typeof fields, label: string, description?: string): ReactNode => (
    <TextInput
      label={label}
      {...(description === undefined ? {} : { description })}
      required
      withAsterisk={false}
      value={fields[name]}
      onChange={(event) => setFields({ ...fields, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Section title="Add a member">
      <form className={classes.form} onSubmit={submit}>
        {field('uid', 'Sign-in id', 'The user id of their sign-in; they hold no role until two people give them one')}
        {field('name', 'Name')}
        {field('email', 'Email')}
        <CommandProblem failure={command.failure} />
        <Button
          type="submit"
          variant="default"
          loading={command.pending}
          disabled={Object.values(fields).some((value) => value.trim() === '')}
        >
          Add without a role
        </Button>
      </form>
    </Section>
  );
}
