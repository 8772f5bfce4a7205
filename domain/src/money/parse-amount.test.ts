import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyCodes, exponentOf } from './currencies.ts';
import { formatAmount, formatMoney, fromMinor, isMinorString, sumMinor, toMajorText, toMinor } from './money.ts';
import { parseAmount } from './parse-amount.ts';

const currency = fc.constantFrom(...currencyCodes);
/** Up to the fifteen digits before the decimal separator that an amount may have. */
const amount = (code: string) => fc.bigInt({ min: 1n, max: 10n ** BigInt(15 + (exponentOf(code) ?? 0)) - 1n });

test('what is written is what is read, in every currency, with a point and with a comma', () => {
  fc.assert(
    fc.property(
      currency.chain((code) => fc.tuple(fc.constant(code), amount(code))),
      ([code, amountMinor]) => {
        const text = toMajorText(amountMinor, code);
        expect(parseAmount(text, code)).toEqual({ ok: true, amountMinor });
        expect(parseAmount(text.replace('.', ','), code, ',')).toEqual({ ok: true, amountMinor });
        expect(parseAmount(`  ${text} `, code)).toEqual({ ok: true, amountMinor });
      },
    ),
  );
});

test('any text at all is read exactly or refused with a reason and a remedy; no digit is lost or made up', () => {
  const digits = (text: string): string => text.replaceAll(/\D/g, '').replace(/^0+/, '');
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9.,e' ]{0,12}$/)),
      currency,
      fc.constantFrom('.' as const, ',' as const),
      (text, code, decimal) => {
        const parsed = parseAmount(text, code, decimal);
        if (!parsed.ok) {
          expect(parsed.message.length).toBeGreaterThan(5);
          expect(parsed.remedy.length).toBeGreaterThan(5);
          return;
        }
        expect(parsed.amountMinor > 0n).toBe(true);
        const [, fraction = ''] = text.trim().split(decimal);
        expect(digits(String(parsed.amountMinor))).toBe(
          digits(text) + '0'.repeat((exponentOf(code) ?? 0) - fraction.length),
        );
      },
    ),
  );
});

describe('a table of amounts', () => {
  test.each([
    ['1250', 'USD', '.', 125_000n],
    ['1250.5', 'USD', '.', 125_050n],
    ['1250.50', 'USD', '.', 125_050n],
    ['0.01', 'USD', '.', 1n],
    ['007', 'USD', '.', 700n],
    ['1250', 'JPY', '.', 1_250n],
    ['1.234', 'KWD', '.', 1_234n],
    ['1.2345', 'CLF', '.', 12_345n],
    ['1250,50', 'EUR', ',', 125_050n],
    ['999999999999999.99', 'USD', '.', 99_999_999_999_999_999n],
  ] as const)('%s %s is read', (text, code, decimal, amountMinor) => {
    expect(parseAmount(text, code, decimal)).toEqual({ ok: true, amountMinor });
  });

  test.each([
    ['1,234.50', 'USD', '.', 'amount_grouped'],
    ['1.234,50', 'EUR', ',', 'amount_grouped'],
    ["1'234.50", 'CHF', '.', 'amount_grouped'],
    ['1 234.50', 'USD', '.', 'amount_grouped'],
    ['1\u00a0234', 'USD', '.', 'amount_grouped'],
    ['1\u202f234', 'USD', '.', 'amount_grouped'],
    ['12,50', 'USD', '.', 'amount_grouped'],
    ['12.50', 'EUR', ',', 'amount_grouped'],
    ['1e3', 'USD', '.', 'amount_exponent'],
    ['1E+3', 'USD', '.', 'amount_exponent'],
    ['1.5e-2', 'USD', '.', 'amount_exponent'],
    ['-5', 'USD', '.', 'amount_negative'],
    ['\u22125', 'USD', '.', 'amount_negative'],
    ['(5.00)', 'USD', '.', 'amount_negative'],
    ['1.005', 'USD', '.', 'amount_decimals'],
    ['1.0', 'JPY', '.', 'amount_decimals'],
    ['1.2345', 'KWD', '.', 'amount_decimals'],
    ['1,005', 'EUR', ',', 'amount_decimals'],
    ['', 'USD', '.', 'amount_missing'],
    ['   ', 'USD', '.', 'amount_missing'],
    ['0', 'USD', '.', 'amount_zero'],
    ['0.00', 'USD', '.', 'amount_zero'],
    ['1000000000000000', 'USD', '.', 'amount_too_large'],
    ['ten', 'USD', '.', 'amount_not_a_number'],
    ['$5', 'USD', '.', 'amount_not_a_number'],
    ['+5', 'USD', '.', 'amount_not_a_number'],
    ['5.', 'USD', '.', 'amount_not_a_number'],
    ['.5', 'USD', '.', 'amount_not_a_number'],
    ['1.2.3', 'USD', '.', 'amount_not_a_number'],
    ['=1+1', 'USD', '.', 'amount_not_a_number'],
    ['٣', 'USD', '.', 'amount_not_a_number'],
    ['5', 'usd', '.', 'currency_unknown'],
    ['5', 'XXQ', '.', 'currency_unknown'],
    ['5', '', '.', 'currency_unknown'],
  ] as const)('%j %s is refused: %s%s', (text, code, decimal, problem) => {
    expect(parseAmount(text, code, decimal)).toMatchObject({ ok: false, code: problem });
  });
});

describe('money', () => {
  test('stored text and memory are the same number, and only canonical text is one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 78n) + 1n, max: 10n ** 78n - 1n }), (minor) => {
        expect(isMinorString(fromMinor(minor))).toBe(true);
        expect(toMinor(fromMinor(minor))).toBe(minor);
      }),
    );
    for (const text of ['', '-', '-0', '01', '1.0', '1e3', ' 1', '+1', '0x10', `1${'0'.repeat(78)}`])
      expect(() => toMinor(text)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  test.each([
    [123_456n, 'USD', '1234.56', '1,234.56'],
    [-5n, 'USD', '-0.05', '\u22120.05'],
    [0n, 'USD', '0.00', '0.00'],
    [1_234n, 'JPY', '1234', '1,234'],
    [1n, 'KWD', '0.001', '0.001'],
    [-1_000_000n, 'JPY', '-1000000', '\u22121,000,000'],
    [10n ** 20n, 'USD', '1000000000000000000.00', '1,000,000,000,000,000,000.00'],
  ] as const)('%s %s is written %s, and %s for people', (minor, code, plain, people) => {
    expect(toMajorText(minor, code)).toBe(plain);
    expect(formatAmount(minor, code)).toBe(people);
    expect(formatMoney(minor, code)).toBe(`${code} ${people}`);
  });

  test('a currency that is none has no amounts', () => {
    expect(() => toMajorText(1n, 'XXQ')).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  test('sums are exact where floating point is not', () => {
    expect(sumMinor([10n, 20n, 9_007_199_254_740_993n])).toBe(9_007_199_254_741_023n);
    expect(sumMinor([])).toBe(0n);
  });
});
