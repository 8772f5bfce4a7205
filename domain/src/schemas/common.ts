import * as z from 'zod';

/** Roles of a member; one person may hold several. `members/{uid}` is the truth. */
export const ROLES = [
  'viewer',
  'executive',
  'operator',
  'approver',
  'treasurer',
  'developer',
  'auditor',
  'admin',
] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

export const idSchema = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/);
/** Lower-case hex of a SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
/** Integer minor units as a decimal string. */
export const minorSchema = z.string().regex(/^(0|-?[1-9][0-9]{0,77})$/);
export const currencySchema = z.string().regex(/^[A-Z]{3}$/);
/** An instant: ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. Sorts as text. */
export const instantSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
/** A calendar day, `YYYY-MM-DD`. */
export const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/**
 * A list that is stored as one JSON text and read as what it is. For lists that nothing queries: one value to encode
 * and none to index, where nested maps would cost more than all the rest of a page.
 */
export function storedAsText<T>(schema: z.ZodType<T>) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is no JSON text' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** Count and money per currency; a currency appears once. Never a sum across currencies. */
export const totalSchema = z.strictObject({
  currency: currencySchema,
  amountMinor: minorSchema,
  count: z.int().min(0),
});
export type Total = z.infer<typeof totalSchema>;

/** Who did it: a member (uid is a pseudonym; names live in `members`), or a part of the platform. */
/**
 * Free text of a person in a document whose content is hashed: the hash covers `commitment` alone, over salt and text. Both
 * are emptied when the person's data is removed; see `audit/committed-text.ts`.
 */
export const committedTextSchema = z.strictObject({
  text: z.string().max(1000),
  salt: z.string(),
  commitment: sha256Schema,
});
export type CommittedText = z.infer<typeof committedTextSchema>;
/** A reason; a plain string in documents from before reasons could be removed. */
export const reasonSchema = z.union([z.string().max(1000), committedTextSchema]);
export type Reason = z.infer<typeof reasonSchema>;

export const actorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('member'), uid: z.string(), roles: z.array(roleSchema) }),
  z.strictObject({ kind: z.literal('system'), part: z.enum(['engine', 'tick', 'ledger', 'audit', 'files', 'seed']) }),
]);
export type Actor = z.infer<typeof actorSchema>;
