import { inWords, plural } from '@countersign/domain/plan/sentence';
import { type LegalHold, RETENTION_CLASSES, type RetentionClass } from '@countersign/domain/schemas/retention';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { CLASS_WORDS } from '../api/retention-words.ts';
import classes from './settings.module.css';

const PAGE = 50;

/** What must stay whatever its age and whoever asks: one person places a hold, two end it. */
export function LegalHolds(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.legalHolds(orgId), PAGE);
  const holds = list.live.kind === 'ready' ? list.live.value : [];
  const standing = holds.filter(({ releasedAt }) => releasedAt === null).length;
  return (
    <Section
      title="Legal holds"
      aside={list.live.kind === 'ready' && standing > 0 ? `${standing} in force` : undefined}
    >
      {list.live.kind === 'loading' && <RowsSkeleton rows={2} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="legal holds" />}
      {list.live.kind === 'ready' && holds.length === 0 && <Empty>No hold was ever placed.</Empty>}
      {holds.length > 0 && (
        <ul className={classes.list}>
          {holds.map((hold) => (
            <HoldRow key={hold.id} hold={hold} />
          ))}
        </ul>
      )}
      <More list={list} noun="holds" />
      {has('auditor', 'executive', 'admin') && (
        <details>
          <summary>Place a hold</summary>
          <PlaceHold />
        </details>
      )}
    </Section>
  );
}

function HoldRow({ hold }: { readonly hold: LegalHold }): ReactNode {
  const { has } = useWorkplace();
  const [open, setOpen] = useState(false);
  const stands = hold.releasedAt === null;
  return (
    <li>
      <div className={classes.row}>
        <span>
          {hold.matter}
          <span className={classes.second}>
            keeps {inWords(hold.classes.map((what) => CLASS_WORDS[what].label.toLowerCase()))}
            {hold.executionId === null ? (
              ', whatever they belong to'
            ) : (
              <>
                {' '}
                of <Link to={`/executions/${hold.executionId}`}>one execution</Link>
              </>
            )}
          </span>
          <span className={classes.second}>
            placed by <MemberName uid={hold.placedBy} you={false} />, <Instant at={hold.placedAt} />
            {hold.releasedAt !== null && (
              <>
                , ended <Instant at={hold.releasedAt} />
              </>
            )}
          </span>
        </span>
        <span>
          <Mark tone={stands ? 'busy' : 'quiet'} shape={stands ? 'half' : 'bar'}>
            {stands ? 'In force' : 'Ended'}
          </Mark>{' '}
          {stands && has('auditor', 'admin') && (
            <Button
              variant="subtle"
              size="compact-sm"
              aria-expanded={open}
              aria-label={`End the hold of ${hold.matter}`}
              onClick={() => setOpen(!open)}
            >
              End…
            </Button>
          )}
        </span>
      </div>
      {open && (
        <ProposeForm change={{ kind: 'hold.release', holdId: hold.id }} label="Propose to end it">
          <p className="muted">A second person must agree. What is past its time goes within a day after that.</p>
        </ProposeForm>
      )}
    </li>
  );
}

function PlaceHold(): ReactNode {
  const command = useCommand('placeHold');
  const [matter, setMatter] = useState('');
  const [chosen, setChosen] = useState<readonly RetentionClass[]>(RETENTION_CLASSES);
  const [executionId, setExecutionId] = useState('');
  const [done, setDone] = useState(false);
  const ready = matter.trim() !== '' && chosen.length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || command.pending) return;
    setDone(false);
    const hold = { matter: matter.trim(), classes: [...chosen], executionId: executionId.trim() || null };
    void command.run(hold).then((result) => {
      if (result === null) return;
      setDone(true);
      setMatter('');
      setExecutionId('');
    });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label="Matter"
        description="Its number or name, as the lawyers have it. No names of people: the log keeps it for ever."
        maxLength={120}
        value={matter}
        onChange={(event) => setMatter(event.currentTarget.value)}
      />
      <div role="group" aria-label="What must stay" className={classes.roles}>
        {RETENTION_CLASSES.map((what) => (
          <Checkbox
            key={what}
            label={CLASS_WORDS[what].label}
            checked={chosen.includes(what)}
            onChange={(event) =>
              setChosen(event.currentTarget.checked ? [...chosen, what] : chosen.filter((one) => one !== what))
            }
          />
        ))}
      </div>
      <TextInput
        label="Only of one execution"
        description="Its id, as it stands in its address; empty for everything"
        value={executionId}
        onChange={(event) => setExecutionId(event.currentTarget.value)}
      />
      <CommandProblem failure={command.failure} />
      <Button type="submit" variant="default" loading={command.pending} disabled={!ready}>
        Place this hold
      </Button>
      <p role="status">{done && `Placed: ${plural(chosen.length, 'kind')} of data stay until two people end it.`}</p>
    </form>
  );
}
