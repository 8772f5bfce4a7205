import { originOf, verifyCheckpoint, type CheckpointBody } from '@countersign/domain/audit/checkpoint';
import { cosignatureLine, witnessKey, type Witness } from '@countersign/domain/audit/cosignature';
import { EMPTY_ROOT } from '@countersign/domain/audit/merkle';
import { verifyConsistency } from '@countersign/domain/audit/verify-proof';
import { parseAddCheckpoint } from '@countersign/domain/audit/witness-protocol';
import { isAppError } from '@countersign/domain/errors';
import { ed25519Verify } from '../../../functions/src/streams/ed25519.ts';
import type { Signer } from '../../../functions/src/streams/ports.ts';

/** What a witness remembers of a log: the last tree that it cosigned. */
export type Seen = Pick<CheckpointBody, 'size' | 'root'>;

export interface WitnessOptions {
  readonly name: string;
  readonly signer: Signer;
  /** The key that a log of this origin signs with; null for a log that the witness does not know. */
  readonly trusts: (origin: string) => Promise<Uint8Array | null>;
  readonly seen: Map<string, Seen>;
  /** Must have kept what is in `seen` when it is done: the answer is given after it. */
  readonly persist: () => Promise<void>;
  readonly now: () => Date;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const text = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

/**
 * A witness as C2SP `tlog-witness` wants it: it cosigns a checkpoint if it goes on from the last one that it cosigned, and
 * nothing else, ever. One at a time, so that no two requests are held against the same memory.
 */
export class StandInWitness {
  readonly #options: WitnessOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  async key(): Promise<Witness> {
    return { name: this.#options.name, publicKey: await this.#options.signer.publicKey() };
  }

  async verifierKey(): Promise<string> {
    return witnessKey(await this.key());
  }

  addCheckpoint(body: string): Promise<Answer> {
    const answer = this.#last.then(() => this.#decide(body));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #decide(body: string): Promise<Answer> {
    try {
      const { oldSize, proof, note } = parseAddCheckpoint(body);
      const [origin = ''] = note.split('\n');
      const key = await this.#options.trusts(origin);
      if (key === null) return text(404, 'unknown log');
      const next = await verifyCheckpoint(note, origin, key, ed25519Verify).catch((error: unknown) => {
        if (isAppError(error) && /not signed with this key|false signature/.test(error.message)) return null;
        throw error;
      });
      if (next === null) return text(403, 'no signature of a key that is trusted');
      return await this.#judge(next, oldSize, proof, note);
    } catch (error) {
      if (isAppError(error) && error.code === 'invalid_argument') return text(400, error.message);
      throw error;
    }
  }

  async #judge(next: CheckpointBody, oldSize: number, proof: readonly string[], note: string): Promise<Answer> {
    const { seen, persist, signer, now } = this.#options;
    if (oldSize > next.size) return text(400, 'the old size is above that of the checkpoint');
    const last = seen.get(next.origin) ?? { size: 0, root: EMPTY_ROOT };
    if (oldSize !== last.size || (oldSize === next.size && last.root !== next.root))
      return { status: 409, type: 'text/x.tlog.size', body: `${last.size}\n` };
    if (!verifyConsistency(last.size, next.size, last.root, next.root, [...proof]))
      return text(422, 'the proof does not lead from what was cosigned last to this checkpoint');
    seen.set(next.origin, { size: next.size, root: next.root });
    await persist();
    const line = await cosignatureLine(await this.key(), note, Math.floor(now().getTime() / 1000), (message) =>
      signer.sign(message),
    );
    return { status: 200, type: 'text/plain; charset=utf-8', body: line };
  }
}

/** Whether an origin is that of a log of this platform. */
export function isOurs(origin: string): boolean {
  const [, orgId = '', stream = '', epoch = '0'] = origin.split('/');
  return (stream === 'ledger' || stream === 'audit') && originOf(orgId, stream, Number(epoch)) === origin;
}
