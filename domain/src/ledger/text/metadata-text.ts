/** What both writers say of a journal themselves: not facts of the user's. */
export const WRITERS_KEYS: ReadonlySet<string> = new Set([
  'countersign-id',
  'recorded-at',
  'source',
  'execution',
  'reverses',
  'late-for',
  'linked-group',
]);
/** Names that the tools or the writers themselves give a meaning to; a fact of such a name gets the prefix. */
const RESERVED: ReadonlySet<string> = new Set([
  ...WRITERS_KEYS,
  'memo',
  'payee',
  'tags',
  'links',
  'name',
  'branch',
  'guards',
  'opened-on',
  // beancount keeps the place of a directive under these.
  'filename',
  'lineno',
  // hledger's own tags.
  'date',
  'date2',
  'type',
]);
const PLAIN_KEY = /^[a-z][A-Za-z0-9-]+$/;
const PREFIX = 'm-';

/** A key that both tools take: as it is where that can be, else `m-` and the other characters as `_` and two hex digits. */
export function metadataKey(key: string): string {
  if (PLAIN_KEY.test(key) && !RESERVED.has(key) && !key.startsWith(PREFIX)) return key;
  return `${PREFIX}${key.replace(/[^A-Za-z0-9-]/g, (one) => `_${(one.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)}`;
}

/** The key that `metadataKey` was given; of other keys themselves. */
export function keyOfMetadata(key: string): string {
  if (!key.startsWith(PREFIX)) return key;
  return key
    .slice(PREFIX.length)
    .replace(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

/** Without what objects inherit: a fact may be called `constructor`, or `__proto__`. */
export const emptyFacts = (): Record<string, string> => Object.create(null) as Record<string, string>;

export const isReservedKey = (key: string): boolean => RESERVED.has(key);

/** A text as the value of an hledger tag: one line, without what ends a tag or is read as a date. Reversible. */
export function tagValue(text: string): string {
  return text.toWellFormed().replace(/[%,;[\]\p{Cc}\u2028\u2029]|^ | $/gu, encodeURIComponent);
}

/** @returns the text that `tagValue` was given; a value that is not of that form is itself */
export function textOfTag(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A text between beancount's quotes. A file can't hold half of a surrogate pair, nor C strings a NUL. */
export function quoted(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll('\0', '\ufffd')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
