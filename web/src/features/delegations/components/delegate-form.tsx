import { delegationProblem } from '@countersign/domain/approval/delegation';
import { dayOf, instantOf } from '@countersign/domain/schedule/wall-time';
import type { Role } from '@countersign/domain/schemas/common';
import { MAX_DELEGATION_DAYS } from '@countersign/domain/schemas/delegation';
import type { Member } from '@countersign/domain/schemas/organization';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { Failure } from '../../../components/failure.tsx';
import { useNow } from '../../../components/now.ts';
import { ReasonForm } from '../../../components/reason-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import classes from './delegations.module.css';

const MEMBERS = 200;
const MIDNIGHT = 24 * 60;

/** Let somebody sign in roles of one's own, until the end of a day. */
export function DelegateForm(): ReactNode {
  const { orgId, me, has, organization } = useWorkplace();
  const members = useLiveList(refs.members(orgId), MEMBERS);
  if (me.roles.length === 0) return null;
  if (members.live.kind === 'failed') return <Failure failure={members.live.failure} what="members" />;
  if (members.live.kind === 'loading') return <RowsSkeleton rows={3} />;
  const active = members.live.value.filter((member) => member.active);
  return (
    <Section title="Delegate">
      <Form active={active} me={me} admin={has('admin')} timeZone={organization.timeZone} />
    </Section>
  );
}

function Form({
  active,
  me,
  admin,
  timeZone,
}: {
  readonly active: readonly Member[];
  readonly me: Member;
  readonly admin: boolean;
  readonly timeZone: string;
}): ReactNode {
  const now = new Date(useNow()).toISOString();
  const command = useCommand('setDelegation');
  const [fromUid, setFromUid] = useState(me.uid);
  const [toUid, setToUid] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>([]);
  const [startDay, setStartDay] = useState('');
  const [endDay, setEndDay] = useState('');
  const [done, setDone] = useState(0);

  const from = active.find(({ uid }) => uid === fromUid) ?? me;
  const startsAt = startDay === '' ? now : new Date(instantOf(startDay, 0, timeZone)).toISOString();
  const endsAt = endDay === '' ? null : new Date(instantOf(endDay, MIDNIGHT, timeZone)).toISOString();
  const problem = endsAt === null ? null : delegationProblem({ fromUid, toUid, startsAt, endsAt }, now);
  const chosen = roles.filter((role) => from.roles.includes(role));
  const submit = (reason: string): void => {
    if (endsAt === null) return;
    const start = startDay === '' ? {} : { startsAt };
    const forOther = fromUid === me.uid ? {} : { fromUid };
    void command.run({ ...forOther, toUid, roles: chosen, ...start, endsAt, reason }).then((result) => {
      if (result === null) return;
      setToUid('');
      setRoles([]);
      setStartDay('');
      setEndDay('');
      setDone(done + 1);
    });
  };

  return (
    <>
      <ReasonForm
        key={done}
        label="Delegate"
        command={command}
        disabled={toUid === '' || chosen.length === 0 || endsAt === null || problem !== null}
        onSubmit={submit}
      >
        {admin && (
          <NativeSelect
            label="For whom"
            description="As an administrator you can set it up for somebody who is away, never to yourself"
            value={fromUid}
            data={active.map(({ uid, name }) => ({ value: uid, label: uid === me.uid ? `${name} (you)` : name }))}
            onChange={(event) => {
              setFromUid(event.currentTarget.value);
              setRoles([]);
            }}
          />
        )}
        <NativeSelect
          label="Who signs"
          value={toUid}
          data={[
            { value: '', label: 'Choose…' },
            ...active
              .filter(({ uid }) => uid !== fromUid && (fromUid === me.uid || uid !== me.uid))
              .map(({ uid, name }) => ({ value: uid, label: name })),
          ]}
          onChange={(event) => setToUid(event.currentTarget.value)}
        />
        <fieldset className={classes.roles}>
          <legend>In which roles</legend>
          {from.roles.map((role) => (
            <Checkbox
              key={role}
              label={role}
              checked={roles.includes(role)}
              onChange={(event) =>
                setRoles(event.currentTarget.checked ? [...roles, role] : roles.filter((one) => one !== role))
              }
            />
          ))}
        </fieldset>
        <div className={classes.days}>
          <TextInput
            label="From (optional)"
            description="Now, when left out"
            type="date"
            min={dayOf(Date.parse(now))}
            value={startDay}
            onChange={(event) => setStartDay(event.currentTarget.value)}
          />
          <TextInput
            label="Until the end of"
            description={`${MAX_DELEGATION_DAYS} days at most, by the clocks of ${timeZone}`}
            type="date"
            required
            withAsterisk={false}
            error={problem ?? undefined}
            value={endDay}
            onChange={(event) => setEndDay(event.currentTarget.value)}
          />
        </div>
      </ReasonForm>
      {done > 0 && <p role="status">Done: it stands in the list above.</p>}
    </>
  );
}
