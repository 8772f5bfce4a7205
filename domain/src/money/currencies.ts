/**
 * Minor-unit exponents of ISO 4217 (list one, maintained by SIX Financial Information), by alphabetic code.
 * Codes not listed in the two exceptional groups have two decimals.
 */
const ZERO = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ');
const THREE = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');
const TWO = (
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP ' +
  'CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES ' +
  'KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK ' +
  'NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB ' +
  'TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG'
).split(' ');
const FOUR = ['CLF', 'UYW'];

const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...ZERO.map((code) => [code, 0] as const),
  ...TWO.map((code) => [code, 2] as const),
  ...THREE.map((code) => [code, 3] as const),
  ...FOUR.map((code) => [code, 4] as const),
]);

/** Decimals of a currency's minor unit, or undefined for a code that ISO 4217 does not list. Upper case only. */
export function exponentOf(currency: string): number | undefined {
  return EXPONENTS.get(currency);
}

export function isCurrency(code: string): boolean {
  return EXPONENTS.has(code);
}

export const currencyCodes: readonly string[] = [...EXPONENTS.keys()].sort();
