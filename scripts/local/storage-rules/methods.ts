import { EvaluationError, RulesTimestamp, equal, typeOf, type Value, type ValueMap } from './values.ts';

interface MethodDefinition {
  /** Number of arguments. */
  args: number;
  call(receiver: Value, args: Value[]): Value;
}

/** Methods of values, by name. What is not here is refused when the rules are loaded. */
export const METHOD_TABLE: Record<string, MethodDefinition> = {
  size: { args: 0, call: (value) => size(value) },
  lower: { args: 0, call: (value) => text(value).toLowerCase() },
  upper: { args: 0, call: (value) => text(value).toUpperCase() },
  trim: { args: 0, call: (value) => text(value).trim() },
  matches: { args: 1, call: (value, [pattern]) => regex(text(pattern), true).test(text(value)) },
  split: { args: 1, call: (value, [pattern]) => text(value).split(regex(text(pattern), false)) },
  replace: {
    args: 2,
    call: (value, [pattern, by]) => {
      // A function, because `$` has no meaning of its own in the rules' replacement.
      const replacement = text(by);
      return text(value).replaceAll(regex(text(pattern), false), () => replacement);
    },
  },
  keys: { args: 0, call: (value) => [...map(value).keys()] },
  values: { args: 0, call: (value) => [...map(value).values()] },
  get: { args: 2, call: (value, [key, otherwise]) => deepGet(map(value), key ?? null, otherwise ?? null) },
  concat: { args: 1, call: (value, [other]) => [...list(value), ...list(other)] },
  join: { args: 1, call: (value, [separator]) => list(value).map(text).join(text(separator)) },
  hasAny: { args: 1, call: (value, [other]) => list(other).some((item) => contains(list(value), item)) },
  hasAll: { args: 1, call: (value, [other]) => list(other).every((item) => contains(list(value), item)) },
  hasOnly: { args: 1, call: (value, [other]) => list(value).every((item) => contains(list(other), item)) },
  toMillis: {
    args: 0,
    call: (value) => {
      if (value instanceof RulesTimestamp) return BigInt(value.millis);
      throw wrongType('timestamp', value);
    },
  },
};

export const contains = (items: Value[], wanted: Value): boolean => items.some((item) => equal(item, wanted));

function size(value: Value): bigint {
  if (typeof value === 'string') return BigInt([...value].length);
  if (Array.isArray(value)) return BigInt(value.length);
  if (value instanceof Map) return BigInt(value.size);
  throw wrongType('string, list or map', value);
}

function deepGet(from: ValueMap, key: Value, otherwise: Value): Value {
  if (typeof key === 'string') return from.get(key) ?? (from.has(key) ? null : otherwise);
  let found: Value = from;
  for (const part of list(key)) {
    if (!(found instanceof Map) || !found.has(text(part))) return otherwise;
    found = found.get(text(part)) ?? null;
  }
  return found;
}

function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw wrongType('string', value ?? null);
}

function list(value: Value | undefined): Value[] {
  if (Array.isArray(value)) return value;
  throw wrongType('list', value ?? null);
}

function map(value: Value): ValueMap {
  if (value instanceof Map) return value;
  throw wrongType('map', value);
}

const wrongType = (expected: string, value: Value): EvaluationError =>
  new EvaluationError(`expected ${expected}, found ${typeOf(value)}`);

/** Syntax that RE2 and JavaScript do not share: refused rather than read differently. */
const NOT_SHARED = /\(\?(?:<?[=!]|P|[imsU]+-?[imsU]*:)|\\(?:[1-9]|k<|[AzQECpP])|\[\[:/;

/** A pattern of RE2 as a JavaScript expression; a leading `(?i)` is understood. */
export function regex(pattern: string, whole: boolean): RegExp {
  const insensitive = pattern.startsWith('(?i)');
  const body = insensitive ? pattern.slice(4) : pattern;
  if (NOT_SHARED.test(body)) throw new EvaluationError(`the pattern ${pattern} uses syntax that is not known here`);
  try {
    return new RegExp(whole ? `^(?:${body})$` : body, `${insensitive ? 'i' : ''}${whole ? '' : 'g'}u`);
  } catch {
    throw new EvaluationError(`the pattern ${pattern} is not valid`);
  }
}
