import { createHash } from 'node:crypto';
import { detectEncoding, TextStream, type Encoding } from '@countersign/domain/csv/decode';
import { AppError, isAppError, toAppError } from '@countersign/domain/errors';
import type { Execution } from '@countersign/domain/schemas/execution';
import * as z from 'zod';
import type { Deps } from './deps.ts';
import type { ReadRecorder } from './read-recorder.ts';

/** A piece of a file is about this many bytes: large enough that a call costs little, small enough to hold several. */
const PIECE_BYTES = 1024 * 1024;

type Input = Execution['inputs'][number];

const argsSchema = z.strictObject({ parameter: z.string(), piece: z.int().min(0) });

/** What `files.chunk` answers. */
export interface FilePiece {
  readonly name: string;
  readonly encoding: Encoding;
  readonly text: string;
  readonly last: boolean;
}

/**
 * Input files for a plugin that reads them in pieces: each is read once from Storage, decoded by the rules of
 * `domain/csv/decode`, and hashed on the way, so that neither the host nor the plugin holds it whole.
 */
export class FileChunks {
  readonly #objects: Deps['objects'];
  readonly #inputs: Execution['inputs'];
  readonly #open = new Map<string, FilePass>();
  /** What went wrong in a read, for a plugin that goes on regardless. */
  #failure: AppError | null = null;

  constructor(deps: Pick<Deps, 'objects'>, execution: Pick<Execution, 'inputs'>) {
    this.#objects = deps.objects;
    this.#inputs = execution.inputs;
  }

  /**
   * The next piece of an input file; piece 0 begins anew.
   * @throws AppError `not_found`, `invalid_argument` (a piece out of turn), `drift` (not the bytes that were uploaded),
   *   `input_error` (not text), `unavailable` (Storage)
   */
  async next(args: unknown): Promise<FilePiece> {
    const { parameter, piece } = argsSchema.parse(args);
    try {
      return await (await this.#passAt(parameter, piece)).next();
    } catch (error) {
      this.#failure ??= toAppError(error);
      throw error;
    }
  }

  /**
   * Read what the plugin left unread, so that each file it has opened is checked to its end, and record each, once.
   * @throws AppError as `next`
   */
  async settle(recorder: ReadRecorder): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    for (const [parameter, pass] of [...this.#open].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await pass.drain();
      const { name, sha256 } = pass.input;
      recorder.record('files.chunk', { parameter }, { name, sha256 });
    }
  }

  /** Let go of what is still open. */
  async close(): Promise<void> {
    for (const pass of this.#open.values()) await pass.close();
    this.#open.clear();
  }

  async #passAt(parameter: string, piece: number): Promise<FilePass> {
    const pass = this.#open.get(parameter);
    if (piece === 0) {
      const input = this.#inputs.find((file) => file.parameter === parameter);
      if (input === undefined) throw new AppError('not_found', `The run has no file for "${parameter}"`);
      await pass?.close();
      const fresh = new FilePass(input, this.#objects.stream(input.storagePath, input.generation));
      this.#open.set(parameter, fresh);
      return fresh;
    }
    if (pass === undefined || pass.pieces !== piece)
      throw new AppError('invalid_argument', `Piece ${piece} of "${parameter}" is not the next one`);
    return pass;
  }
}

/** One pass over one file. */
class FilePass {
  readonly input: Input;
  pieces = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #hash = createHash('sha256');
  #text: TextStream | undefined;
  #encoding: Encoding = 'utf-8';
  #isAtEnd = false;
  /** Pieces are read one after the other, whoever asks. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(input: Input, chunks: AsyncIterable<Uint8Array>) {
    this.input = input;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  next(): Promise<FilePiece> {
    this.pieces += 1;
    const piece = this.#turn.then(() => this.#next());
    this.#turn = piece.catch(() => undefined);
    return piece;
  }

  async drain(): Promise<void> {
    while (!this.#isAtEnd) await this.#read();
  }

  async close(): Promise<void> {
    if (!this.#isAtEnd) await this.#chunks.return?.().catch(() => undefined);
    this.#isAtEnd = true;
  }

  async #next(): Promise<FilePiece> {
    if (this.#isAtEnd) throw new AppError('invalid_argument', `${this.input.name} is read to its end`);
    const bytes = await this.#read();
    if (this.#text === undefined) {
      this.#encoding = detectEncoding(bytes).encoding;
      this.#text = new TextStream(this.#encoding);
    }
    const decoded = this.#text.push(bytes, this.#isAtEnd);
    if ('issue' in decoded) {
      const { issue } = decoded;
      const message = `${this.input.name}, line ${issue.line ?? 1}: ${issue.message}`;
      throw new AppError('input_error', message, { details: { issues: [issue] } });
    }
    return { name: this.input.name, encoding: this.#encoding, text: decoded.text, last: this.#isAtEnd };
  }

  /** Bytes of one piece; at the end of the file its hash is compared. */
  async #read(): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let bytes = 0; bytes < PIECE_BYTES;) {
      const chunk = await this.#chunks.next().catch((error: unknown) => Promise.reject(readFailed(this.input, error)));
      if (chunk.done === true) {
        this.#isAtEnd = true;
        this.#assertSame();
        break;
      }
      this.#hash.update(chunk.value);
      parts.push(chunk.value);
      bytes += chunk.value.length;
    }
    return Buffer.concat(parts);
  }

  #assertSame(): void {
    if (this.#hash.digest('hex') !== this.input.sha256)
      throw new AppError('drift', `The stored bytes of ${this.input.name} are not those that were uploaded`);
  }
}

function readFailed({ name }: Input, cause: unknown): AppError {
  if (isAppError(cause)) return cause;
  if ((cause as { code?: unknown } | null)?.code === 404)
    return new AppError('not_found', `The file ${name} can not be read`, { cause });
  return new AppError('unavailable', `Storage broke off while it gave ${name}`, { cause, retryable: true });
}
