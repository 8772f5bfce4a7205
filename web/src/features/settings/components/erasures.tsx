import { plural } from '@countersign/domain/plan/sentence';
import type { Erasure } from '@countersign/domain/schemas/retention';
import { NativeSelect } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { More } from '../../../components/more.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './settings.module.css';

const PAGE = 50;
/** As many members as can be looked through here; whoever has more asks by the list of members. */
const MEMBERS = 500;

/** The personal data of people who have left: what was removed, and the wish to remove more. */
export function Erasures(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.erasures(orgId), PAGE);
  return (
    <Section title="People who have left">
      <p>
        Their name, address, and what they wrote or was written about them in the audit log can be removed. The hashes
        hold without it.
      </p>
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="removed personal data" />}
      {list.live.kind === 'ready' && list.live.value.length > 0 && (
        <ul className={classes.list}>
          {list.live.value.map((erasure) => (
            <ErasureRow key={erasure.uid} erasure={erasure} />
          ))}
        </ul>
      )}
      <More list={list} noun="removals" />
      {has('admin') && (
        <details>
          <summary>Remove the personal data of somebody</summary>
          <EraseForm />
        </details>
      )}
    </Section>
  );
}

function ErasureRow({ erasure }: { readonly erasure: Erasure }): ReactNode {
  const done = erasure.state === 'done';
  return (
    <li className={classes.row}>
      <span>
        Somebody with the sign-in id <span className="mono">{erasure.uid}</span>
        <span className={classes.second}>
          {plural(erasure.removed, 'value')} removed, begun <Instant at={erasure.startedAt} />
          {erasure.doneAt !== null && (
            <>
              , done <Instant at={erasure.doneAt} />
            </>
          )}
        </span>
      </span>
      <Mark tone={done ? 'good' : 'busy'} shape={done ? 'disc-check' : 'dots'}>
        {done ? 'Removed' : 'Being removed'}
      </Mark>
    </li>
  );
}

function EraseForm(): ReactNode {
  const { orgId } = useWorkplace();
  const { live } = useLiveList(refs.members(orgId), MEMBERS - 1);
  const [uid, setUid] = useState('');
  const former = live.kind === 'ready' ? live.value.filter(({ active, salt }) => !active && salt !== '') : [];
  if (live.kind === 'failed') return <Failure failure={live.failure} what="members" />;
  if (live.kind === 'ready' && former.length === 0)
    return <p className="muted">Nobody has left whose data is still here. Somebody’s access ends under Members.</p>;
  return (
    <ProposeForm change={uid === '' ? null : { kind: 'person.erase', uid }} label="Propose to remove it">
      <NativeSelect
        label="Former member"
        value={uid}
        onChange={(event) => setUid(event.currentTarget.value)}
        data={[{ value: '', label: 'Choose' }, ...former.map((one) => ({ value: one.uid, label: one.name }))]}
      />
      <div>
        <p>Goes, for ever:</p>
        <ul className={classes.bullets}>
          <li>name and address</li>
          <li>the text and names in the audit log that they wrote, or that are about them</li>
          <li>
            their comments, and their reasons in proposals, decisions, stops, pauses and delegations; messages to them
          </li>
          <li>reasons that others gave in proposals about them</li>
          <li>evidence packs with personal values that lie here: they can be made again</li>
        </ul>
        <p>Stays:</p>
        <ul className={classes.bullets}>
          <li>that somebody with their id did what they did, and when: books and log need it</li>
          <li>reasons from before they could be removed, which are sealed as they are</li>
          <li>what others wrote about them elsewhere: in comments, memos and files</li>
          <li>the account at the sign-in provider: it is removed there</li>
          <li>what was downloaded before</li>
        </ul>
        <p>Not while a legal hold, on whatever run, is on free text of the audit log. A second person must agree.</p>
      </div>
    </ProposeForm>
  );
}
