import type { Query } from './database.ts';

/** The forms of `firestore.indexes.json`, as firebase-tools and the Firestore Admin API know them. */
export type IndexScope = 'COLLECTION' | 'COLLECTION_GROUP';
export type IndexMode = { readonly order: 'ASCENDING' | 'DESCENDING' } | { readonly arrayConfig: 'CONTAINS' };
export type IndexField = { readonly fieldPath: string } & IndexMode;
export interface CompositeIndex {
  readonly collectionGroup: string;
  readonly queryScope: IndexScope;
  readonly fields: readonly IndexField[];
}
export interface FieldOverride {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  readonly indexes: readonly ({ readonly queryScope: IndexScope } & IndexMode)[];
}
export interface IndexFile {
  readonly indexes: readonly CompositeIndex[];
  readonly fieldOverrides: readonly FieldOverride[];
}

/**
 * What a query needs: nothing (it walks the documents by name), single-field indexes, which Firestore keeps by itself
 * unless an override says otherwise, or a composite index: fields looked up by value, in any order, then those that
 * order the result.
 */
export interface RequiredIndex {
  readonly kind: 'none' | 'single' | 'composite';
  readonly collectionGroup: string;
  readonly queryScope: IndexScope;
  readonly lookUps: readonly IndexField[];
  readonly order: readonly IndexField[];
}

const NAME = '__name__';
const ASCENDING = { order: 'ASCENDING' } as const;
const CONTAINS = { arrayConfig: 'CONTAINS' } as const;

/**
 * The index that the real Firestore needs for a query; the local one needs none.
 * Rules: https://firebase.google.com/docs/firestore/query-data/index-overview. Stricter than they are in one point:
 * `array-contains`, or `-any`, with anything else always asks for a composite index.
 */
export function indexFor(query: Query): RequiredIndex {
  const collectionGroup = query.collection.split('/').at(-1) as string;
  const queryScope: IndexScope = query.group === true ? 'COLLECTION_GROUP' : 'COLLECTION';
  const equal = distinct(query, ['==', 'in']);
  const contained = distinct(query, ['array-contains', 'array-contains-any']);
  const lookUps = [
    ...equal.map((fieldPath) => ({ fieldPath, ...ASCENDING })),
    ...contained.map((fieldPath) => ({ fieldPath, ...CONTAINS })),
  ];
  const order = orders(query, equal);
  return { kind: kindOf(lookUps, order), collectionGroup, queryScope, lookUps, order };
}

function kindOf(lookUps: readonly IndexField[], order: readonly IndexField[]): RequiredIndex['kind'] {
  const fields = [...lookUps, ...order];
  if (fields.length === 0) return 'none';
  if (fields.length === 1 && fields[0]?.fieldPath !== NAME) return 'single';
  // Firestore merges the single-field indexes of equalities, as long as nothing but the name orders the result.
  return order.length === 0 && lookUps.every((field) => 'order' in field) ? 'single' : 'composite';
}

function distinct(query: Query, ops: readonly string[]): string[] {
  const fields = (query.where ?? [])
    .filter(([field, op]) => ops.includes(op) && field !== NAME)
    .map(([field]) => field);
  return [...new Set(fields)];
}

/** The order that the index must have, without the document's name where Firestore adds it by itself. */
function orders(query: Query, equal: readonly string[]): IndexField[] {
  // One value only: its order says nothing.
  const single = (query.where ?? []).filter(([, op]) => op === '==').map(([field]) => field);
  const asked: IndexField[] = (query.orderBy ?? [])
    .filter(([field]) => !single.includes(field))
    .map(([fieldPath, direction]) => ({ fieldPath, order: direction === 'desc' ? 'DESCENDING' : 'ASCENDING' }));
  // A range orders by its field, whether it was asked for or not.
  const ranges = (query.where ?? [])
    .filter(([field, op]) => ['<', '<=', '>', '>='].includes(op) && !equal.includes(field))
    .map(([field]) => field);
  const missing = [...new Set(ranges)].filter(
    (field) => field !== NAME && !asked.some((one) => one.fieldPath === field),
  );
  const name = asked.findIndex((one) => one.fieldPath === NAME);
  const before = name === -1 ? asked : asked.slice(0, name);
  const direction = before.at(-1) ?? asked[name] ?? { fieldPath: '', ...ASCENDING };
  const fields = [...before, ...missing.map((fieldPath) => ({ ...direction, fieldPath }))];
  const implied = directionOf(fields.at(-1));
  return name !== -1 && directionOf(asked[name]) !== implied ? [...fields, asked[name] as IndexField] : fields;
}

