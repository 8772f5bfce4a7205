const FORM = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Compare two plain decimals exactly, digit by digit: negative, zero or positive. Null when one is none. */
export function compareDecimals(left: string, right: string): number | null {
  const [a, b] = [FORM.exec(left), FORM.exec(right)];
  if (a === null || b === null) return null;
  const places = Math.max(a[3]?.length ?? 0, b[3]?.length ?? 0);
  const scaled = (match: RegExpExecArray): bigint =>
    BigInt(`${match[1] ?? ''}${match[2] ?? '0'}${(match[3] ?? '').padEnd(places, '0')}`);
  const difference = scaled(a) - scaled(b);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}
