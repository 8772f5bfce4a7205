import type { Execution } from '@countersign/domain/schemas/execution';
import type { Draft } from '../effects/definition.ts';
import type { Handlers } from '../sandbox/call.ts';
import type { Deps } from './deps.ts';
import { DraftFiles } from './draft-files.ts';
import { FileChunks } from './file-chunks.ts';
import type { ReadRecorder } from './read-recorder.ts';

/** The files of one plan, as streams: what it reads in pieces, and the drafts that it makes. */
export class PlanFiles {
  readonly #chunks: FileChunks;
  readonly #drafts: DraftFiles;

  constructor(deps: Pick<Deps, 'objects'>, orgId: string, execution: Execution, attempt: number) {
    this.#chunks = new FileChunks(deps, execution);
    this.#drafts = new DraftFiles(deps.objects, orgId, execution.id, attempt);
  }

  get handlers(): Handlers {
    return {
      'files.chunk': (args) => this.#chunks.next(args),
      'drafts.open': (args) => this.#drafts.open(args),
      'drafts.write': (args) => this.#drafts.write(args),
      'drafts.close': (args) => this.#drafts.close(args),
    };
  }

  /**
   * Check every file that was opened to its end, and record each read.
   * @returns the drafts that the plan has made, by storage path
   * @throws AppError `drift` and others, as `FileChunks`
   */
  async settle(recorder: ReadRecorder): Promise<ReadonlyMap<string, Draft>> {
    await this.#chunks.settle(recorder);
    return this.#drafts.closed;
  }

  /** Let go of what is still open; what was closed stays. */
  async close(): Promise<void> {
    this.#drafts.abort();
    await this.#chunks.close();
  }
}
