import type { PolicyWitness } from '@countersign/domain/audit/witness-policy';
import { paths } from '@countersign/domain/paths';
import { checkpointSchema, type Checkpoint, type StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';
import type { SealDeps } from '../streams/index.ts';
import type { Asked } from './ask.ts';
import { submissionOf } from './notes.ts';
import { keyIdHex } from './state.ts';

const padded = (size: number): string => String(size).padStart(16, '0');

/** First what lies outside the database: what is known of a witness's word is never only here. */
export async function keepAnswer(
  { publisher, db }: SealDeps,
  orgId: string,
  { checkpoint, epoch }: { readonly checkpoint: Checkpoint; readonly epoch: number },
  witness: PolicyWitness,
  asked: Asked,
): Promise<void> {
  const file = `${padded(checkpoint.size)}-${keyIdHex(witness)}`;
  const { note } = submissionOf(checkpoint);
  const { stream: name } = checkpoint;
  if (asked.kind === 'cosigned') return publisher.keep(orgId, name, 'cosigned', file, `${note}${asked.line}\n`, epoch);
  if (asked.exchange === undefined) return;
  const text = await dispute(db, orgId, name, epoch, witness, asked, asked.exchange);
  return publisher.keep(orgId, name, 'disputed', file, text, epoch);
}

/** Both sides, as they can be shown to others: what we signed, what the witness says, and what we had signed there. */
async function dispute(
  db: Database,
  orgId: string,
  name: StreamName,
  epoch: number,
  witness: PolicyWitness,
  { message, size }: Asked & { kind: 'problem' },
  exchange: NonNullable<(Asked & { kind: 'problem' })['exchange']>,
): Promise<string> {
  const stored = size === null ? null : await db.get(paths.checkpoint(orgId, name, size, epoch));
  const then = stored === null ? 'nothing\n' : checkpointSchema.parse(stored.data).note;
  return [
    `Of the witness ${witness.name}: ${message}\n`,
    `It was sent:\n\n${exchange.sent}`,
    `It answered with HTTP status ${exchange.status}:\n\n${exchange.body}`,
    `What we had signed at ${size ?? 'that size'}:\n\n${then}`,
  ].join('\n');
}
