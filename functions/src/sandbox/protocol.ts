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
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly ok: boolean;
      readonly json: string;
      /** The result's property `text`, if it has one: a MiB of it would be escaped, copied and parsed within JSON. */
      readonly text: string | null;
    };

export type FromChild =
  /** The isolate stands; the next thing is a run. */
  | { readonly type: 'ready' }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly method: string;
      readonly args: string;
      /** The arguments' property `text`, if they have one; as above. */
      readonly text: string | null;
    }
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

/** The long texts of a message travel beside its JSON: as JSON within JSON they would be escaped, copied and grow. */
const TEXT_FIELDS: Partial<Record<Message['type'], readonly string[]>> = {
  run: ['input'],
  answer: ['json', 'text'],
  call: ['args', 'text'],
  result: ['json'],
  thrown: ['json'],
};

/** What a call counts as output. */
export function callBytes({ args, text }: { readonly args: string; readonly text: string | null }): number {
  return Buffer.byteLength(args) + (text === null ? 0 : Buffer.byteLength(text));
}

const HEADER_BYTES = 12;
/** The length of a text that is null. */
const NO_TEXT = 0xffffffff;

/**
 * One message on the pipe: the bytes of its head and of up to two texts (32 bits each, big endian), the head's JSON, the
 * texts in UTF-8.
 */
export function encodeFrame(message: Message): Buffer {
  const fields = TEXT_FIELDS[message.type] ?? [];
  const head: Record<string, unknown> = { ...message };
  const texts = [0, 1].map((index) => {
    const field = fields[index];
    if (field === undefined) return null;
    const text = head[field] as string | null;
    head[field] = undefined;
    return text;
  });
  const parts = [JSON.stringify(head), ...texts];
  const sizes = parts.map((part) => (part === null ? 0 : Buffer.byteLength(part)));
  const frame = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, HEADER_BYTES));
  let at = HEADER_BYTES;
  parts.forEach((part, index) => {
    frame.writeUInt32BE(part === null ? NO_TEXT : (sizes[index] ?? 0), index * 4);
    if (part !== null) at += frame.write(part, at);
  });
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
      const sizes = [0, 4, 8].map((offset) => first.readUInt32BE(offset));
      const length = sizes.reduce((sum, size) => sum + (size === NO_TEXT ? 0 : size), 0);
      if (length > this.maxBytes) return this.#onTooLarge(length);
      if (this.#bytes < HEADER_BYTES + length) return;
      this.#join();
      const all = this.#chunks[0] as Buffer;
      const rest = all.subarray(HEADER_BYTES + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
      this.#onMessage(decode(all.subarray(HEADER_BYTES, HEADER_BYTES + length), sizes));
    }
  }

  /** Only called when a whole frame is there, so a large frame is copied once. */
  #join(): void {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
  }
}

function decode(frame: Buffer, sizes: readonly number[]): unknown {
  let at = sizes[0] ?? 0;
  const message = JSON.parse(frame.toString('utf8', 0, at)) as Record<string, unknown> | null;
  const fields = TEXT_FIELDS[message?.['type'] as Message['type']] ?? [];
  fields.forEach((field, index) => {
    const size = sizes[index + 1] ?? NO_TEXT;
    if (message !== null) message[field] = size === NO_TEXT ? null : frame.toString('utf8', at, at + size);
    if (size !== NO_TEXT) at += size;
  });
  return message;
}
