import { RulesError, type BinaryOperator, type Expression, type PathPart, type Place } from './syntax.ts';
import type { Token, Tokenizer } from './tokenizer.ts';

/** Loosest first; each level is left-associative. */
const LEVELS: BinaryOperator[][] = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];
const RELATIONAL_LEVEL = 3;
const MAX_DEPTH = 60;

/** What `is` can ask for here. */
export const TYPES = ['bool', 'float', 'int', 'list', 'map', 'number', 'path', 'string', 'timestamp'];

/** The grammar of expressions. Words that the language has and this stand-in lacks are refused, not guessed. */
export class ExpressionParser {
  protected readonly tokens: Tokenizer;
  private depth = 0;

  constructor(tokens: Tokenizer) {
    this.tokens = tokens;
  }

  expression(): Expression {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new RulesError(`nested deeper than ${MAX_DEPTH}`, this.tokens.place());
    const result = this.ternary();
    this.depth -= 1;
    return result;
  }

  private ternary(): Expression {
    const condition = this.binary(0);
    if (!this.takeSymbol('?')) return condition;
    const whenTrue = this.expression();
    this.expectSymbol(':');
    const whenFalse = this.expression();
    return { kind: 'ternary', condition, whenTrue, whenFalse, ...placeOf(condition) };
  }

  private binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const token = this.tokens.peek();
      const text = token.kind === 'symbol' || token.kind === 'name' ? token.text : '';
      if (level === RELATIONAL_LEVEL && text === 'is') {
        this.tokens.next();
        left = { kind: 'is', value: left, type: this.typeName(), ...placeOf(token) };
        continue;
      }
      const operator = text as BinaryOperator;
      const isOperator = operators.includes(operator) || (level === RELATIONAL_LEVEL && text === 'in');
      if (!isOperator) return left;
      this.tokens.next();
      left = { kind: 'binary', operator, left, right: this.binary(level + 1), ...placeOf(token) };
    }
  }

  private typeName(): string {
    const token = this.tokens.next();
    if (token.kind === 'name' && TYPES.includes(token.text)) return token.text;
    throw new RulesError(`unknown type ${describe(token)}; known: ${TYPES.join(', ')}`, token);
  }

  private unary(): Expression {
    const token = this.tokens.peek();
    if (token.kind === 'symbol' && (token.text === '!' || token.text === '-')) {
      this.tokens.next();
      return { kind: 'unary', operator: token.text, operand: this.unary(), ...placeOf(token) };
    }
    return this.postfix(this.primary());
  }

  private postfix(start: Expression): Expression {
    let object = start;
    for (;;) {
      const place = placeOf(this.tokens.peek());
      if (this.takeSymbol('.')) {
        object = { kind: 'member', object, name: this.expectName(), ...place };
      } else if (this.takeSymbol('[')) {
        object = this.indexOrRange(object, place);
      } else if (this.takeSymbol('(')) {
        object = { kind: 'call', callee: object, args: this.listUntil(')'), ...placeOf(object) };
      } else {
        return object;
      }
    }
  }

  private indexOrRange(object: Expression, place: Place): Expression {
    const index = this.expression();
    if (this.takeSymbol(':')) {
      const to = this.expression();
      this.expectSymbol(']');
      return { kind: 'range', object, from: index, to, ...place };
    }
    this.expectSymbol(']');
    return { kind: 'index', object, index, ...place };
  }

  private primary(): Expression {
    const token = this.tokens.peek();
    if (token.kind === 'symbol' && token.text === '/') return this.path();
    this.tokens.next();
    const place = placeOf(token);
    switch (token.kind) {
      case 'int':
      case 'float':
        return { kind: 'literal', value: token.value, ...place };
      case 'string':
        return { kind: 'literal', value: token.text, ...place };
      case 'name':
        return nameOrConstant(token.text, place);
      case 'symbol':
        if (token.text === '[') return { kind: 'list', items: this.listUntil(']'), ...place };
        if (token.text === '{') return this.map(place);
        if (token.text === '(') {
          const inner = this.expression();
          this.expectSymbol(')');
          return inner;
        }
        break;
      case 'end':
        break;
    }
    throw new RulesError(`expected an expression, found ${describe(token)}`, token);
  }

  private path(): Expression {
    const place = placeOf(this.tokens.peek());
    const parts: PathPart[] = [];
    this.expectSymbol('/');
    do {
      if (this.tokens.takeRaw('$(')) {
        parts.push({ value: this.expression() });
        this.expectSymbol(')');
        continue;
      }
      const text = this.tokens.readPathText();
      if (text === '') throw new RulesError('empty path segment', this.tokens.place());
      parts.push({ text });
    } while (this.tokens.takeRaw('/'));
    return { kind: 'path', parts, ...place };
  }

  private map(place: Place): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.takeSymbol('}')) {
      if (entries.length > 0) this.expectSymbol(',');
      const key = this.expression();
      this.expectSymbol(':');
      entries.push({ key, value: this.expression() });
    }
    return { kind: 'map', entries, ...place };
  }

  private listUntil(closing: string): Expression[] {
    const items: Expression[] = [];
    while (!this.takeSymbol(closing)) {
      if (items.length > 0) this.expectSymbol(',');
      items.push(this.expression());
    }
    return items;
  }

  protected takeSymbol(text: string): boolean {
    const token = this.tokens.peek();
    if (token.kind !== 'symbol' || token.text !== text) return false;
    this.tokens.next();
    return true;
  }

  protected expectSymbol(text: string): void {
    const token = this.tokens.next();
    if (token.kind !== 'symbol' || token.text !== text) {
      throw new RulesError(`expected ${JSON.stringify(text)}, found ${describe(token)}`, token);
    }
  }

  protected takeWord(text: string): boolean {
    const token = this.tokens.peek();
    if (token.kind !== 'name' || token.text !== text) return false;
    this.tokens.next();
    return true;
  }

  protected expectName(): string {
    const token = this.tokens.next();
    if (token.kind !== 'name') throw new RulesError(`expected a name, found ${describe(token)}`, token);
    return token.text;
  }
}

export const placeOf = ({ line, column }: Place): Place => ({ line, column });

export function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the file';
  return JSON.stringify('text' in token ? token.text : String(token.value));
}

function nameOrConstant(name: string, place: Place): Expression {
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', ...place };
  if (name === 'null') return { kind: 'literal', value: null, ...place };
  return { kind: 'name', name, ...place };
}
