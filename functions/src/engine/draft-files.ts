import { createHash } from 'node:crypto';
import { AppError } from '@countersign/domain/errors';
import { objectPaths } from '@countersign/domain/paths';
import { filePublishDataSchema } from '@countersign/domain/schemas/effect';
import * as z from 'zod';
import type { Draft } from '../effects/definition.ts';
import type { ObjectStore, ObjectWriter } from '../store/object-store.ts';
import { RecordCounter } from './record-counter.ts';

const MAX_DRAFTS = 100;
/** All drafts of one plan together. */
const MAX_BYTES = 2 * 1024 ** 3;

const { name, contentType } = filePublishDataSchema.shape;
const openArgs = z.strictObject({ name, contentType });
const writeArgs = z.strictObject({ draft: z.int(), text: z.string() });
const closeArgs = z.strictObject({ draft: z.int() });

/** What `drafts.close` answers: what an effect that publishes the draft must say of it. */
export interface ClosedDraft extends Draft {
  readonly storagePath: string;
}

interface OpenDraft {
  readonly storagePath: string;
  readonly writer: ObjectWriter;
  readonly hash: ReturnType<typeof createHash>;
  readonly counter: RecordCounter | null;
  sizeBytes: number;
  closed: boolean;
  /** Pieces are written one after the other, however they are sent. */
  turn: Promise<void>;
}

/**
 * Files that a plugin makes while it plans. They go to Storage as they come, under the plan's own attempt; the host
 * hashes and counts what it has written, and `file.publish` is checked against that.
 */
export class DraftFiles {
  /** Closed drafts, by storage path. */
  readonly closed = new Map<string, Draft>();
  readonly #objects: ObjectStore;
  readonly #pathOf: (name: string) => string;
  readonly #drafts: OpenDraft[] = [];
  #sizeBytes = 0;

  constructor(objects: ObjectStore, orgId: string, executionId: string, attempt: number) {
    this.#objects = objects;
    this.#pathOf = (name) => objectPaths.draft(orgId, executionId, attempt, name);
  }

  /** @throws AppError `limit_exceeded`, `already_exists` */
  async open(args: unknown): Promise<{ draft: number }> {
    const { name, contentType } = openArgs.parse(args);
    const storagePath = this.#pathOf(name);
    if (this.#drafts.length >= MAX_DRAFTS)
      throw new AppError('limit_exceeded', `A plan may make ${MAX_DRAFTS} files; this one would make more`);
    if (this.#drafts.some((draft) => draft.storagePath === storagePath))
      throw new AppError('already_exists', `This plan has made a file ${name} already`);
    const writer = this.#objects.writer(storagePath, contentType);
    const hash = createHash('sha256');
    const counter = contentType === 'text/csv' ? new RecordCounter() : null;
    const draft = { storagePath, writer, hash, counter, sizeBytes: 0, closed: false, turn: Promise.resolve() };
    return { draft: this.#drafts.push(draft) - 1 };
  }

  /** Answers when the piece is written. @throws AppError `limit_exceeded`, `unavailable` */
  async write(args: unknown): Promise<null> {
    const { draft: id, text } = writeArgs.parse(args);
    const draft = this.#find(id);
    const bytes = Buffer.from(text);
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > MAX_BYTES)
      throw new AppError('limit_exceeded', `The files of this plan would be larger than ${MAX_BYTES} bytes together`);
    draft.hash.update(bytes);
    draft.counter?.push(bytes);
    draft.sizeBytes += bytes.length;
    draft.turn = draft.turn.then(() => draft.writer.write(bytes));
    await draft.turn;
    return null;
  }

  /** @throws AppError `unavailable` */
  async close(args: unknown): Promise<ClosedDraft> {
    const draft = this.#find(closeArgs.parse(args).draft);
    draft.closed = true;
    await draft.turn;
    const { generation } = await draft.writer.close();
    const facts: Draft = {
      generation,
      sha256: draft.hash.digest('hex'),
      sizeBytes: draft.sizeBytes,
      rowCount: draft.counter === null ? null : draft.counter.rows(),
    };
    this.closed.set(draft.storagePath, facts);
    return { storagePath: draft.storagePath, ...facts };
  }

  /** Let go of what is still open: there will be no such files. */
  abort(): void {
    for (const draft of this.#drafts) if (!draft.closed) draft.writer.abort();
  }

  #find(id: number): OpenDraft {
    const draft = this.#drafts[id];
    if (draft === undefined || draft.closed) throw new AppError('invalid_argument', `There is no open draft ${id}`);
    return draft;
  }
}
