import { badQuotesIssue, raggedIssue } from '@countersign/domain/csv/read-table';
import { detectDelimiter, type Delimiter } from '@countersign/domain/csv/rows';
import type { FileIssue } from '@countersign/domain/schemas/file';
import type { Host } from './context.ts';
import { filePieces, type FilePiece } from './file-pieces.ts';
import { InputError } from './input-error.ts';
import { RecordSplitter, type CsvRecord } from './record-splitter.ts';

/** A CSV file whose header is read and whose rows are not yet. */
export interface CsvRows {
  readonly name: string;
  /** Of the header line, without outer white space, each once. */
  readonly columns: readonly string[];
  readonly delimiter: Delimiter;
  /** Files with semicolons come from places that write decimals with a comma. */
  readonly decimal: '.' | ',';
  /**
   * The rows in their order, as many at a time as a piece of the file holds; once, and each batch to be taken to its end
   * before the next. Cells are as they stand in the file.
   * A cell may be a view of its whole piece: whoever keeps cells beyond their batch copies them first (`ownText`).
   * @throws InputError at the end, or after 50 faults, when rows are not as wide as the header or a quote is not closed
   */
  batches(): AsyncIterable<Iterable<CsvRecord>>;
}

const MAX_ISSUES = 50;
/** The first line ends before this, or it is not a header. In UTF-16 units. */
const MAX_HEADER_LENGTH = 64 * 1024;

/** Open an input file as CSV. @throws InputError when it has no fit header */
export async function csvRows(host: Host, parameter: string): Promise<CsvRows> {
  const pieces = filePieces(host, parameter);
  const head: FilePiece[] = [];
  let text = '';
  do {
    const { value } = await pieces.next();
    if (value === undefined) break;
    head.push(value);
    text += value.text;
  } while (!/\S[^\n]*\n/.test(text) && text.length < MAX_HEADER_LENGTH);
  const name = head[0]?.name ?? parameter;
  const isWhole = head.at(-1)?.last ?? true;
  const delimiter = detectDelimiter(text);
  const splitter = new RecordSplitter(delimiter);
  const first = splitter.push(text, isWhole);
  const header = first.next().value ?? undefined;
  if (header === undefined && !isWhole) splitter.badQuotesAt ??= 1;
  const columns = readHeader(name, header, splitter);

  async function* batches(): AsyncGenerator<Iterable<CsvRecord>, void, undefined> {
    const issues: FileIssue[] = [];
    splitter.width = columns.length;
    splitter.onRagged = (record) => {
      if (issues.length < MAX_ISSUES) issues.push(raggedIssue(record, columns.length, delimiter));
    };
    yield first;
    for await (const piece of isWhole ? [] : pieces) {
      yield splitter.push(piece.text, piece.last);
      if (splitter.badQuotesAt !== null || issues.length >= MAX_ISSUES) break;
    }
    if (splitter.badQuotesAt !== null) issues.push(badQuotesIssue({ line: splitter.badQuotesAt }));
    if (issues.length > 0) throw inputError(name, issues);
  }
  return { name, columns, delimiter, decimal: delimiter === ';' ? ',' : '.', batches };
}

function readHeader(name: string, header: CsvRecord | undefined, splitter: RecordSplitter): string[] {
  if (header === undefined) {
    const line = splitter.badQuotesAt;
    throw inputError(name, [
      line !== null
        ? badQuotesIssue({ line })
        : {
            line: 1,
            column: null,
            code: 'empty_file',
            message: 'The file is empty',
            remedy: 'Its first line must name the columns',
          },
    ]);
  }
  const columns = header.cells.map((cell) => ownText(cell.trim()));
  const issues = columns.flatMap((column, index): FileIssue[] => {
    const at = { line: header.line, column: column === '' ? `column ${index + 1}` : column.slice(0, 60) };
    if (column === '')
      return [{ ...at, code: 'unnamed_column', message: `Column ${index + 1} has no name`, remedy: 'Give it a name' }];
    if (columns.indexOf(column) === index) return [];
    const message = `The column "${column.slice(0, 60)}" is there twice`;
    return [{ ...at, code: 'duplicate_column', message, remedy: 'Give one of the two another name' }];
  });
  if (issues.length > 0) throw inputError(name, issues);
  return columns;
}

/** A file that can't be used, in the words that `readCsv` has. */
export function inputError(name: string, issues: readonly FileIssue[]): InputError {
  const [first] = issues;
  const others = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const where = first?.line == null ? '' : `, line ${first.line}`;
  return new InputError(`${name}${where}: ${first?.message ?? ''}${others}. ${first?.remedy ?? ''}.`, issues);
}

/** The same text with memory of its own: a slice of a piece would keep the whole piece in memory. */
export function ownText(text: string): string {
  // V8 copies slices shorter than this by itself.
  return text.length < 13 ? text : `\0${text}`.slice(1);
}
