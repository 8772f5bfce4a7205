import { ExpressionParser, describe, placeOf } from './parse-expression.ts';
import {
  METHODS,
  RulesError,
  type Allow,
  type FunctionDeclaration,
  type MatchBlock,
  type MatchSegment,
  type Method,
  type Place,
  type Ruleset,
} from './syntax.ts';
import { Tokenizer } from './tokenizer.ts';

const METHOD_GROUPS: Record<string, readonly Method[]> = {
  read: ['get', 'list'],
  write: ['create', 'update', 'delete'],
  ...Object.fromEntries(METHODS.map((method) => [method, [method]])),
};

/** Throws RulesError, with line and column, at the first thing that it does not know. */
export function parseRules(source: string): Ruleset {
  return new RulesParser(new Tokenizer(source)).file();
}

class RulesParser extends ExpressionParser {
  file(): Ruleset {
    this.version();
    const ruleset: Ruleset = { functions: [], matches: [] };
    let services = 0;
    for (let token = this.tokens.peek(); token.kind !== 'end'; token = this.tokens.peek()) {
      if (this.takeWord('function')) ruleset.functions.push(this.functionDeclaration(placeOf(token)));
      else if (this.takeWord('service')) {
        this.service(ruleset);
        services += 1;
      } else throw new RulesError(`expected "service" or "function", found ${describe(token)}`, token);
    }
    if (services !== 1) throw new RulesError('expected one "service firebase.storage" block', this.tokens.place());
    return ruleset;
  }

  private version(): void {
    const token = this.tokens.peek();
    if (!this.takeWord('rules_version')) throw new RulesError(`the file must begin with rules_version = '2';`, token);
    this.expectSymbol('=');
    const version = this.tokens.next();
    if (version.kind !== 'string' || version.text !== '2') {
      throw new RulesError(`only rules_version '2' is known, not ${describe(version)}`, version);
    }
    this.takeSymbol(';');
  }

  private service(ruleset: Ruleset): void {
    const place = this.tokens.peek();
    const name = [this.expectName()];
    while (this.takeSymbol('.')) name.push(this.expectName());
    if (name.join('.') !== 'firebase.storage') throw new RulesError(`unknown service ${name.join('.')}`, place);
    this.expectSymbol('{');
    while (!this.takeSymbol('}')) {
      const token = this.tokens.peek();
      if (this.takeWord('function')) ruleset.functions.push(this.functionDeclaration(placeOf(token)));
      else if (this.takeWord('match')) ruleset.matches.push(this.matchBlock(placeOf(token)));
      else throw new RulesError(`expected "match" or "function", found ${describe(token)}`, token);
    }
  }

  private matchBlock(place: Place): MatchBlock {
    const block: MatchBlock = { segments: this.matchPath(), allows: [], functions: [], matches: [], ...place };
    this.expectSymbol('{');
    while (!this.takeSymbol('}')) {
      const token = this.tokens.peek();
      if (this.takeWord('allow')) block.allows.push(this.allow(placeOf(token)));
      else if (this.takeWord('function')) block.functions.push(this.functionDeclaration(placeOf(token)));
      else if (this.takeWord('match')) block.matches.push(this.matchBlock(placeOf(token)));
      else throw new RulesError(`expected "allow", "match" or "function", found ${describe(token)}`, token);
    }
    return block;
  }

  private matchPath(): MatchSegment[] {
    const segments: MatchSegment[] = [];
    this.expectSymbol('/');
    do {
      if (this.tokens.takeRaw('{')) {
        const name = this.expectName();
        const rest = this.takeSymbol('=');
        if (rest) {
          this.expectSymbol('*');
          this.expectSymbol('*');
        }
        this.expectSymbol('}');
        segments.push({ name, rest });
        continue;
      }
      const text = this.tokens.readPathText();
      if (text === '' || text.includes('*')) {
        throw new RulesError('expected a path segment: text, {name} or {name=**}', this.tokens.place());
      }
      segments.push({ text });
    } while (this.tokens.takeRaw('/'));
    return segments;
  }

  private allow(place: Place): Allow {
    const methods = new Set<Method>();
    do {
      const token = this.tokens.next();
      const group =
        token.kind === 'name' && Object.hasOwn(METHOD_GROUPS, token.text) ? METHOD_GROUPS[token.text] : null;
      if (!group) throw new RulesError(`unknown method ${describe(token)}`, token);
      for (const method of group) methods.add(method);
    } while (this.takeSymbol(','));
    if (!this.takeSymbol(':')) {
      this.expectSymbol(';');
      return { methods, ...place };
    }
    const token = this.tokens.peek();
    if (!this.takeWord('if')) throw new RulesError(`expected "if", found ${describe(token)}`, token);
    const condition = this.expression();
    this.expectSymbol(';');
    return { methods, condition, ...place };
  }

  private functionDeclaration(place: Place): FunctionDeclaration {
    const name = this.expectName();
    this.expectSymbol('(');
    const parameters: string[] = [];
    while (!this.takeSymbol(')')) {
      if (parameters.length > 0) this.expectSymbol(',');
      parameters.push(this.expectName());
    }
    this.expectSymbol('{');
    const lets: FunctionDeclaration['lets'] = [];
    while (this.takeWord('let')) {
      const variable = this.expectName();
      this.expectSymbol('=');
      lets.push({ name: variable, value: this.expression() });
      this.expectSymbol(';');
    }
    const token = this.tokens.peek();
    if (!this.takeWord('return')) throw new RulesError(`expected "let" or "return", found ${describe(token)}`, token);
    const result = this.expression();
    this.takeSymbol(';');
    this.expectSymbol('}');
    return { name, parameters, lets, result, ...place };
  }
}
