import { METHOD_TABLE, contains } from './methods.ts';
import type { BinaryOperator, Expression, FunctionDeclaration, Place } from './syntax.ts';
import { EvaluationError, RulesPath, compare, equal, isType, typeOf, type Value } from './values.ts';

/** Limits of the real rules engine: https://firebase.google.com/docs/rules/rules-behavior */
const MAX_STEPS = 1_000;
const MAX_CALL_DEPTH = 20;

export interface Scope {
  values: Map<string, Value>;
  functions: Map<string, { declaration: FunctionDeclaration; scope: Scope }>;
  parent?: Scope;
}

/** Gives a document of Firestore as the rules see it, or null where there is none. May throw to have it fetched. */
export type ReadDocument = (path: string) => Value;

/** Runs expressions. Stateful: one evaluator for one condition, because its steps are counted. */
export class Evaluator {
  private steps = 0;
  private callDepth = 0;
  private readonly readDocument: ReadDocument;

  constructor(readDocument: ReadDocument) {
    this.readDocument = readDocument;
  }

  evaluate(expression: Expression, scope: Scope): Value {
    this.steps += 1;
    if (this.steps > MAX_STEPS) throw new EvaluationError(`more than ${MAX_STEPS} steps`);
    try {
      return this.run(expression, scope);
    } catch (error) {
      throw error instanceof EvaluationError ? located(error, expression) : error;
    }
  }

  private run(expression: Expression, scope: Scope): Value {
    const value = (inner: Expression): Value => this.evaluate(inner, scope);
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'name':
        return lookUp(expression.name, scope);
      case 'list':
        return expression.items.map(value);
      case 'map':
        return new Map(expression.entries.map((entry) => [text(value(entry.key)), value(entry.value)]));
      case 'path':
        return new RulesPath(
          expression.parts.flatMap((part) => ('text' in part ? [part.text] : pathParts(value(part.value)))),
        );
      case 'member':
        return memberOf(value(expression.object), expression.name);
      case 'index':
        return indexOf(value(expression.object), value(expression.index));
      case 'range':
        return rangeOf(value(expression.object), value(expression.from), value(expression.to));
      case 'call':
        return this.call(expression, scope);
      case 'unary':
        return negate(expression.operator, value(expression.operand));
      case 'binary':
        return this.binary(expression, scope);
      case 'is':
        return isType(value(expression.value), expression.type);
      case 'ternary':
        return value(bool(value(expression.condition)) ? expression.whenTrue : expression.whenFalse);
    }
  }

  private binary(expression: Expression & { kind: 'binary' }, scope: Scope): Value {
    const { operator, left, right } = expression;
    if (operator === '&&' || operator === '||') return this.logical(operator === '||', left, right, scope);
    return calculate(operator, this.evaluate(left, scope), this.evaluate(right, scope));
  }

  /** An operand that fails is overruled by one that decides alone: `fails || true` is true, `fails && false` false. */
  private logical(decisive: boolean, left: Expression, right: Expression, scope: Scope): boolean {
    try {
      if (bool(this.evaluate(left, scope)) === decisive) return decisive;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      if (bool(this.evaluate(right, scope)) === decisive) return decisive;
      throw error;
    }
    return bool(this.evaluate(right, scope));
  }

  private call(expression: Expression & { kind: 'call' }, scope: Scope): Value {
    const { callee } = expression;
    const args = expression.args.map((argument) => this.evaluate(argument, scope));
    if (callee.kind === 'name') return this.callFunction(callee.name, args, scope);
    if (callee.kind !== 'member') throw new EvaluationError('this can not be called');
    if (callee.object.kind === 'name' && callee.object.name === 'firestore' && !defined('firestore', scope)) {
      return this.firestore(callee.name, args[0] ?? null);
    }
    const method = METHOD_TABLE[callee.name];
    if (method === undefined) throw new EvaluationError(`unknown method ${callee.name}`);
    return method.call(this.evaluate(callee.object, scope), args);
  }

  private callFunction(name: string, args: Value[], scope: Scope): Value {
    const found = findFunction(name, scope);
    this.callDepth += 1;
    if (this.callDepth > MAX_CALL_DEPTH) throw new EvaluationError(`calls nested deeper than ${MAX_CALL_DEPTH}`);
    const { declaration } = found;
    const values = new Map(declaration.parameters.map((parameter, at) => [parameter, args[at] ?? null]));
    const inner: Scope = { values, functions: new Map(), parent: found.scope };
    for (const variable of declaration.lets) values.set(variable.name, this.evaluate(variable.value, inner));
    const result = this.evaluate(declaration.result, inner);
    this.callDepth -= 1;
    return result;
  }

  private firestore(name: string, path: Value): Value {
    if (!(path instanceof RulesPath)) throw new EvaluationError(`firestore.${name} needs a path`);
    const document = this.readDocument(path.toString());
    return name === 'exists' ? document !== null : document;
  }
}

