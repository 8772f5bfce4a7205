import * as z from 'zod';
import { storedAsText, currencySchema, daySchema, idSchema, instantSchema, minorSchema } from './common.ts';

/** One account's share of one day: [account, currency, effective day, posted debit and credit, pending debit and credit]. */
export const feedCellSchema = z.tuple([
  idSchema,
  currencySchema,
  daySchema,
  minorSchema,
  minorSchema,
  minorSchema,
  minorSchema,
]);
export type FeedCell = z.infer<typeof feedCellSchema>;

/**
 * `streams/ledger/feed/{firstSeq, 16 digits}`: what one batch of the writer added (or, negative, took away), by account,
 * currency and effective day. Feeds follow each other without a gap; the months' roll-ups are made from them.
 */
export const feedSchema = z.strictObject({
  firstSeq: z.int().min(0),
  /** Of the next feed: one more than its last leaf. */
  nextSeq: z.int().min(1),
  /** The recorded day (UTC) of all its steps. */
  day: daySchema,
  cells: storedAsText(z.array(feedCellSchema)),
});
export type Feed = z.infer<typeof feedSchema>;

/** One effective day as it was recorded on one day: [effective day, recorded day, posted debit and credit, pending debit and credit]. */
export const monthCellSchema = z.tuple([daySchema, daySchema, minorSchema, minorSchema, minorSchema, minorSchema]);
export type MonthCell = z.infer<typeof monthCellSchema>;

/**
 * `orgs/{orgId}/balanceMonths/{month}~{accountId}_{currency}`: what an account's entries of one effective month come to, by
 * effective and recorded day: past balances are sums of these, as known at the end of any recorded day. Made from the
 * feeds, behind the writer.
 */
export const balanceMonthSchema = z.strictObject({
  accountId: idSchema,
  currency: currencySchema,
  /** `YYYY-MM` */
  month: z.string().regex(/^\d{4}-\d{2}$/),
  cells: storedAsText(z.array(monthCellSchema)),
});
export type BalanceMonth = z.infer<typeof balanceMonthSchema>;

/** `streams/ledger/derived/months`: how far the months go. */
export const monthsCursorSchema = z.strictObject({
  /** The first leaf that they do not cover. */
  nextSeq: z.int().min(0),
  /** So many cells of the feed that begins there are in them already: one that is too large for a commit goes in parts. */
  cells: z.int().min(0).default(0),
  updatedAt: instantSchema,
});
export type MonthsCursor = z.infer<typeof monthsCursorSchema>;
