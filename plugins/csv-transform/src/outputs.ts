import { filePublish, InputError, ownText, type ClosedDraft, type Context, type Draft } from '@countersign/plugin-sdk';
import type { RowWriter } from './cells.ts';
import { shown } from './json-object.ts';
import type { Cells, Column, Job, Stage } from './stage.ts';

export const MAX_OUTPUTS = 50;
const SAMPLE_ROWS = 10;
const MAX_NAME_LENGTH = 60;
/** So much text is made one string at a time. */
const BLOCK_LENGTH = 32 * 1024;

interface Output {
  readonly name: string;
  /** Whole blocks, and the block that is being filled. */
  text: string;
  block: string;
  rows: number;
  draft: Draft | null;
}

export interface Written {
  readonly name: string;
  readonly rows: number;
  readonly draft: ClosedDraft;
}

/** The files that are made: one, or one for each value of a column. Rows come in, drafts go out. */
export class Outputs implements Stage {
  /** The first rows that were written. */
  readonly sample: Cells[] = [];
  readonly #context: Context;
  readonly #job: Job;
  readonly #writer: RowWriter;
  readonly #header: string;
  readonly #name: string;
  readonly #columns: readonly Column[];
  readonly #splitAt: number | null;
  readonly #see: (cells: Cells) => void;
  readonly #outputs = new Map<string, Output>();
  readonly #names = new Set<string>();

  constructor(
    context: Context,
    job: Job,
    writer: RowWriter,
    columns: readonly Column[],
    { name, splitAt }: { readonly name: string; readonly splitAt: number | null },
  ) {
    this.#context = context;
    this.#job = job;
    this.#writer = writer;
    this.#header = writer.line(columns.map((column) => column.name));
    this.#name = name;
    this.#columns = columns;
    this.#splitAt = splitAt;
    this.#see = job.control.watch(columns, 'out');
    if (splitAt === null) this.#open('');
  }

  row(cells: Cells): void {
    const value = this.#splitAt === null ? '' : (cells[this.#splitAt] ?? '');
    const output = this.#outputs.get(value) ?? this.#open(value);
    output.block += this.#writer.line(cells);
    if (output.block.length > BLOCK_LENGTH) closeBlock(output);
    output.rows += 1;
    this.#job.control.rowsWritten += 1;
    this.#see(cells);
    if (this.sample.length < SAMPLE_ROWS) this.sample.push(cells.map(ownText));
  }

  end(): void {
    // Nothing is held back here: `finish` writes what is left.
  }

  /** Hand over what has gathered. Between batches, so that little is in memory. */
  async flush(): Promise<void> {
    for (const output of this.#outputs.values()) {
      closeBlock(output);
      if (output.text === '') continue;
      output.draft ??= await this.#context.drafts.create(output.name, 'text/csv');
      const { text } = output;
      output.text = '';
      await output.draft.write(text);
    }
  }

  async finish(): Promise<Written[]> {
    await this.flush();
    const written: Written[] = [];
    for (const { name, rows, draft } of this.#outputs.values())
      if (draft !== null) written.push({ name, rows, draft: await draft.close() });
    return written;
  }

  #open(value: string): Output {
    if (this.#outputs.size >= MAX_OUTPUTS) {
      const column = this.#columns[this.#splitAt ?? 0]?.name ?? '';
      const message = `The column ${shown(column)} has more than ${MAX_OUTPUTS} values; each would be a file`;
      const remedy = 'Split by a column with fewer values, or filter before';
      const issue = { line: null, column, code: 'too_many_files', message, remedy };
      throw new InputError(`${message}. ${remedy}.`, [issue]);
    }
    const output = { name: this.#fileName(value), text: this.#header, block: '', rows: 0, draft: null };
    this.#outputs.set(ownText(value), output);
    return output;
  }

  /** Fit for a file's name, and each once, on systems too that do not tell small letters from large. */
  #fileName(value: string): string {
    const fit = value
      .replace(/[^A-Za-z0-9 _-]+/g, '_')
      .slice(0, MAX_NAME_LENGTH)
      .trim();
    const stem = this.#splitAt === null ? this.#name : `${this.#name}-${fit === '' ? 'empty' : fit}`;
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? `${stem}.csv` : `${stem}-${number}.csv`;
      if (this.#names.has(name.toLowerCase())) continue;
      this.#names.add(name.toLowerCase());
      return name;
    }
  }
}

/** Asking for a sign makes V8 join the lines: joined a MiB at a time, each would have grown old as an object by then. */
function closeBlock(output: Output): void {
  output.block.charCodeAt(0);
  output.text += output.block;
  output.block = '';
}

export const publish = ({ name, draft }: Written) => filePublish({ name, contentType: 'text/csv', draft });
