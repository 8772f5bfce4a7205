import type { CheckpointBody } from '@countersign/domain/audit/checkpoint';
import { verifyCosignatures, witnessKeyId } from '@countersign/domain/audit/cosignature';
import { fromBase64 } from '@countersign/domain/audit/checkpoint';
import type { Hash } from '@countersign/domain/audit/merkle';
import type { PolicyWitness } from '@countersign/domain/audit/witness-policy';
import { addCheckpointBody, readAnswer, type RawAnswer } from '@countersign/domain/audit/witness-protocol';
import { assert, isAppError } from '@countersign/domain/errors';
import type { WitnessProblem } from '@countersign/domain/schemas/witness';
import { ed25519Verify } from '../streams/ed25519.ts';

/** The witness may tell another size, and somebody else may have asked it in between; more is no dialogue. */
const MAX_ROUNDS = 4;
/** Clocks differ; a cosignature from further ahead says nothing that can be relied on. */
const MAX_AHEAD_S = 5 * 60;

export interface Submission extends CheckpointBody {
  /** With the log's own signature alone. */
  readonly note: string;
}

export interface Dialogue {
  /** @throws AppError `unavailable`, `limit_exceeded` */
  readonly ask: (body: string) => Promise<RawAnswer>;
  /** The proof from an older size to this one; null when our own tree does not give one. */
  readonly prove: (before: number) => Promise<readonly Hash[] | null>;
  readonly now: () => Date;
}

export type Asked =
  | { readonly kind: 'cosigned'; readonly line: string; readonly at: string }
  | {
      readonly kind: 'problem';
      readonly code: WitnessProblem['code'];
      readonly message: string;
      readonly size: number | null;
      /** What was sent and what came back, where that is evidence. */
      readonly exchange?: { readonly sent: string; readonly status: number; readonly body: string };
    };

/**
 * Ask one witness to cosign a checkpoint. It is told the size that it cosigned last, as far as we know; where it knows
 * better, the proof begins there.
 * @param known 0 when we know of none
 */
export async function askWitness(
  checkpoint: Submission,
  witness: PolicyWitness,
  known: number,
  dialogue: Dialogue,
): Promise<Asked> {
  let old = Math.min(known, checkpoint.size);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const proof = await dialogue.prove(old);
    if (proof === null)
      return problem('unprovable', `our own tree does not lead from ${old} to ${checkpoint.size}`, old);
    const sent = addCheckpointBody(old, proof, checkpoint.note);
    const raw = await answerOf(dialogue, sent);
    if ('code' in raw) return raw;
    const answer = readAnswer(raw);
    const evidence = { sent, ...raw };
    if (answer.kind === 'cosigned') return judge(checkpoint, witness, answer.lines, dialogue.now());
    if (answer.kind === 'conflict' && answer.size !== null && answer.size !== old) {
      if (answer.size > checkpoint.size)
        return {
          ...problem('ahead', `it says that it has cosigned ${answer.size} of it`, answer.size),
          exchange: evidence,
        };
      old = answer.size;
      continue;
    }
    // Of the very size that it named: the roots differ (409, or 422 as litewitness says). Or the proof does not hold.
    if ((answer.kind === 'conflict' && old === checkpoint.size) || answer.kind === 'inconsistent')
      return { ...problem('disagrees', `it has seen another log of this name at ${old}`, old), exchange: evidence };
    return refusal(answer);
  }
  return problem('refused', 'it tells another size each time', null);
}

const problem = (
  code: WitnessProblem['code'],
  message: string,
  size: number | null = null,
): Asked & { kind: 'problem' } => ({ kind: 'problem', code, message, size });

async function answerOf({ ask }: Dialogue, sent: string): Promise<RawAnswer | (Asked & { kind: 'problem' })> {
  try {
    return await ask(sent);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return problem(error.code === 'unavailable' ? 'unreachable' : 'garbled', error.message);
  }
}

function refusal(answer: Exclude<ReturnType<typeof readAnswer>, { kind: 'cosigned' | 'inconsistent' }>): Asked {
  switch (answer.kind) {
    case 'unknown_log':
      return problem('unknown_log', 'it knows no log of this name: its operator has to add it');
    case 'unknown_key':
      return problem('unknown_key', 'it does not trust the key that signs our checkpoints');
    case 'refused':
      return problem('refused', `it refused with HTTP status ${answer.status}`);
    case 'conflict':
      return problem('garbled', 'it names the size that we named, as a conflict');
    case 'garbled':
      return problem('garbled', answer.how);
  }
}

/** Lines of its name and key count, others are left alone; a line that does not hold is worse than none. */
async function judge(
  checkpoint: Submission,
  witness: PolicyWitness,
  lines: readonly string[],
  now: Date,
): Promise<Asked> {
  const own = lines.find((line) => isOf(line, witness));
  if (own === undefined) return problem('false_cosignature', 'its answer has no line of the key that the policy names');
  try {
    const [found] = await verifyCosignatures(`${checkpoint.note}${own}\n`, [witness], ed25519Verify);
    assert(found !== undefined, 'a line of this key is verified or refused');
    if (found.time > now.getTime() / 1000 + MAX_AHEAD_S)
      return problem('false_cosignature', 'its cosignature is from the future');
    return { kind: 'cosigned', line: own, at: new Date(found.time * 1000).toISOString() };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'invalid_argument') throw error;
    return problem('false_cosignature', 'its cosignature does not hold for this checkpoint');
  }
}

function isOf(line: string, witness: PolicyWitness): boolean {
  const prefix = `\u2014 ${witness.name} `;
  if (!line.startsWith(prefix)) return false;
  try {
    return Buffer.from(fromBase64(line.slice(prefix.length)).slice(0, 4)).equals(Buffer.from(witnessKeyId(witness)));
  } catch {
    return false;
  }
}