/** Wraps an error once, at the innermost place. */
function located(error: EvaluationError, place: Place): EvaluationError {
  return /^\d+:\d+: /.test(error.message)
    ? error
    : new EvaluationError(`${place.line}:${place.column}: ${error.message}`);
}

function lookUp(name: string, scope: Scope): Value {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const value = at.values.get(name);
    if (value !== undefined) return value;
  }
  throw new EvaluationError(`unknown name ${name}`);
}

function defined(name: string, scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at.values.has(name)) return true;
  return false;
}

function findFunction(name: string, scope: Scope): { declaration: FunctionDeclaration; scope: Scope } {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.functions.get(name);
    if (found !== undefined) return found;
  }
  throw new EvaluationError(`unknown function ${name}`);
}

function memberOf(object: Value, name: string): Value {
  if (!(object instanceof Map)) throw new EvaluationError(`${typeOf(object)} has no field ${name}`);
  const value = object.get(name);
  if (value === undefined) throw new EvaluationError(`no field ${name}`);
  return value;
}

function indexOf(object: Value, index: Value): Value {
  if (object instanceof Map && typeof index === 'string') return memberOf(object, index);
  if (Array.isArray(object) && typeof index === 'bigint') {
    const item = object[Number(index)];
    if (item === undefined) throw new EvaluationError(`no item ${index} in a list of ${object.length}`);
    return item;
  }
  if (object instanceof RulesPath && typeof index === 'bigint') {
    const segment = object.segments[Number(index)];
    if (segment !== undefined) return segment;
  }
  throw new EvaluationError(`can't index ${typeOf(object)} by ${typeOf(index)}`);
}

function rangeOf(object: Value, from: Value, to: Value): Value {
  if (typeof from !== 'bigint' || typeof to !== 'bigint') throw new EvaluationError('a range needs two ints');
  if (typeof object !== 'string' && !Array.isArray(object)) {
    throw new EvaluationError(`can't take a range of ${typeOf(object)}`);
  }
  const length = BigInt(object.length);
  if (from < 0n || to > length || from > to) throw new EvaluationError(`range ${from}:${to} is outside 0:${length}`);
  return object.slice(Number(from), Number(to));
}

function negate(operator: '!' | '-', value: Value): Value {
  if (operator === '!') return !bool(value);
  if (typeof value === 'bigint' || typeof value === 'number') return -value;
  throw new EvaluationError(`can't negate ${typeOf(value)}`);
}

function calculate(operator: BinaryOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
      return compare(left, right) < 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>':
      return compare(left, right) > 0;
    case '>=':
      return compare(left, right) >= 0;
    case 'in':
      if (Array.isArray(right)) return contains(right, left);
      if (right instanceof Map) return typeof left === 'string' && right.has(left);
      throw new EvaluationError(`"in" needs a list or a map, not ${typeOf(right)}`);
    default:
      return arithmetic(operator, left, right);
  }
}

function arithmetic(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    if (operator === '+') return left + right;
    if (operator === '-') return left - right;
    if (operator === '*') return left * right;
    if (right === 0n) throw new EvaluationError('division by zero');
    return operator === '/' ? left / right : left % right;
  }
  if (isType(left, 'number') && isType(right, 'number')) {
    const [a, b] = [Number(left), Number(right)];
    if (operator === '+') return a + b;
    if (operator === '-') return a - b;
    if (operator === '*') return a * b;
    if (operator === '/' && b !== 0) return a / b;
  }
  throw new EvaluationError(`can't calculate ${typeOf(left)} ${operator} ${typeOf(right)}`);
}

/** A path in a path adds its segments, a string is one segment. */
function pathParts(value: Value): string[] {
  if (value instanceof RulesPath) return value.segments;
  if (typeof value === 'string' && value !== '' && !value.includes('/')) return [value];
  throw new EvaluationError(`not a path segment: ${typeOf(value)}`);
}

export function bool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationError(`expected bool, found ${typeOf(value)}`);
}

function text(value: Value): string {
  if (typeof value === 'string') return value;
  throw new EvaluationError(`expected string, found ${typeOf(value)}`);
}
