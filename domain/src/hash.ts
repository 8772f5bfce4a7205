import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical-json.ts';

export { canonicalJson };

/** SHA-256 of bytes, or of a string's UTF-8 bytes, as 64 lower-case hex digits. */
export type Sha256 = (data: Uint8Array | string) => string;

/** A SHA-256 that takes its bytes piece by piece. */
export interface RunningSha256 {
  add(bytes: Uint8Array): void;
  /** Of all bytes so far; more may follow. */
  hex(): string;
}

let digest: Sha256 = (data) => bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data));

let running = (): RunningSha256 => {
  const sum = sha256.create();
  return { add: (bytes) => void sum.update(bytes), hex: () => bytesToHex(sum.clone().digest()) };
};

/** Let the platform's own SHA-256 take over from the portable one, which is several times slower. Same function, same results. */
export function useSha256(native: Sha256, nativeRunning: () => RunningSha256): void {
  digest = native;
  running = nativeRunning;
}

export const runningSha256 = (): RunningSha256 => running();

/** SHA-256 of bytes, or of a string's UTF-8 bytes, as 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return digest(data);
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
