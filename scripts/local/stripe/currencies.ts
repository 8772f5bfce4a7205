/**
 * Stripe's own table of currencies, written here apart from the connector's so that a mistake in the one is
 * caught by the other. Codes are lower case, as Stripe writes them.
 *
 * Source: https://docs.stripe.com/currencies (sections "Supported presentment currencies", "Zero-decimal
 * currencies", "Three-decimal currencies", "Special cases").
 */
const SUPPORTED = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf ' +
    'clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils ' +
    'inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk ' +
    'mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp ' +
    'sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw'
  ).split(' '),
);

/** A payout's amount must be a multiple of this: whole major units of ISK, UGX, HUF and TWD; three decimals end in 0. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['isk', 100],
  ['ugx', 100],
  ['huf', 100],
  ['twd', 100],
  ['bhd', 10],
  ['jod', 10],
  ['kwd', 10],
  ['omr', 10],
  ['tnd', 10],
]);

export function isSupported(currency: string): boolean {
  return SUPPORTED.has(currency);
}

export function payoutStep(currency: string): number {
  return STEPS.get(currency) ?? 1;
}

/** Stripe's longest documented amount, twelve digits; no separate maximum is documented for payouts. */
export const MAX_AMOUNT = 999_999_999_999;
