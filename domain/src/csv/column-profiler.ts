import type { CsvProfile } from '../schemas/file.ts';

type ColumnProfile = CsvProfile['columns'][number];
type CellKind = Exclude<ColumnProfile['type'], 'empty'>;

const MAX_SAMPLES = 5;
const MAX_SAMPLE_LENGTH = 80;

/** Leading zeros make a number an identifier: `0012` is text. */
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)[.,][0-9]+$/;
const DATE = /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+Z?)?|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4})$/;
const BOOLEAN = /^(?:true|false|yes|no)$/i;

/** What the cells of one column have in common. Keeps a few samples, never the cells. */
export class ColumnProfiler {
  readonly #name: string;
  readonly #samples: string[] = [];
  #emptyCount = 0;
  #kind: CellKind | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  add(cell: string): void {
    const text = cell.trim();
    if (text === '') {
      this.#emptyCount += 1;
      return;
    }
    this.#kind =
      this.#kind === undefined ? kindOf(text) : this.#kind === 'text' ? 'text' : common(this.#kind, kindOf(text));
    if (this.#samples.length < MAX_SAMPLES) {
      const sample = text.slice(0, MAX_SAMPLE_LENGTH);
      if (!this.#samples.includes(sample)) this.#samples.push(sample);
    }
  }

  toProfile(): ColumnProfile {
    return { name: this.#name, type: this.#kind ?? 'empty', emptyCount: this.#emptyCount, samples: [...this.#samples] };
  }
}

function kindOf(text: string): CellKind {
  if (INTEGER.test(text)) return 'integer';
  if (DECIMAL.test(text)) return 'decimal';
  if (DATE.test(text)) return 'date';
  return BOOLEAN.test(text) ? 'boolean' : 'text';
}

function common(one: CellKind, other: CellKind): CellKind {
  if (one === other) return one;
  const numbers: readonly CellKind[] = ['integer', 'decimal'];
  return numbers.includes(one) && numbers.includes(other) ? 'decimal' : 'text';
}
