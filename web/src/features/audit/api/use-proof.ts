import { isAppError } from '@countersign/domain/errors';
import { verifyCheckpoint } from '@countersign/domain/audit/checkpoint';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { Checkpoint } from '@countersign/domain/schemas/stream';
import type { Firestore } from 'firebase/firestore';
import { useEffect, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { useServices } from '../../../app/services.ts';
import { type EventProof, proveEvent } from './prove-event.ts';
import { recall } from './remembered.ts';
import { readKey } from './verify/notes.ts';
import { browserVerify } from './verify/signatures.ts';

export interface Proved extends EventProof {
  /** The one that it was proved under. */
  readonly checkpoint: Checkpoint;
  /** Whether the checkpoint carries the signature of the key that this browser remembers; `no_key` when it remembers none. */
  readonly signature: 'holds' | 'false' | 'no_key';
}

export type ProofState =
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed'; readonly again: () => void }
  | { readonly kind: 'done'; readonly proved: Proved };

const BUSY = { kind: 'busy' } as const;

/** Prove an event under a checkpoint that covers it. The first one that is given stays: newer ones say no more of it. */
export function useProof(event: AuditEvent, checkpoint: Checkpoint | null): ProofState {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<{ readonly of: string; readonly is: ProofState } | null>(null);
  const { id } = event.body;
  const ready = checkpoint !== null;
  useEffect(() => {
    if (checkpoint === null) return;
    let current = true;
    const settle = (is: ProofState): void => {
      if (current) setState({ of: id, is });
    };
    prove(firestore, orgId, event, checkpoint).then(
      (proved) => settle({ kind: 'done', proved }),
      () => settle({ kind: 'failed', again: () => setAttempt(attempt + 1) }),
    );
    return () => {
      current = false;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, ready, attempt, firestore, orgId]);
  return state?.of === id ? state.is : BUSY;
}

async function prove(firestore: Firestore, orgId: string, event: AuditEvent, checkpoint: Checkpoint): Promise<Proved> {
  const key = recall(orgId)?.key ?? null;
  const [proof, signature] = await Promise.all([
    proveEvent(firestore, orgId, event, checkpoint),
    key === null ? ('no_key' as const) : signatureOf(checkpoint, readKey(key)),
  ]);
  return { ...proof, checkpoint, signature };
}

/** The note must say what the document beside it says, or the signature is one of something else. */
async function signatureOf({ note, origin, size, root }: Checkpoint, key: Uint8Array): Promise<'holds' | 'false'> {
  try {
    const signed = await verifyCheckpoint(note, origin, key, browserVerify);
    return signed.size === size && signed.root === root ? 'holds' : 'false';
  } catch (error) {
    if (isAppError(error) && error.code === 'invalid_argument') return 'false';
    throw error;
  }
}
