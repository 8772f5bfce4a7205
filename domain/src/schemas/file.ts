import * as z from 'zod';
import { idSchema, instantSchema, sha256Schema } from './common.ts';

export const columnProfileSchema = z.strictObject({
  name: z.string(),
  type: z.enum(['text', 'integer', 'decimal', 'date', 'boolean', 'empty']),
  emptyCount: z.int(),
  samples: z.array(z.string()).max(5),
});

/** A place in a file and what is wrong there. Lines and columns count from 1; line 1 is the header. */
export const fileIssueSchema = z.strictObject({
  line: z.int().nullable(),
  column: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export type FileIssue = z.infer<typeof fileIssueSchema>;

export const csvProfileSchema = z.strictObject({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
  byteOrderMark: z.boolean(),
  delimiter: z.enum([',', ';', '\t', '|']),
  columns: z.array(columnProfileSchema).max(200),
  rowCount: z.int(),
  badRowCount: z.int(),
  /** The first bad rows: too many or too few cells, unclosed quotes. */
  issues: z.array(fileIssueSchema).max(50),
});
export type CsvProfile = z.infer<typeof csvProfileSchema>;

/** `orgs/{orgId}/files/{fileId}`. Written once by the server for each stored object generation; bytes never change. */
export const fileSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(200),
  /** 1 for the first upload of this name in the organization, 2 for the next, … */
  revision: z.int().min(1),
  kind: z.enum(['input', 'draft', 'result']),
  status: z.enum(['ready', 'refused']),
  storagePath: z.string(),
  generation: z.string(),
  sha256: sha256Schema,
  sizeBytes: z.int().min(0),
  declaredType: z.string(),
  detectedType: z.enum(['csv', 'text', 'pdf', 'xlsx', 'zip', 'image', 'binary', 'empty']),
  profile: csvProfileSchema.nullable(),
  /** Why the file was refused; empty when ready. */
  issues: z.array(fileIssueSchema).max(50),
  uploadedBy: z.string().nullable(),
  executionId: idSchema.nullable(),
  createdAt: instantSchema,
  /** Its bytes were removed then, because they are no longer kept. */
  erasedAt: instantSchema.nullable().default(null),
  version: z.int().min(1),
});
export type StoredFile = z.infer<typeof fileSchema>;
