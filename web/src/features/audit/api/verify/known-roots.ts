import {
  type CheckpointBody,
  epochOf,
  originOf,
  parseCheckpoint,
  type VerifySignature,
  verifyCheckpoint,
} from '@countersign/domain/audit/checkpoint';
import { isAppError } from '@countersign/domain/errors';
import { checkpointSchema, type StreamName } from '@countersign/domain/schemas/stream';
import type { Findings } from './findings.ts';
import type { LogSource } from './log-source.ts';
import type { Witnessed } from './tree-check.ts';

/** Of whom, and how to tell that it is theirs. Without a key, only what a checkpoint says is looked at. */
export interface Trust {
  readonly orgId: string;
  readonly publicKey: Uint8Array | null;
  readonly verify: VerifySignature;
}

/** The checkpoints that the database keeps. They prove nothing, but they must not contradict what does. */
export async function storedRoots(
  source: LogSource,
  name: StreamName,
  trust: Trust,
  findings: Findings,
): Promise<Witnessed[]> {
  const roots: Witnessed[] = [];
  for await (const page of source.checkpoints(name))
    for (const { id, data } of page) {
      const where = `checkpoints/${id}`;
      const wrong = (message: string): void => findings.add({ stream: name, where, seq: null, message });
      const parsed = checkpointSchema.safeParse(data);
      if (!parsed.success) {
        wrong('does not have the form of a checkpoint');
        continue;
      }
      const epoch = epochOf(parsed.data.origin, trust.orgId, name);
      if (epoch === null) {
        wrong(`is of ${parsed.data.origin}`);
        continue;
      }
      const body = await bodyOf(parsed.data.note, originOf(trust.orgId, name, epoch), trust, wrong);
      if (body === null) continue;
      if (body.size !== parsed.data.size || body.root !== parsed.data.root)
        wrong('says something else than the note in it');
      roots.push({ size: body.size, root: body.root, epoch, origin: 'stored', where });
    }
  return roots;
}

/** Checkpoints from elsewhere. One that nobody can check vouches for nothing: without a key it is a finding. */
export async function outsideRoots(
  notes: readonly string[],
  name: StreamName,
  trust: Trust,
  findings: Findings,
): Promise<Witnessed[]> {
  const roots: Witnessed[] = [];
  for (const [index, note] of notes.entries()) {
    const number = `your checkpoint ${index + 1}`;
    const wrong = (message: string): void => findings.add({ stream: name, where: number, seq: null, message });
    const origin = originIn(note);
    if (origin === null) {
      // Said once, not for both streams.
      if (name === 'audit') wrong('is no checkpoint: it was changed on its way, or is something else');
      continue;
    }
    const epoch = epochOf(origin, trust.orgId, name);
    if (epoch === null) {
      if (name === 'audit' && epochOf(origin, trust.orgId, 'ledger') === null) wrong(`is of another log: ${origin}`);
      continue;
    }
    if (trust.publicKey === null) {
      wrong('can’t be checked without the public key');
      continue;
    }
    const body = await bodyOf(note, origin, trust, wrong);
    if (body !== null) roots.push({ ...body, epoch, origin: 'outside', where: `${number}, of ${body.size} records,` });
  }
  return roots;
}

function originIn(note: string): string | null {
  try {
    return parseCheckpoint(note).origin;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

async function bodyOf(
  note: string,
  origin: string,
  { publicKey, verify }: Trust,
  wrong: (message: string) => void,
): Promise<CheckpointBody | null> {
  try {
    if (publicKey !== null) return await verifyCheckpoint(note, origin, publicKey, verify);
    const parsed = parseCheckpoint(note);
    if (parsed.origin === origin) return parsed;
    wrong(`says that it is of ${parsed.origin}`);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'invalid_argument') throw error;
    wrong(error.message.replace(/^The checkpoint /, ''));
  }
  return null;
}
