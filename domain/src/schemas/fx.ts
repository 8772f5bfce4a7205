import * as z from 'zod';
import { currencySchema, daySchema, minorSchema } from './common.ts';

/** A positive plain decimal. Text, because a rate is never a float. */
export const rateTextSchema = z
  .string()
  .regex(/^\d{1,40}(\.\d{1,40})?$/)
  .refine((text) => /[1-9]/.test(text), 'is zero');

/** One line of a rate table: `rate` units of `quote` for one unit of `base`. */
export const rateQuoteSchema = z.strictObject({
  base: currencySchema,
  quote: currencySchema,
  rate: rateTextSchema,
  /** Who published it, such as `ECB`. */
  source: z.string().min(1).max(200),
  /** When it was observed: a day or an instant, ISO 8601. */
  observedAt: z.string().max(40),
  /** The day that it is the rate of. */
  day: daySchema,
});
export type RateQuote = z.infer<typeof rateQuoteSchema>;

/** How an exact quotient becomes a whole number of minor units; the names and meanings of java.math.RoundingMode. */
export const roundingModeSchema = z.enum(['HALF_EVEN', 'HALF_UP', 'HALF_DOWN', 'UP', 'DOWN', 'CEILING', 'FLOOR']);
export type RoundingMode = z.infer<typeof roundingModeSchema>;

/** Posted sums of one account in one currency, now or as of a day: what positions are made of. */
export const fxBalanceSchema = z.object({
  accountId: z.string(),
  currency: currencySchema,
  postedDebitMinor: minorSchema,
  postedCreditMinor: minorSchema,
});
export type FxBalance = z.infer<typeof fxBalanceSchema>;