function directionOf(field: IndexField | undefined): 'ASCENDING' | 'DESCENDING' {
  return field !== undefined && 'order' in field ? field.order : 'ASCENDING';
}

/** The part of the index file that a query needs and the file lacks, as the JSON to add; null when nothing is missing. */
export function missingIndex(query: Query, file: IndexFile): object | null {
  const required = indexFor(query);
  const { collectionGroup, queryScope, lookUps, order } = required;
  const fields = [...lookUps, ...order];
  if (required.kind === 'none' || isServed(required, file)) return null;
  if (required.kind === 'composite')
    return { indexes: [{ collectionGroup, queryScope, fields } satisfies CompositeIndex] };
  const lacking = fields.filter((field) => !hasSingle(collectionGroup, queryScope, field, file));
  if (lacking.length === 0) return null;
  return {
    fieldOverrides: lacking.map(({ fieldPath, ...mode }) => ({
      collectionGroup,
      fieldPath,
      indexes: [{ queryScope, ...mode }],
    })),
  };
}

/**
 * One composite index with the same look-ups and then the same order; or several with that order whose equality fields
 * together are the query's: Firestore merges those.
 */
function isServed(required: RequiredIndex, file: IndexFile): boolean {
  const merged = new Set<string>();
  for (const index of file.indexes) {
    if (index.collectionGroup !== required.collectionGroup || index.queryScope !== required.queryScope) continue;
    const fields = withoutImpliedName(index.fields);
    const at = fields.length - required.order.length;
    if (at < 0) continue;
    const lookUps = fields.slice(0, at);
    if (!isSameOrder(fields.slice(at), required.order)) continue;
    if (!lookUps.every((field) => required.lookUps.some((wanted) => isSameLookUp(field, wanted)))) continue;
    if (lookUps.length === required.lookUps.length) return true;
    for (const field of lookUps) merged.add(field.fieldPath);
  }
  // Merging is documented for equalities; with an array it is not relied upon.
  return (
    required.order.length > 0 &&
    required.lookUps.length > 0 &&
    required.lookUps.every((field) => 'order' in field && merged.has(field.fieldPath))
  );
}

/** Firestore ends every index with the name, in the direction of the field before it. */
function withoutImpliedName(fields: readonly IndexField[]): readonly IndexField[] {
  const last = fields.at(-1);
  const isImplied = fields.length > 1 && last?.fieldPath === NAME && directionOf(last) === directionOf(fields.at(-2));
  return isImplied ? fields.slice(0, -1) : fields;
}

function isSameOrder(left: readonly IndexField[], right: readonly IndexField[]): boolean {
  return (
    left.length === right.length &&
    left.every(
      (field, at) =>
        'order' in field && field.fieldPath === right[at]?.fieldPath && directionOf(field) === directionOf(right[at]),
    )
  );
}

/** A value is found in either direction; an element of an array only where the index holds elements. */
function isSameLookUp(left: IndexField, right: IndexField): boolean {
  return left.fieldPath === right.fieldPath && 'order' in left === 'order' in right;
}

/** Every field has its indexes within a collection, unless an override of it or of the map around it says otherwise. */
function hasSingle(collectionGroup: string, queryScope: IndexScope, field: IndexField, file: IndexFile): boolean {
  const around = field.fieldPath.split('.').map((_, at, parts) => parts.slice(0, parts.length - at).join('.'));
  const overrides = file.fieldOverrides.filter((one) => one.collectionGroup === collectionGroup);
  const override = around
    .map((path) => overrides.find((one) => one.fieldPath === path))
    .find((one) => one !== undefined);
  if (override === undefined) return queryScope === 'COLLECTION';
  return override.indexes.some(
    (index) =>
      index.queryScope === queryScope &&
      ('order' in field ? 'order' in index && index.order === field.order : 'arrayConfig' in index),
  );
}
