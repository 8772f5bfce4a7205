import { formatTlogProof } from '@countersign/domain/audit/tlog-proof';
import { journalLeaf } from '@countersign/domain/ledger/leaf';
import type { Journal } from '@countersign/domain/schemas/journal';
import type { Checkpoint } from '@countersign/domain/schemas/stream';
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { type LeafProof, proveLeaf } from '../../../app/prove-leaf.ts';
import { useServices } from '../../../app/services.ts';
import { Instant } from '../../../components/instant.tsx';
import { saveBlob } from '../../../components/save-blob.ts';
import { Mark } from '../../../components/state-mark.tsx';
import classes from './ledger.module.css';

interface Proven {
  readonly seq: number;
  readonly text: string;
  readonly checkpoint: Checkpoint;
  readonly proof: LeafProof;
}

type State = 'idle' | 'busy' | 'failed' | readonly Proven[];

/** All steps of a journal, proven in this browser: each made anew from the journal, and found under a checkpoint's root. */
export function StepProof({
  journal,
  checkpoint,
}: {
  readonly journal: Journal;
  /** Covers all of its steps. */
  readonly checkpoint: Checkpoint;
}): ReactNode {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const [state, setState] = useState<State>('idle');
  const prove = (): void => {
    setState('busy');
    Promise.all(
      journal.steps.map(async ({ seq }, index): Promise<Proven> => {
        const text = journalLeaf(journal, index);
        return { seq, text, checkpoint, proof: await proveLeaf(firestore, orgId, 'ledger', { seq, text }, checkpoint) };
      }),
    ).then(setState, () => setState('failed'));
  };
  return (
    <div className={classes.proof}>
      <p className="muted">
        Sealed by the checkpoint of {checkpoint.size.toLocaleString('en')} ledger entries,{' '}
        <Instant at={checkpoint.at} seconds />.
      </p>
      {!Array.isArray(state) && (
        <Button className="no-print" variant="default" size="xs" loading={state === 'busy'} onClick={prove}>
          Prove that it is in there
        </Button>
      )}
      <div role="status">
        {state === 'failed' && (
          <Mark tone="act" shape="triangle" wrap>
            The tiles did not arrive; try again
          </Mark>
        )}
        {Array.isArray(state) && <Verdict journalId={journal.id} proven={state as readonly Proven[]} />}
      </div>
    </div>
  );
}

function Verdict({ journalId, proven }: { readonly journalId: string; readonly proven: readonly Proven[] }): ReactNode {
  const broken = proven.find(({ proof }) => !proof.holds);
  if (broken !== undefined)
    return (
      <Mark tone="bad" shape="octagon" wrap>
        Ledger entry {(broken.seq + 1).toLocaleString('en')} does not lead to the root of that checkpoint: this journal,
        or what its proof is made of, was changed
      </Mark>
    );
  return (
    <>
      <Mark tone="good" shape="disc-check" wrap>
        {proven.length === 1 ? 'It is' : 'All of its steps are'} in the tree of{' '}
        {proven[0]?.checkpoint.size.toLocaleString('en')} entries, just as {proven.length === 1 ? 'it is' : 'they are'}{' '}
        shown here
      </Mark>
      <ul className="no-print">
        {proven.map((one) => (
          <Saving key={one.seq} journalId={journalId} proven={one} />
        ))}
      </ul>
    </>
  );
}

/** The two files with which somebody else checks a step: what is hashed, and its proof with the signed checkpoint. */
function Saving({ journalId, proven }: { readonly journalId: string; readonly proven: Proven }): ReactNode {
  const { seq, text, checkpoint, proof } = proven;
  const save = (content: string, ending: string): void =>
    saveBlob(new Blob([content], { type: 'text/plain' }), `journal-${journalId}-${seq + 1}.${ending}`);
  return (
    <li className={classes.links}>
      <span className="muted">Ledger entry {(seq + 1).toLocaleString('en')}</span>
      <button type="button" className={classes.more} onClick={() => save(text, 'json')}>
        Save the entry
      </button>
      <button
        type="button"
        className={classes.more}
        onClick={() => save(formatTlogProof(seq, proof.path, checkpoint.note), 'tlog-proof')}
      >
        Save its proof
      </button>
    </li>
  );
}
