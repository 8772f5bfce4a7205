import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { AppError } from '../errors.ts';
import type { StreamName } from '../schemas/stream.ts';
import type { Hash } from './merkle.ts';

/**
 * Checkpoints in the C2SP formats `tlog-checkpoint` and `signed-note` (https://c2sp.org), so that other tools can read
 * and witness them:
 *
 *     countersign/acme/ledger
 *     1204
 *     <base64 of the root>
 *
 *     — countersign/acme/ledger <base64 of key id and Ed25519 signature>
 */
export interface CheckpointBody {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** Ed25519 over the bytes as they are. `publicKey` has 32 bytes, `signature` 64. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const ROOT_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Ours, and those of as many witnesses as a policy may name. */
const MAX_SIGNATURES = 33;

/**
 * The name of a log. A database that came back from a backup begins a new epoch, whose log has a name of its own: under
 * each name, the key vouches for one history only.
 */
export const originOf = (orgId: string, stream: StreamName, epoch = 0): string =>
  epoch === 0 ? `countersign/${orgId}/${stream}` : `countersign/${orgId}/${stream}/${epoch}`;

/** The epoch in an origin of this stream; null for the origin of another. */
export function epochOf(origin: string, orgId: string, stream: StreamName): number | null {
  const first = originOf(orgId, stream);
  if (origin === first) return 0;
  const digits = origin.startsWith(`${first}/`) ? origin.slice(first.length + 1) : '';
  return /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : null;
}

/** The text that is signed. Its last line ends with a newline too. */
export function checkpointText({ origin, size, root }: CheckpointBody): string {
  return `${origin}\n${size}\n${toBase64(hexToBytes(root))}\n`;
}

/** First four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ key): it tells keys apart, it does not vouch for one. */
export function keyIdOf(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, KEY_ID_BYTES);
}

/** The key in the form that other signed-note tools take: `name+id+base64`. */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${bytesToHex(keyIdOf(name, publicKey))}+${toBase64(concatBytes(Uint8Array.of(ED25519), publicKey))}`;
}

/** The log signs in the name of its origin. */
export function formatCheckpoint(body: CheckpointBody, publicKey: Uint8Array, signature: Uint8Array): string {
  return `${checkpointText(body)}\n\u2014 ${body.origin} ${toBase64(concatBytes(keyIdOf(body.origin, publicKey), signature))}\n`;
}

export interface ParsedCheckpoint extends CheckpointBody {
  /** What the signatures are over. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly keyId: Uint8Array; readonly signature: Uint8Array }[];
}

/** @throws AppError `invalid_argument` for anything that is not such a note, byte for byte */
export function parseCheckpoint(note: string): ParsedCheckpoint {
  const end = note.indexOf('\n\n');
  if (end < 0) throw broken('has no signatures');
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  // Other lines may follow in the format, but this log writes none.
  if (more.length !== 1 || origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size))
    throw broken('is not origin, size and root');
  const lines = note.slice(end + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_SIGNATURES)
    throw broken('has no proper list of signatures');
  return {
    origin,
    size: Number(size),
    root: bytesToHex(fromBase64(root, ROOT_BYTES)),
    text,
    signatures: lines.map(parseSignature),
  };
}

function parseSignature(line: string): ParsedCheckpoint['signatures'][number] {
  const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
  if (match === null) throw broken('has a signature line of another form');
  const bytes = fromBase64(match[2] as string);
  return { name: match[1] as string, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/**
 * Read a checkpoint and check that it is of this origin and signed with this key. Signatures of others are ignored.
 * @throws AppError `invalid_argument` when it is not
 */
export async function verifyCheckpoint(
  note: string,
  origin: string,
  publicKey: Uint8Array,
  verify: VerifySignature,
): Promise<CheckpointBody> {
  const parsed = parseCheckpoint(note);
  if (parsed.origin !== origin) throw broken(`is of ${parsed.origin}, not of ${origin}`);
  const keyId = bytesToHex(keyIdOf(origin, publicKey));
  const ours = parsed.signatures.filter(
    (one) => one.name === origin && bytesToHex(one.keyId) === keyId && one.signature.length === SIGNATURE_BYTES,
  );
  if (ours.length === 0) throw broken('is not signed with this key');
  for (const { signature } of ours) {
    if (!(await verify(publicKey, utf8ToBytes(parsed.text), signature))) throw broken('carries a false signature');
  }
  return { origin: parsed.origin, size: parsed.size, root: parsed.root };
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** @throws AppError `invalid_argument` unless it is canonical base64, of `length` bytes if that is given */
export function fromBase64(text: string, length?: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw broken('holds something that is not base64');
  }
  if (toBase64(bytes) !== text || (length !== undefined && bytes.length !== length))
    throw broken('holds base64 of another form or length');
  return bytes;
}

const broken = (how: string): AppError => new AppError('invalid_argument', `The checkpoint ${how}`);
