import { auditLeaf } from '@countersign/domain/audit/leaf';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { useServices } from '../../../app/services.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { type EventProof as Proof, proveEvent } from '../api/prove-event.ts';
import classes from './event-proof.module.css';

type State = 'idle' | 'busy' | 'failed' | { readonly proof: Proof; readonly size: number };

/** One event's place, and the proof that it lies there under the newest checkpoint. */
export default function EventProof({ event }: { readonly event: AuditEvent }): ReactNode {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const { live } = useLiveList(refs.newestCheckpoints(orgId, 'audit'), 1);
  const [state, setState] = useState<State>('idle');
  const newest = live.kind === 'ready' ? live.value[0] : undefined;
  const sealed = newest !== undefined && newest.size > event.seq;

  const prove = (): void => {
    if (newest === undefined) return;
    setState('busy');
    proveEvent(firestore, orgId, event, newest).then(
      (proof) => setState({ proof, size: newest.size }),
      () => setState('failed'),
    );
  };

  return (
    <div className={classes.root}>
      <dl className={classes.facts}>
        <dt>Place</dt>
        <dd className="tabular">{event.seq.toLocaleString('en')}, counted from 0</dd>
        <dt>Recorded</dt>
        <dd>
          <Instant at={event.recordedAt} seconds />
        </dd>
        <dt>Event id</dt>
        <dd>
          <CopyText text={event.body.id} label="the event’s id" />{' '}
          <CopyText text={auditLeaf(event)} shown="the text that is hashed" label="the leaf," />
        </dd>
        {event.body.subjects.map(({ path, version, contentHash }) => (
          <div key={path} className={classes.subject}>
            <dt>Changed</dt>
            <dd>
              <span className="mono">{path}</span> to version {version}{' '}
              <CopyText text={contentHash} label="the hash of its content" />
            </dd>
          </div>
        ))}
        <dt>Sealed</dt>
        <dd>
          {live.kind === 'loading' ? '…' : null}
          {live.kind === 'failed' && 'its checkpoints can’t be read right now'}
          {live.kind === 'ready' &&
            (sealed ? `by the checkpoint of ${newest.size.toLocaleString('en')} events` : 'not yet')}
        </dd>
      </dl>
      {sealed && (
        <Button variant="default" size="compact-sm" loading={state === 'busy'} onClick={prove}>
          Prove that it is in there
        </Button>
      )}
      <div role="status">
        {state === 'failed' && (
          <Mark tone="act" shape="triangle" wrap>
            The tiles did not arrive; try again
          </Mark>
        )}
        {typeof state === 'object' && <Proved proof={state.proof} size={state.size} />}
      </div>
    </div>
  );
}

function Proved({ proof, size }: { readonly proof: Proof; readonly size: number }): ReactNode {
  if (!proof.holds)
    return (
      <Mark tone="bad" shape="octagon" wrap>
        It does not lead to the root of that checkpoint: the event, or what its proof is made of, was changed
      </Mark>
    );
  return (
    <>
      <Mark tone="good" shape="disc-check" wrap>
        It is in the tree of {size.toLocaleString('en')} events, at this place
      </Mark>{' '}
      <CopyText
        text={[proof.leaf, ...proof.path].join('\n')}
        shown={`leaf and ${proof.path.length} hashes`}
        label="the proof:"
      />
    </>
  );
}
