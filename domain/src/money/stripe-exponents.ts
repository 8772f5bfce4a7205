import { exponentOf } from './currencies.ts';
import { formatMoney } from './money.ts';

/**
 * Stripe counts some currencies in other units than ISO 4217 does. This file is the door between the two: ours are
 * ISO 4217 minor units, Stripe's are what its `amount` fields hold.
 *
 * Source: https://docs.stripe.com/currencies, sections "Supported presentment currencies", "Zero-decimal
 * currencies", "Three-decimal currencies" and "Special cases".
 */
const SUPPORTED = new Set(
  (
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP ' +
    'CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ' +
    'ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE ' +
    'SOS SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW'
  ).split(' '),
);

/** Without UGX, which that list names too: the special cases have it written with two decimals, always `00`. */
const ZERO_DECIMAL = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMAL = new Set('BHD JOD KWD OMR TND'.split(' '));
/** Two decimals in the API, whole units in a payout. */
const WHOLE_UNITS = new Set('HUF ISK TWD UGX'.split(' '));

/**
 * The longest amount that Stripe documents, twelve digits. It documents no maximum for payouts; eight digits hold
 * for most card charges, and would refuse payouts of a million dollars.
 */
const MAX_STRIPE_AMOUNT = 999_999_999_999n;

export type StripeAmountCode =
  | 'currency_unknown'
  | 'currency_unsupported'
  | 'amount_not_positive'
  | 'amount_not_representable'
  | 'amount_too_large';

export type StripeAmount =
  | { readonly ok: true; readonly amount: number }
  | { readonly ok: false; readonly code: StripeAmountCode; readonly message: string };

/**
 * A payout's amount as Stripe wants it.
 * @param amountMinor ISO 4217 minor units @param currency ISO 4217 code, upper case
 */
export function toStripeAmount(amountMinor: bigint, currency: string): StripeAmount {
  const scale = scaleOf(currency);
  if (typeof scale === 'string') return { ok: false, code: scale, message: refusalOf(scale, currency) };
  if (amountMinor <= 0n) return { ok: false, code: 'amount_not_positive', message: 'A payout must be more than zero' };
  const scaled = amountMinor * scale.numerator;
  const amount = scaled / scale.denominator;
  if (scaled % scale.denominator !== 0n || amount % scale.step !== 0n) {
    return { ok: false, code: 'amount_not_representable', message: notRepresentable(amountMinor, currency, scale) };
  }
  if (amount > MAX_STRIPE_AMOUNT) {
    return {
      ok: false,
      code: 'amount_too_large',
      message: `Stripe's amounts have at most 12 digits; ${formatMoney(amountMinor, currency)} has more`,
    };
  }
  return { ok: true, amount: Number(amount) };
}

/**
 * An amount of Stripe's in ISO 4217 minor units, or undefined when ISO 4217 has no such currency or no such
 * fraction (half a króna, in a currency that ISO 4217 counts in whole ones).
 * @param currency as Stripe writes it, in either case
 */
export function fromStripeAmount(amount: number, currency: string): bigint | undefined {
  const converted = convert(amount, currency);
  return converted?.remainder === 0n ? converted.floor : undefined;
}

/** A balance in ISO 4217 minor units. A fraction that ISO 4217 can't hold is left out (rounding mode: floor). */
export function floorStripeBalance(amount: number, currency: string): bigint | undefined {
  return convert(amount, currency)?.floor;
}

/** The largest amount not above this one that a payout can be, in ISO 4217 minor units; 0n when there is none. */
export function floorToStripeStep(amountMinor: bigint, currency: string): bigint {
  const scale = scaleOf(currency);
  if (typeof scale === 'string' || amountMinor <= 0n) return 0n;
  return amountMinor - (amountMinor % unitOf(scale));
}

/** Stripe's amount is ISO's times `numerator` by `denominator`; a payout is a multiple of `step`. */
interface Scale {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly step: bigint;
}

function scaleOf(currency: string): Scale | 'currency_unknown' | 'currency_unsupported' {
  const iso = exponentOf(currency);
  if (iso === undefined) return 'currency_unknown';
  if (!SUPPORTED.has(currency)) return 'currency_unsupported';
  const shift = stripeExponent(currency) - iso;
  const step = WHOLE_UNITS.has(currency) ? 100n : THREE_DECIMAL.has(currency) ? 10n : 1n;
  return shift >= 0
    ? { numerator: 10n ** BigInt(shift), denominator: 1n, step }
    : { numerator: 1n, denominator: 10n ** BigInt(-shift), step };
}

/** The smallest step of a payout in ISO 4217 minor units; a whole unit of a currency without decimals is one. */
function unitOf({ numerator, denominator, step }: Scale): bigint {
  const unit = (step * denominator) / numerator;
  return unit > 0n ? unit : 1n;
}

function stripeExponent(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

function convert(amount: number, currency: string): { floor: bigint; remainder: bigint } | undefined {
  const scale = scaleOf(currency.toUpperCase());
  if (typeof scale === 'string' || !Number.isSafeInteger(amount)) return undefined;
  const scaled = BigInt(amount) * scale.denominator;
  const remainder = ((scaled % scale.numerator) + scale.numerator) % scale.numerator;
  return { floor: (scaled - remainder) / scale.numerator, remainder };
}

function refusalOf(code: 'currency_unknown' | 'currency_unsupported', currency: string): string {
  return code === 'currency_unknown'
    ? `"${currency}" is not an ISO 4217 currency`
    : `Stripe does not support ${currency}`;
}

/** Names the nearest amount below that Stripe can pay, so that the row can be corrected. */
function notRepresentable(amountMinor: bigint, currency: string, scale: Scale): string {
  const unitMinor = unitOf(scale);
  const below = amountMinor - (amountMinor % unitMinor);
  const nearest = below > 0n ? below : unitMinor;
  return `Stripe pays ${currency} in steps of ${formatMoney(unitMinor, currency)}: ${formatMoney(amountMinor, currency)} must become ${formatMoney(nearest, currency)} or the like`;
}
