import * as z from 'zod';
import { idSchema, instantSchema, storedAsText } from './common.ts';

/** A field of a record. Decimals are text: no amount, price or rate is ever a float. */
export const recordFieldSchema = z.strictObject({
  name: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  type: z.enum(['string', 'decimal', 'integer', 'boolean', 'date', 'json']),
  required: z.boolean(),
});

/** `orgs/{orgId}/recordTypes/{type}`: what records of a type look like. */
export const recordTypeSchema = z.strictObject({
  type: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  title: z.string().min(1).max(80),
  fields: z.array(recordFieldSchema).min(1).max(60),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type RecordType = z.infer<typeof recordTypeSchema>;

/** `orgs/{orgId}/records/{type~recordId}` */
export const recordSchema = z.strictObject({
  type: z.string(),
  id: idSchema,
  fields: storedAsText(z.record(z.string(), z.json())),
  /** The execution that wrote this version. */
  executionId: idSchema.nullable(),
  updatedAt: instantSchema,
  version: z.int().min(1),
});
export type StoredRecord = z.infer<typeof recordSchema>;

export type RecordFields = Readonly<Record<string, unknown>>;

const FORM: Readonly<Record<RecordType['fields'][number]['type'], (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value.length <= 10_000,
  decimal: (value) => typeof value === 'string' && /^-?\d{1,60}(\.\d{1,40})?$/.test(value),
  integer: (value) => typeof value === 'string' && /^-?\d{1,80}$/.test(value),
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  json: (value) => value !== undefined,
};

/** What is wrong with fields for their type, or null. */
export function recordProblem(type: RecordType, fields: RecordFields): string | null {
  const known = new Set(type.fields.map((field) => field.name));
  const extra = Object.keys(fields).find((name) => !known.has(name));
  if (extra !== undefined) return `A ${type.title} has no field "${extra}"`;
  for (const field of type.fields) {
    const value = fields[field.name];
    if (value === undefined || value === null) {
      if (field.required) return `A ${type.title} needs its field "${field.name}"`;
      continue;
    }
    if (!FORM[field.type](value)) return `Field "${field.name}" of a ${type.title} must be of type ${field.type}`;
  }
  return null;
}
