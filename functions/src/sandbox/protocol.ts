import type { ErrorCode } from '@countersign/domain/errors';
import type { SandboxLimits } from './limits.ts';

/** Entry points of a plugin, and `script` for a plain file that registers none. */
export type Entry = 'manifest' | 'validate' | 'execute' | 'report' | 'script';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Usage {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssMiB: number;
  readonly calls: number;
  readonly outputBytes: number;
}

/** An error that plugin code threw, as far as it may leave the isolate. */
export interface ThrownByPlugin {
  readonly name: string;
  readonly message: string;
  /** Lines of the plugin's own code only. */
  readonly stack: readonly string[];
  /** Present when the plugin refuses its input (`InputError` of the SDK). */
  readonly issues?: readonly unknown[];
  /** The call whose refusal was not handled; the host then throws its own error again. */
  readonly call?: number;
}

export type ToChild =
  | {
      readonly type: 'run';
      readonly code: string;
      readonly entry: Entry;
      readonly input: string;
      readonly now: string;
      readonly seed: string;
      readonly limits: SandboxLimits;
    }
  | { readonly type: 'answer'; readonly id: number; readonly ok: boolean; readonly json: string };

export type FromChild =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly args: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'result'; readonly json: string; readonly usage: Usage }
  | { readonly type: 'thrown'; readonly error: ThrownByPlugin; readonly usage: Usage }
  | { readonly type: 'violation'; readonly code: ErrorCode; readonly message: string; readonly usage: Usage };

const HEADER_BYTES = 4;

/** One message on the pipe: its length in bytes (big endian), then its JSON in UTF-8. */
export function encodeFrame(message: ToChild | FromChild): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** Puts frames together again. `onTooLarge` is called before a frame above `maxBytes` is read into memory. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  readonly #maxBytes: number;
  readonly #onMessage: (message: unknown) => void;
  readonly #onTooLarge: (bytes: number) => void;

  constructor(maxBytes: number, onMessage: (message: unknown) => void, onTooLarge: (bytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#onMessage = onMessage;
    this.#onTooLarge = onTooLarge;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= HEADER_BYTES) {
      const length = this.#peekLength();
      if (length > this.#maxBytes) return this.#onTooLarge(length);
      if (this.#bytes < HEADER_BYTES + length) return;
      const all = this.#joined();
      const body = all.subarray(HEADER_BYTES, HEADER_BYTES + length);
      const rest = all.subarray(HEADER_BYTES + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
      this.#onMessage(JSON.parse(new TextDecoder().decode(body)));
    }
  }

  #peekLength(): number {
    if ((this.#chunks[0]?.length ?? 0) < HEADER_BYTES) this.#chunks = [this.#joined()];
    const first = this.#chunks[0] as Uint8Array;
    return new DataView(first.buffer, first.byteOffset, first.byteLength).getUint32(0);
  }

  /** All pieces as one; only called when a whole frame is there, so a large frame is copied once. */
  #joined(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0] as Uint8Array;
    const all = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }
}
