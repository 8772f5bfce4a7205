import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { AppError } from '../errors.ts';
import { fromBase64, toBase64 } from './checkpoint.ts';
import type { Hash } from './merkle.ts';

/**
 * `add-checkpoint` of C2SP `tlog-witness` (https://c2sp.org/tlog-witness): what is sent to a witness, and what its answer
 * means. The body is the size that it saw last, a consistency proof from there, an empty line and the checkpoint:
 *
 *     old 20852014
 *     PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
 *
 *     countersign/acme/ledger
 *     20852163
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *
 *     — countersign/acme/ledger Az3grlgt…
 */
export const MAX_PROOF_LINES = 63;
/** A witness answers with a few lines; litewitness itself takes no longer request than this. */
export const MAX_ANSWER_BYTES = 16 * 1024;
const HASH_BYTES = 32;

export function addCheckpointBody(oldSize: number, proof: readonly Hash[], note: string): string {
  const lines = [`old ${oldSize}`, ...proof.map((hash) => toBase64(hexToBytes(hash)))];
  return `${lines.join('\n')}\n\n${note}`;
}

export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Hash[];
  readonly note: string;
}

/** The witness's side. @throws AppError `invalid_argument` for what is not of the form */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const end = body.indexOf('\n\n');
  const [first = '', ...rest] = body.slice(0, Math.max(end, 0)).split('\n');
  const old = /^old (0|[1-9]\d{0,15})$/.exec(first);
  if (old === null || rest.length > MAX_PROOF_LINES)
    throw new AppError('invalid_argument', 'The request is not an old size, a proof and a checkpoint');
  return {
    oldSize: Number(old[1]),
    proof: rest.map((line) => bytesToHex(fromBase64(line, HASH_BYTES))),
    note: body.slice(end + 2),
  };
}

/** A witness's answer, as it came over HTTP. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** What the answer says, by the status codes of the specification. */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly lines: readonly string[] }
  /** It saw another size last (409). Null where it names none, as it may of the same size with another root. */
  | { readonly kind: 'conflict'; readonly size: number | null }
  | { readonly kind: 'unknown_log' }
  | { readonly kind: 'unknown_key' }
  /** The proof does not lead from what it saw to what we sent (422). */
  | { readonly kind: 'inconsistent' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'garbled'; readonly how: string };

export function readAnswer({ status, body }: RawAnswer): WitnessAnswer {
  if (status === 200) {
    const lines = body.split('\n');
    if (lines.pop() !== '' || lines.length === 0) return { kind: 'garbled', how: 'an answer without signature lines' };
    if (lines.some((line) => !line.startsWith('\u2014 ')))
      return { kind: 'garbled', how: 'an answer with something else than signature lines' };
    return { kind: 'cosigned', lines };
  }
  if (status === 409) {
    const size = /^(0|[1-9]\d{0,15})\n?$/.exec(body)?.[1];
    return { kind: 'conflict', size: size === undefined ? null : Number(size) };
  }
  if (status === 404) return { kind: 'unknown_log' };
  if (status === 403) return { kind: 'unknown_key' };
  if (status === 422) return { kind: 'inconsistent' };
  return { kind: 'refused', status };
}
