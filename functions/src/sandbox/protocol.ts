import type { SandboxLimits } from './limits.ts';
import type { ViolationCode } from './meter.ts';

/** Entry points of a plugin, and `script` for a plain file that registers none. */
export type Entry = 'manifest' | 'validate' | 'execute' | 'report' | 'script';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Usage {
  /** Of the whole process, from the begin of the run on. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** The most that the process had resident. */
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
      /** JSON. */
      readonly input: string;
      readonly now: string;
      readonly seed: string;
      readonly limits: SandboxLimits;
    }
  | { readonly type: 'answer'; readonly id: number; readonly ok: boolean; readonly json: string };

export type FromChild =
  /** The isolate stands; the next thing is a run. */
  | { readonly type: 'ready' }
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly args: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'result'; readonly json: string; readonly usage: Usage }
  /** `json` is a `ThrownByPlugin`. */
  | { readonly type: 'thrown'; readonly json: string; readonly usage: Usage }
  | {
      readonly type: 'violation';
      readonly code: ViolationCode;
      readonly message: string;
      readonly usage: Usage;
    };

type Message = ToChild | FromChild;

/** The one long text of a message travels beside its JSON: as JSON within JSON it would be escaped, copied and grow. */
const TEXT_FIELD: Partial<Record<Message['type'], string>> = {
  run: 'input',
  answer: 'json',
  call: 'args',
  result: 'json',
  thrown: 'json',
};

const HEADER_BYTES = 8;

/** One message on the pipe: the bytes of head and text (32 bits each, big endian), the head's JSON, the text in UTF-8. */
export function encodeFrame(message: Message): Buffer {
  const field = TEXT_FIELD[message.type];
  const whole = message as unknown as Record<string, unknown>;
  const text = field === undefined ? '' : (whole[field] as string);
  const head = JSON.stringify(field === undefined ? message : { ...whole, [field]: undefined });
  const headBytes = Buffer.byteLength(head);
  const textBytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + headBytes + textBytes);
  frame.writeUInt32BE(headBytes, 0);
  frame.writeUInt32BE(textBytes, 4);
  frame.write(head, HEADER_BYTES);
  frame.write(text, HEADER_BYTES + headBytes);
  return frame;
}

/** Puts frames together again. `onTooLarge` is called before a frame above `maxBytes` is read into memory. */
export class FrameReader {
  /** May change between frames: a run brings its own limits. */
  maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #onMessage: (message: unknown) => void;
  readonly #onTooLarge: (bytes: number) => void;

  constructor(maxBytes: number, onMessage: (message: unknown) => void, onTooLarge: (bytes: number) => void) {
    this.maxBytes = maxBytes;
    this.#onMessage = onMessage;
    this.#onTooLarge = onTooLarge;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= HEADER_BYTES) {
      if ((this.#chunks[0] as Buffer).length < HEADER_BYTES) this.#join();
      const first = this.#chunks[0] as Buffer;
      const headBytes = first.readUInt32BE(0);
      const length = headBytes + first.readUInt32BE(4);
      if (length > this.maxBytes) return this.#onTooLarge(length);
      if (this.#bytes < HEADER_BYTES + length) return;
      this.#join();
      const all = this.#chunks[0] as Buffer;
      const rest = all.subarray(HEADER_BYTES + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
      this.#onMessage(decode(all.subarray(HEADER_BYTES, HEADER_BYTES + length), headBytes));
    }
  }

  /** Only called when a whole frame is there, so a large frame is copied once. */
  #join(): void {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
  }
}

function decode(frame: Buffer, headBytes: number): unknown {
  const message = JSON.parse(frame.toString('utf8', 0, headBytes)) as Record<string, unknown> | null;
  const field = TEXT_FIELD[message?.['type'] as Message['type']];
  if (field !== undefined && message !== null) message[field] = frame.toString('utf8', headBytes);
  return message;
}
