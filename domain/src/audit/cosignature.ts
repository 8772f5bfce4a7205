import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { AppError } from '../errors.ts';
import { fromBase64, parseCheckpoint, toBase64, type VerifySignature } from './checkpoint.ts';

/**
 * Cosignatures of witnesses, `cosignature/v1` of C2SP `tlog-cosignature` (https://c2sp.org/tlog-cosignature): a further
 * signature line of a checkpoint, by which somebody says that he saw the log go on from what he saw before. Its bytes
 * are key id, time in seconds since 1970 (8 bytes, big-endian), Ed25519 over a header with that time and the text.
 */
const COSIGNATURE_V1 = 0x04;
const KEY_ID_BYTES = 4;
const KEY_BYTES = 32;
const TIMESTAMP_BYTES = 8;
const SIGNATURE_BYTES = 64;

export interface Witness {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

export interface Cosignature {
  readonly witness: string;
  /** Seconds since 1970: when the witness saw it. */
  readonly time: number;
}

/** First four bytes of SHA-256(name ‖ newline ‖ 0x04 ‖ key). */
export function witnessKeyId({ name, publicKey }: Witness): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(COSIGNATURE_V1), publicKey)).slice(0, KEY_ID_BYTES);
}

/** The key in the form that signed-note tools take: `name+id+base64`. */
export function witnessKey(witness: Witness): string {
  const key = concatBytes(Uint8Array.of(COSIGNATURE_V1), witness.publicKey);
  return `${witness.name}+${bytesToHex(witnessKeyId(witness))}+${toBase64(key)}`;
}

/** @throws AppError `invalid_argument` unless it is such a key of a witness */
export function parseWitnessKey(text: string): Witness {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = fromBase64(encoded);
  const witness = { name, publicKey: bytes.slice(1) };
  if (bytes[0] !== COSIGNATURE_V1 || bytes.length !== 1 + KEY_BYTES || bytesToHex(witnessKeyId(witness)) !== id)
    throw new AppError('invalid_argument', `"${text.trim()}" is no key of a witness: name+id+key, of cosignature/v1`);
  return witness;
}

/** What a witness signs. */
export function cosignedText(time: number, checkpoint: string): string {
  return `cosignature/v1\ntime ${time}\n${checkpoint}`;
}

/**
 * The cosignatures of a checkpoint by these witnesses. Lines of others are left alone, as the format wants it.
 * @throws AppError `invalid_argument` when a line of one of them does not hold
 */
export async function verifyCosignatures(
  note: string,
  witnesses: readonly Witness[],
  verify: VerifySignature,
): Promise<Cosignature[]> {
  const { text, signatures } = parseCheckpoint(note);
  const found: Cosignature[] = [];
  for (const witness of witnesses) {
    const id = bytesToHex(witnessKeyId(witness));
    for (const line of signatures.filter((one) => one.name === witness.name && bytesToHex(one.keyId) === id)) {
      const time = timeOf(line.signature);
      const signed = utf8ToBytes(cosignedText(time, text));
      if (
        line.signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES ||
        !(await verify(witness.publicKey, signed, line.signature.slice(TIMESTAMP_BYTES)))
      )
        throw new AppError('invalid_argument', `The checkpoint carries a false cosignature of ${witness.name}`);
      found.push({ witness: witness.name, time });
    }
  }
  return found;
}

function timeOf(signature: Uint8Array): number {
  const hex = bytesToHex(signature.slice(0, TIMESTAMP_BYTES));
  return hex === '' ? 0 : Number(BigInt(`0x${hex}`));
}

/** The signature line of a witness, to be added to a note; for tests and for witnesses of one's own. */
export async function cosignatureLine(
  witness: Witness,
  note: string,
  time: number,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  const { text } = parseCheckpoint(note);
  const signature = await sign(utf8ToBytes(cosignedText(time, text)));
  const stamp = hexToBytes(time.toString(16).padStart(TIMESTAMP_BYTES * 2, '0'));
  return `\u2014 ${witness.name} ${toBase64(concatBytes(witnessKeyId(witness), stamp, signature))}\n`;
}
