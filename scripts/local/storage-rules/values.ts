/**
 * The values of the rules language, as JavaScript values: null, boolean, bigint (int), number (float), string, array
 * (list), Map, and the two classes below. Anything else can't be told apart and is refused.
 */
export type Value = null | boolean | bigint | number | string | Value[] | ValueMap | RulesPath | RulesTimestamp;
export type ValueMap = Map<string, Value>;

export class RulesPath {
  readonly segments: string[];
  constructor(segments: string[]) {
    this.segments = segments;
  }
  toString(): string {
    return `/${this.segments.join('/')}`;
  }
}

export class RulesTimestamp {
  readonly millis: number;
  constructor(millis: number) {
    this.millis = millis;
  }
}

/** What goes wrong while a rule runs. It denies; nothing is guessed. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}

export function typeOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'map';
  return value instanceof RulesPath ? 'path' : 'timestamp';
}

export function isType(value: Value, type: string): boolean {
  const actual = typeOf(value);
  return actual === type || (type === 'number' && (actual === 'int' || actual === 'float'));
}

export function equal(left: Value, right: Value): boolean {
  if (isType(left, 'number') && isType(right, 'number')) return compare(left, right) === 0;
  if (typeOf(left) !== typeOf(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null));
  }
  if (left instanceof Map && right instanceof Map) {
    const same = ([key, value]: [string, Value]): boolean => right.has(key) && equal(value, right.get(key) ?? null);
    return left.size === right.size && [...left].every(same);
  }
  if (left instanceof RulesPath) return left.toString() === (right as RulesPath).toString();
  if (left instanceof RulesTimestamp) return left.millis === (right as RulesTimestamp).millis;
  return left === right;
}

/** -1, 0 or 1. Only numbers, strings and timestamps have an order. */
export function compare(left: Value, right: Value): number {
  if (isType(left, 'number') && isType(right, 'number')) return order(left as number, right as number);
  if (typeof left === 'string' && typeof right === 'string') return order(left, right);
  if (left instanceof RulesTimestamp && right instanceof RulesTimestamp) return order(left.millis, right.millis);
  throw new EvaluationError(`can't order ${typeOf(left)} and ${typeOf(right)}`);
}

const order = <T>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

type Json = Record<string, unknown>;

/** An expression value of firebase-tools (`{string_value: …}`, runtime.js `toExpressionValue`). */
export function fromRuntime(input: unknown): Value {
  const [kind, content] = onlyEntry(input);
  switch (kind) {
    case 'null_value':
      return null;
    case 'bool_value':
      return content === true;
    case 'string_value':
      return String(content);
    case 'int_value':
      return BigInt(content as number);
    case 'float_value':
      return Number(content);
    case 'timestamp_value':
      return timestamp(content);
    case 'list_value':
    case 'set_value':
      return ((content as { values?: unknown[] }).values ?? []).map(fromRuntime);
    case 'map_value':
      return mapOf((content as { fields?: Json }).fields ?? {}, fromRuntime);
    case 'path_value': {
      const segments = (content as { segments: { simple: string }[] }).segments;
      return new RulesPath(segments.map((segment) => segment.simple));
    }
    default:
      throw new EvaluationError(`unknown kind of value from the emulator: ${kind}`);
  }
}

/** A value of Firestore's REST API (`{stringValue: …}`). */
export function fromFirestore(input: unknown): Value {
  const [kind, content] = onlyEntry(input);
  switch (kind) {
    case 'nullValue':
      return null;
    case 'booleanValue':
      return content === true;
    case 'stringValue':
      return String(content);
    case 'integerValue':
      return BigInt(content as string);
    case 'doubleValue':
      return Number(content);
    case 'timestampValue':
      return timestamp(content);
    case 'arrayValue':
      return ((content as { values?: unknown[] }).values ?? []).map(fromFirestore);
    case 'mapValue':
      return mapOf((content as { fields?: Json }).fields ?? {}, fromFirestore);
    case 'referenceValue': {
      const path = String(content).replace(/^projects\/[^/]+/, '');
      return new RulesPath(path.split('/').filter((segment) => segment !== ''));
    }
    default:
      throw new EvaluationError(`a Firestore ${kind} is not known here`);
  }
}

function onlyEntry(input: unknown): [string, unknown] {
  const entry = Object.entries((input ?? {}) as Json)[0];
  if (entry === undefined) throw new EvaluationError('a value without a kind');
  return entry;
}

function mapOf(fields: Json, read: (value: unknown) => Value): ValueMap {
  return new Map(Object.entries(fields).map(([key, value]) => [key, read(value)]));
}

function timestamp(text: unknown): RulesTimestamp {
  const millis = Date.parse(String(text));
  if (Number.isNaN(millis)) throw new EvaluationError(`not a timestamp: ${String(text)}`);
  return new RulesTimestamp(millis);
}
