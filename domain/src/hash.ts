import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { AppError } from './errors.ts';

let digest: (bytes: Uint8Array) => Uint8Array = sha256;

/** Let the platform's own SHA-256 take over from the portable one, which is several times slower. Same function, same results. */
export function useSha256(native: (bytes: Uint8Array) => Uint8Array): void {
  digest = native;
}

/** SHA-256 of bytes: 32 bytes. */
export function sha256Bytes(data: Uint8Array): Uint8Array {
  return digest(data);
}

/** SHA-256 of bytes, or of a string's UTF-8 bytes, as 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(digest(typeof data === 'string' ? utf8ToBytes(data) : data));
}

/** RFC 8785 (JCS) text of a JSON value. Numbers must be safe integers: amounts are strings here. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new AppError('internal', 'A value without a JSON form can not be hashed');
  return text;
}

/**
 * SHA-256 over the RFC 8785 form of a typed statement, as hex.
 * `type` and `version` are part of what is hashed, so that a hash of one kind never passes for another.
 */
export function digestOf(type: string, version: number, body: Readonly<Record<string, unknown>>): string {
  return sha256Hex(canonicalJson({ type, version, body }));
}

/** A document id derived from what it stands for: 32 hex digits (128 bits) of a typed hash. */
export function derivedId(type: string, ...parts: readonly string[]): string {
  // The RFC 8785 form: keys in order, and strings as JSON.stringify writes them.
  return sha256Hex(JSON.stringify({ parts, type })).slice(0, 32);
}
