import type { Hash } from '../audit/merkle.ts';
import type { RecordedRead } from '../plan/digest.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import type { StreamName } from '../schemas/stream.ts';

/**
 * The format of an evidence pack: JSON Lines, each line the RFC 8785 form of one record, in the order of `sortKey`. A
 * record has exactly the fields below. Nothing is in a pack that the verifier can't hold against a signed checkpoint.
 */
export const PACK_FORMAT = 'countersign-evidence';
export const PACK_VERSION = 1;

/** The form of a field; the records' types follow from these. */
type Form<T> = (value: unknown) => value is T;
type Fields = Readonly<Record<string, Form<unknown>>>;
type Formed<F extends Fields> = { readonly [Name in keyof F]: F[Name] extends Form<infer T> ? T : never };
type Json = Readonly<Record<string, unknown>>;

const text: Form<string> = (value) => typeof value === 'string';
const textOrNull: Form<string | null> = (value) => value === null || typeof value === 'string';
const truth: Form<boolean> = (value) => typeof value === 'boolean';
const count: Form<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const hash: Form<Hash> = (value): value is Hash => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const object: Form<Json> = (value): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** What a hash of its own covers, whatever it looks like. */
const covered: Form<unknown> = (value): value is unknown => value !== undefined;

const oneOf =
  <const T>(...values: readonly T[]): Form<T> =>
  (value): value is T =>
    values.includes(value as T);
/** A list whose hash covers what is in it. */
const listOf =
  <T>(is: Form<T> = covered as Form<T>): Form<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every((item) => is(item));
const optional =
  <T>(is: Form<T>): Form<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || is(value);
const exactly =
  <F extends Fields>(fields: F): Form<Formed<F>> =>
  (value): value is Formed<F> =>
    object(value) && problemIn(value, fields) === null;
const either =
  <A, B, C>(a: Form<A>, b: Form<B>, c: Form<C>): Form<A | B | C> =>
  (value): value is A | B | C =>
    a(value) || b(value) || c(value);

/** The proofs of leaves in a row are the same but for their first hashes: what was there just before has its form. */
function proofs(): Form<readonly Hash[]> {
  let before: readonly unknown[] = [];
  return (value): value is readonly Hash[] => {
    if (!Array.isArray(value) || !value.every((item, at) => item === before[at] || hash(item))) return false;
    before = value;
    return true;
  };
}

const stream = oneOf<StreamName>('audit', 'ledger');
const subject = either(
  exactly({ kind: oneOf('execution'), executionId: text }),
  /** Days in UTC, both included. */
  exactly({ kind: oneOf('period'), from: text, to: text }),
  /** Only what ties earlier checkpoints to newer ones. */
  exactly({ kind: oneOf('consistency'), audit: count, ledger: count }),
);

/** The kinds of records, in the order in which they stand. */
export const RECORDS = {
  /** The public key is base64 of 32 bytes, and came with the pack: one from elsewhere is worth more. */
  manifest: {
    format: oneOf(PACK_FORMAT),
    version: oneOf(PACK_VERSION),
    organization: text,
    subject,
    /** Whether the pack opens the commitments of personal values. */
    personal: truth,
    publicKey: text,
  },
  /** What the platform had signed of a stream when the pack was made; all proofs lead to it. */
  checkpoint: { stream, note: text },
  /** An earlier checkpoint, with the proof that the pack's own goes on from it. */
  consistency: { stream, size: count, note: text, proof: proofs() },
  /** An audited document without its personal fields, as it was left at its version; its path is below the organization. */
  document: { path: text, document: object },
  /** What a plan read from outside, as hashes, some of them at a time; `index` is that of the first. */
  reads: {
    executionId: text,
    index: count,
    reads: listOf<RecordedRead>(exactly({ call: text, argsHash: text, resultHash: text })),
  },
  /** A page of the plan. */
  page: { executionId: text, index: count, effects: listOf<Effect>() },
  /** What became of the effects of a page, in their order. */
  outcomes: { executionId: text, index: count, outcomes: listOf<Outcome>() },
  /** The bundle of the plugin that planned; null when the platform has it no more, and only its hash is known. */
  code: { codeHash: hash, code: textOrNull },
  /** A leaf of a stream with its inclusion proof; or, in its place, only its hash. */
  leaf: {
    stream,
    seq: count,
    leaf: optional(exactly({ type: text, version: count, body: object })),
    hash: optional(hash),
    proof: proofs(),
  },
  /** Value and salt behind a commitment: of a field of an event (`audit/{id}`), or, as `*`, of a document. */
  opening: { of: text, field: text, value: covered, salt: text },
  /** The last line: how many came before, and the SHA-256 of their bytes. */
  end: { lines: count, sha256: hash },
} as const satisfies Readonly<Record<string, Fields>>;

export type Kind = keyof typeof RECORDS;
type Absent<T> = { [Name in keyof T]: undefined extends T[Name] ? never : Name }[keyof T];
/** What may be undefined may be absent. */
type Loose<T> = Pick<T, Absent<T>> & { readonly [Name in Exclude<keyof T, Absent<T>>]?: Exclude<T[Name], undefined> };
export type RecordOf<K extends Kind> = { readonly record: K } & Loose<Formed<(typeof RECORDS)[K]>>;
export type PackRecord = { [K in Kind]: RecordOf<K> }[Kind];
export type Subject = RecordOf<'manifest'>['subject'];

/** What is wrong with a line's fields, or null. */
export function formProblem(line: Json): string | null {
  const { record: kind, ...fields } = line;
  if (typeof kind !== 'string' || !Object.hasOwn(RECORDS, kind)) return 'is of no known kind';
  if (kind === 'leaf' && 'leaf' in line === 'hash' in line) return 'has neither a text nor a hash, or both';
  return problemIn(fields, RECORDS[kind as Kind]);
}

function problemIn(value: Json, fields: Fields): string | null {
  for (const [name, is] of Object.entries(fields))
    if (!is(Object.hasOwn(value, name) ? value[name] : undefined)) return `has no proper ${name}`;
  const more = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
  return more === undefined ? null : `has a field ${more}, which no such record has`;
}

const KINDS = Object.keys(RECORDS);
/** The fields that tell records of a kind from each other, for those that have them. */
const OWN = ['stream', 'path', 'executionId', 'codeHash', 'of', 'field', 'size', 'index', 'seq'];

/** Where a record stands: each key once, in rising order. So a line that is doubled or moved shows. */
export function sortKey(record: PackRecord): string {
  const fields: Json = record;
  const own = OWN.filter((name) => name in fields).map((name) => fields[name]);
  const version = record.record === 'document' ? [record.document['version']] : [];
  return [KINDS.indexOf(record.record), ...own, ...version]
    .map((part) => (typeof part === 'number' ? String(part).padStart(16, '0') : String(part)))
    .join(' ');
}
