import { RulesError, type Place } from './syntax.ts';

export type Token = Place & { start: number; end: number } & (
    | { kind: 'name'; text: string }
    | { kind: 'string'; text: string }
    | { kind: 'int'; value: bigint }
    | { kind: 'float'; value: number }
    | { kind: 'symbol'; text: string }
    | { kind: 'end' }
  );

const SYMBOLS = ['==', '!=', '<=', '>=', '&&', '||', ...'{}()[]<>!=+-*/%,;:.?$'];
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '\\': '\\', "'": "'", '"': '"' };

/**
 * Reads tokens one at a time. The parser asks for path segments itself: `/` starts a path or divides, and only the
 * parser knows which.
 */
export class Tokenizer {
  private readonly source: string;
  private position = 0;

  constructor(source: string) {
    this.source = source;
  }

  peek(): Token {
    const start = this.position;
    const token = this.next();
    this.position = start;
    return token;
  }

  next(): Token {
    this.skipBlanks();
    const start = this.position;
    const place = this.placeOf(start);
    const rest = this.source.slice(start, start + 400);
    if (rest === '') return { kind: 'end', start, end: start, ...place };
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (name !== undefined) return this.take({ kind: 'name', text: name, ...place }, start, name.length);
    const float = /^\d+\.\d+(?:[eE][+-]?\d+)?/.exec(rest)?.[0];
    if (float !== undefined) return this.take({ kind: 'float', value: Number(float), ...place }, start, float.length);
    const int = /^\d+/.exec(rest)?.[0];
    if (int !== undefined) return this.take({ kind: 'int', value: BigInt(int), ...place }, start, int.length);
    if (rest[0] === "'" || rest[0] === '"') return this.readString(start, place);
    const symbol = SYMBOLS.find((text) => rest.startsWith(text));
    if (symbol !== undefined) return this.take({ kind: 'symbol', text: symbol, ...place }, start, symbol.length);
    throw new RulesError(`unexpected character ${JSON.stringify(rest[0])}`, place);
  }

  /** The text of a path segment, up to `/`, `$(`, `{` or the end of the path; may be empty. */
  readPathText(): string {
    const text = /^(?:[\w.~@%*+-]|\([\w-]+\))*/.exec(this.source.slice(this.position))?.[0] ?? '';
    this.position += text.length;
    return text;
  }

  /** Whether the next characters, blanks included, are exactly these; takes them if so. */
  takeRaw(text: string): boolean {
    if (!this.source.startsWith(text, this.position)) return false;
    this.position += text.length;
    return true;
  }

  place(): Place {
    return this.placeOf(this.position);
  }

  private take<T extends object>(token: T, start: number, length: number): T & { start: number; end: number } {
    this.position = start + length;
    return { ...token, start, end: this.position };
  }

  private readString(start: number, place: Place): Token {
    const quote = this.source[start];
    let text = '';
    for (let at = start + 1; at < this.source.length; at += 1) {
      const character = this.source[at] ?? '';
      if (character === quote) return this.take({ kind: 'string', text, ...place }, start, at + 1 - start);
      if (character === '\n') break;
      if (character !== '\\') {
        text += character;
        continue;
      }
      at += 1;
      const escaped = ESCAPES[this.source[at] ?? ''];
      if (escaped === undefined) throw new RulesError(`unknown escape \\${this.source[at]}`, this.placeOf(at - 1));
      text += escaped;
    }
    throw new RulesError('this string does not end on its line', place);
  }

  private skipBlanks(): void {
    for (;;) {
      const rest = this.source.slice(this.position);
      const blanks = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
      if (blanks === undefined) break;
      this.position += blanks.length;
    }
    if (this.source.startsWith('/*', this.position)) throw new RulesError('this comment does not end', this.place());
  }

  private placeOf(position: number): Place {
    const before = this.source.slice(0, position);
    const lastBreak = before.lastIndexOf('\n');
    return { line: before.split('\n').length, column: position - lastBreak };
  }
}
