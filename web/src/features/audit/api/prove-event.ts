import { auditLeaf } from '@countersign/domain/audit/leaf';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { Checkpoint } from '@countersign/domain/schemas/stream';
import type { Firestore } from 'firebase/firestore';
import { type LeafProof, proveLeaf } from '../../../app/prove-leaf.ts';

export type EventProof = LeafProof;

/** That an event lies at its place under the root of a checkpoint. */
export function proveEvent(
  firestore: Firestore,
  orgId: string,
  event: AuditEvent,
  checkpoint: Pick<Checkpoint, 'size' | 'root'>,
): Promise<EventProof> {
  return proveLeaf(firestore, orgId, 'audit', { seq: event.seq, text: auditLeaf(event) }, checkpoint);
}
