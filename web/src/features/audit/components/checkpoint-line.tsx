import type { ReactNode } from 'react';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './audit-page.module.css';

/** The newest signed checkpoint, and how many events came after it. It is shown, not checked: checking is the verifier's. */
export function CheckpointLine(): ReactNode {
  const { orgId } = useWorkplace();
  const checkpoints = useLiveList(refs.newestCheckpoints(orgId, 'audit'), 1);
  const head = useLiveDocument(refs.streamHead(orgId, 'audit'));
  if (checkpoints.live.kind !== 'ready') return null;
  const newest = checkpoints.live.value[0];
  if (!newest) return <p className={classes.checkpoint}>No checkpoint is signed yet.</p>;
  const behind = head.kind === 'ready' && head.value ? head.value.size - newest.size : 0;
  return (
    <p className={classes.checkpoint}>
      <Mark tone="good" shape="ring-check">
        Newest checkpoint
      </Mark>
      <span>
        <span className="tabular">{newest.size.toLocaleString('en')}</span> events sealed,{' '}
        <Instant at={newest.at} seconds />
      </span>
      <span>
        root <CopyText text={newest.root} label="root" />
      </span>
      {behind > 0 && <span className="muted">{behind.toLocaleString('en')} newer, not sealed yet</span>}
    </p>
  );
}
