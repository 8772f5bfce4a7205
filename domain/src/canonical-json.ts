import canonicalize from 'canonicalize';
import { AppError } from './errors.ts';

/** Deeper values than this, and stranger ones than plain JSON, are the library's. */
const MAX_DEPTH = 100;
const MAX_NAMES = 1_000;
/** Printable ASCII without quote and backslash: a string that JSON writes as it is. */
const WRITTEN_AS_IS = /^[ !#-[\]-~]*$/;

/**
 * RFC 8785 (JCS) text of a JSON value. Numbers must be safe integers: amounts are strings here.
 *
 * Each leaf and each digest is made of it, and the library, which has to be ready for everything, takes more than twice
 * as long for the plain objects that these are. What is not plain goes to the library.
 */
export function canonicalJson(value: unknown): string {
  const text = plainText(value, 0) ?? canonicalize(value);
  if (text === undefined) throw new AppError('internal', 'A value without a JSON form can not be hashed');
  return text;
}

/** Undefined for what is not plain JSON through and through. */
function plainText(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth > MAX_DEPTH) return undefined;
      return Array.isArray(value) ? listText(value, depth) : objectText(value, depth);
    default:
      return undefined;
  }
}

/** A lone surrogate has no UTF-8 form: the library says so. */
function textOf(text: string): string | undefined {
  if (WRITTEN_AS_IS.test(text)) return `"${text}"`;
  return text.isWellFormed() ? JSON.stringify(text) : undefined;
}

function listText(list: readonly unknown[], depth: number): string | undefined {
  let text = '[';
  for (let index = 0; index < list.length; index += 1) {
    const item = plainText(list[index], depth + 1);
    if (item === undefined) return undefined;
    text += index === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function objectText(object: object, depth: number): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in object) return undefined;
  let text = '{';
  for (const name of sortedNames(object)) {
    const field: unknown = object[name as keyof typeof object];
    // As in JSON.stringify, a field without a value is not there.
    if (field === undefined) continue;
    const written = plainText(field, depth + 1);
    const label = labelOf(name);
    if (written === undefined || label === undefined) return undefined;
    text += text.length === 1 ? label + written : `,${label}${written}`;
  }
  return `${text}}`;
}

/** In the order of UTF-16 code units, which is what the RFC asks for. What was read from such a text is in it already. */
function sortedNames(object: object): string[] {
  const names = Object.keys(object);
  for (let index = 1; index < names.length; index += 1)
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort();
  return names;
}

/** Names of fields as JSON, with their colon: there are few, and they come again and again. */
const labels = new Map<string, string>();

function labelOf(name: string): string | undefined {
  const known = labels.get(name);
  if (known !== undefined) return known;
  const text = textOf(name);
  if (text === undefined) return undefined;
  if (labels.size < MAX_NAMES) labels.set(name, `${text}:`);
  return `${text}:`;
}
