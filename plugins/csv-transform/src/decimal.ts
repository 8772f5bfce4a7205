/** An exact decimal: `units` × 10^-`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export type Mark = '.' | ',';
export type Rounding = 'half_even' | 'half_up' | 'down';
export const ROUNDINGS: readonly Rounding[] = ['half_even', 'half_up', 'down'];

const SPACE = 32;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
/** So many digits make an integer that a number holds exactly: below 2^53. */
const SAFE_DIGITS = 15;
const MAX_DIGITS = 60;

/**
 * Reads plain decimal numbers: a minus or none, digits without leading zeros (`0012` is an identifier), at most one
 * mark. Outer white space does not count. What was read last is in its fields: no object a cell, in a million rows.
 */
export class DecimalReader {
  /** Exact: below 2^53, with the sign. Holds when `big` is null. */
  small = 0;
  big: bigint | null = null;
  scale = 0;
  readonly #mark: string;
  readonly #markCode: number;

  constructor(mark: Mark) {
    this.#mark = mark;
    this.#markCode = mark.charCodeAt(0);
  }

  /** @returns whether the text is a number */
  read(text: string): boolean {
    const length = text.length;
    let at = 0;
    if (text.charCodeAt(0) === MINUS) at = 1;
    const first = at;
    let markAt = -1;
    let units = 0;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) units = units * 10 + (code - ZERO);
      else if (code === this.#markCode && markAt === -1) markAt = at;
      else return this.#trimmed(text);
    }
    const whole = (markAt === -1 ? length : markAt) - first;
    this.scale = markAt === -1 ? 0 : length - markAt - 1;
    const hasLeadingZero = text.charCodeAt(first) === ZERO && whole > 1;
    if (whole === 0 || hasLeadingZero || (markAt !== -1 && this.scale === 0)) return false;
    const digits = whole + this.scale;
    if (digits > MAX_DIGITS) return false;
    if (digits <= SAFE_DIGITS) {
      this.small = first === 1 && units !== 0 ? -units : units;
      this.big = null;
    } else {
      this.big = BigInt(text.replace(this.#mark, ''));
    }
    return true;
  }

  decimal(): Decimal {
    return { units: this.big ?? BigInt(this.small), scale: this.scale };
  }

  #trimmed(text: string): boolean {
    // Only what begins or ends with white space is worth a copy.
    if (text.charCodeAt(0) > SPACE && text.charCodeAt(text.length - 1) > SPACE && text.charCodeAt(0) < 128)
      return false;
    const trimmed = text.trim();
    return trimmed.length < text.length && this.read(trimmed);
  }
}

/** Up to what two numbers of the most digits multiply to; beyond it, computed. */
const POWERS: readonly bigint[] = Array.from({ length: 130 }, (_, exponent) => 10n ** BigInt(exponent));
const pow10 = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);
const unitsAt = ({ units, scale }: Decimal, wanted: number): bigint =>
  wanted === scale ? units : units * pow10(wanted - scale);

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { units: -b.units, scale: b.scale });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Exactly rounded to `scale`. `b` is not zero. */
export function divide(a: Decimal, b: Decimal, scale: number, rounding: Rounding): Decimal {
  const numerator = a.units * pow10(b.scale + scale);
  const denominator = b.units * pow10(a.scale);
  return { units: roundedQuotient(numerator, denominator, rounding), scale };
}

/** To `scale` decimals: rounded when there are more, with zeros when there are fewer. */
export function toScale(a: Decimal, scale: number, rounding: Rounding): Decimal {
  if (scale >= a.scale) return { units: unitsAt(a, scale), scale };
  return { units: roundedQuotient(a.units, pow10(a.scale - scale), rounding), scale };
}

/** `half_up` rounds a half away from zero, `half_even` to the even neighbour, `down` always toward zero. */
function roundedQuotient(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n || rounding === 'down') return quotient;
  const twice = 2n * magnitude(remainder);
  const half = magnitude(denominator);
  if (twice < half || (twice === half && rounding === 'half_even' && quotient % 2n === 0n)) return quotient;
  return quotient + (numerator < 0n === denominator < 0n ? 1n : -1n);
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

export function compare(a: Decimal, b: Decimal): number {
  const { units } = subtract(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

export function format({ units, scale }: Decimal, mark: Mark): string {
  if (scale === 0) return String(units);
  const digits = String(magnitude(units)).padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}${mark}${digits.slice(-scale)}`;
}
