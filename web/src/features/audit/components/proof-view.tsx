import { auditLeaf } from '@countersign/domain/audit/leaf';
import { formatTlogProof } from '@countersign/domain/audit/tlog-proof';
import { plural } from '@countersign/domain/plan/sentence';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { saveBlob } from '../../../components/save-blob.ts';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { type Proved, useProof } from '../api/use-proof.ts';
import classes from './event-facts.module.css';

/** Made here from the tiles, checked here against the newest checkpoint; nothing of it is taken from the server's word. */
export function ProofView({ event }: { readonly event: AuditEvent }): ReactNode {
  const { orgId } = useWorkplace();
  const { live } = useLiveList(refs.newestCheckpoints(orgId, 'audit'), 1);
  const newest = live.kind === 'ready' ? live.value[0] : undefined;
  const covers = newest !== undefined && newest.size > event.seq ? newest : null;
  const state = useProof(event, covers);
  if (live.kind === 'failed') return <Failure failure={live.failure} what="its checkpoint" />;
  if (live.kind === 'ready' && covers === null)
    return (
      <p className={classes.verdict} role="status">
        <Mark tone="busy" shape="clock" wrap>
          Not sealed yet: the newest checkpoint ends before it. That takes seconds.
        </Mark>
      </p>
    );
  return (
    <>
      <p className={classes.verdict} role="status">
        {state.kind === 'busy' && <span className="muted">Making the proof…</span>}
        {state.kind === 'failed' && (
          <>
            <Mark tone="act" shape="triangle" wrap>
              The tiles did not arrive.
            </Mark>{' '}
            <Button variant="default" size="compact-sm" onClick={state.again}>
              Try again
            </Button>
          </>
        )}
        {state.kind === 'done' && <Verdict proved={state.proved} />}
      </p>
      {state.kind === 'done' && <Details event={event} proved={state.proved} />}
    </>
  );
}

function Verdict({ proved }: { readonly proved: Proved }): ReactNode {
  if (!proved.holds)
    return (
      <Mark tone="bad" shape="octagon" large wrap>
        It does not lead to the root of that checkpoint: the event, or what its proof is made of, was changed
      </Mark>
    );
  if (proved.signature === 'false')
    return (
      <Mark tone="bad" shape="octagon" large wrap>
        It is in that tree, but the checkpoint is not signed with the key that this browser remembers
      </Mark>
    );
  return (
    <Mark tone="good" shape="disc-check" large wrap>
      It is in the tree of {proved.checkpoint.size.toLocaleString('en')} events, at this place
    </Mark>
  );
}

function Details({ event, proved }: { readonly event: AuditEvent; readonly proved: Proved }): ReactNode {
  const { checkpoint, path, leaf } = proved;
  const name = `event-${event.seq}`;
  const save = (text: string, ending: string): void =>
    saveBlob(new Blob([text], { type: 'text/plain' }), `${name}.${ending}`);
  const text = auditLeaf(event);
  const proof = formatTlogProof(event.seq, path, checkpoint.note);
  return (
    <>
      <div className={classes.buttons}>
        <Button variant="default" size="xs" onClick={() => save(text, 'json')}>
          Save the event
        </Button>
        <Button variant="default" size="xs" onClick={() => save(proof, 'tlog-proof')}>
          Save the proof
        </Button>
        <CopyText text={proof} shown="copy the proof" label="whole:" />
      </div>
      <p className="muted">
        The two files are all that somebody else needs, with the log’s public key: tools that read C2SP tlog-proof check
        them without this platform.
      </p>
      <dl className={classes.facts}>
        <dt>Checkpoint</dt>
        <dd>
          <span className="mono">{checkpoint.origin}</span>, {plural(checkpoint.size, 'event')},{' '}
          <Instant at={checkpoint.at} seconds />
        </dd>
        <dt>Signature</dt>
        <dd>
          {proved.signature === 'holds' && 'holds, with the public key that this browser remembers'}
          {proved.signature === 'false' && 'does not hold with the public key that this browser remembers'}
          {proved.signature === 'no_key' && (
            <>
              not checked: this browser knows no public key. <Link to="/audit">Verify once with one</Link>
            </>
          )}
        </dd>
        <dt>Leaf</dt>
        <dd>
          <CopyText text={leaf} shown={leaf} label="the leaf’s hash" />
        </dd>
      </dl>
      <details>
        <summary>
          {path.length === 0
            ? 'No path: the tree has one leaf'
            : `The path: ${plural(path.length, 'hash').replace('hashs', 'hashes')} from the leaf to the root`}
        </summary>
        <ol className={`mono ${classes.path}`}>
          {path.map((hash, index) => (
            <li key={hash}>
              <span className="muted">step {index + 1}</span>
              <span>{hash}</span>
            </li>
          ))}
          <li>
            <span className="muted">root</span>
            <span>{checkpoint.root}</span>
          </li>
        </ol>
      </details>
      <details>
        <summary>The signed checkpoint</summary>
        <pre className={`mono ${classes.text}`} tabIndex={0}>
          {checkpoint.note}
        </pre>
      </details>
      <details>
        <summary>The text that is hashed</summary>
        <pre className={`mono ${classes.text}`} tabIndex={0}>
          {text}
        </pre>
      </details>
    </>
  );
}
