import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { riskSchema } from '../schemas/execution.ts';
import { RISK_ORDER } from './conditions.ts';
import { assessRisk, riskBand, RISK_WEIGHTS, type RiskFacts } from './risk.ts';

/** A plan of which nothing is unusual. */
const facts = (fields: Partial<RiskFacts> = {}): RiskFacts => ({
  base: { currency: 'USD', amountMinor: '10000', unknownCurrencies: [], rates: [], ratesAsOf: null },
  payeeCount: 10,
  newPayeeCount: 0,
  hiddenDestinationCount: 0,
  nearDuplicateCount: 0,
  offHours: false,
  scheduled: false,
  pastAmounts: [9_000n, 10_000n, 11_000n, 10_500n, 9_500n],
  pastRuns: 5,
  sameCode: true,
  reusedFiles: [],
  firstOfRequester: false,
  ...fields,
});
const amount = (amountMinor: string | null): RiskFacts['base'] => ({
  currency: 'USD',
  amountMinor,
  unknownCurrencies: amountMinor === null ? ['EUR'] : [],
  rates: [],
  ratesAsOf: null,
});

test('a plan like the ones before has no factor', () => {
  expect(assessRisk(facts())).toEqual({ score: 0, band: 'low', factors: [] });
});

test.each<[keyof typeof RISK_WEIGHTS, Partial<RiskFacts>, string]>([
  ['amount_unknown', { base: amount(null) }, 'no recent rate to USD for EUR'],
  ['amount_above_three_times_max', { base: amount('33001') }, 'largest of the last 5 completed runs was USD 110.00'],
  ['amount_above_max', { base: amount('33000') }, 'USD 330.00'],
  [
    'amount_outlier',
    { base: amount('9000'), pastAmounts: [100n, 110n, 120n, 130n, 100_000n] },
    'usual is about USD 1.20',
  ],
  ['amount_outlier', { base: amount('111'), pastAmounts: [100n, 100n, 100n, 100n, 200n] }, 'usual is about'],
  ['new_payees', { newPayeeCount: 5 }, '5 of 10 payees were never paid'],
  ['mostly_new_payees', { newPayeeCount: 6 }, '6 of 10 payees'],
  ['hidden_destination', { hiddenDestinationCount: 1 }, 'of 1 payee'],
  ['near_duplicates', { nearDuplicateCount: 2 }, '2 rows'],
  ['reused_file', { reusedFiles: [{ name: 'pay.csv', runs: 2 }] }, 'pay.csv was the input of 2 other runs'],
  ['changed_code', { sameCode: false }, 'not the one'],
  ['off_hours', { offHours: true }, 'outside'],
  ['off_hours', { offHours: null }, 'time zone'],
  ['first_run', { pastRuns: 0, pastAmounts: [], sameCode: null }, 'never completed'],
  ['first_of_requester', { firstOfRequester: true }, 'never asked'],
])('%s', (code, fields, detail) => {
  const risk = assessRisk(facts(fields));
  expect(risk.factors.map((factor) => factor.code)).toEqual([code]);
  expect(risk.factors[0]).toMatchObject({ weight: RISK_WEIGHTS[code], detail: expect.stringContaining(detail) });
  expect(risk.factors[0]?.remedy).not.toBe('');
  expect(risk.score).toBe(RISK_WEIGHTS[code]);
});

test.each<[string, Partial<RiskFacts>]>([
  ['the hour of a schedule', { scheduled: true, offHours: true }],
  ['an amount below the usual', { base: amount('1') }],
  ['as much as ever before', { base: amount('11000') }],
  ['a first amount: the first run says so', { pastAmounts: [] }],
  ['a spread that can not be told from four runs', { base: amount('199'), pastAmounts: [100n, 100n, 100n, 200n] }],
])('no factor: %s', (_, fields) => {
  expect(assessRisk(facts(fields)).factors).toEqual([]);
});

describe('score and band', () => {
  test.each([
    [0, 'low'],
    [24, 'low'],
    [25, 'medium'],
    [49, 'medium'],
    [50, 'high'],
    [74, 'high'],
    [75, 'critical'],
  ] as const)('%s is %s', (score, band) => {
    expect(riskBand(score)).toBe(band);
  });

  test('the score is the sum of the factors, fits its schema, and one thing worse never makes it lower', () => {
    const worse: readonly Partial<RiskFacts>[] = [
      { newPayeeCount: 10 },
      { hiddenDestinationCount: 3 },
      { nearDuplicateCount: 1 },
      { reusedFiles: [{ name: 'f', runs: 1 }] },
      { sameCode: false },
      { offHours: true },
      { firstOfRequester: true },
      { base: amount('999999999') },
    ];
    fc.assert(
      fc.property(fc.subarray([...worse]), fc.constantFrom(...worse), (some, one) => {
        const before = assessRisk(facts(Object.assign({}, ...some) as Partial<RiskFacts>));
        const after = assessRisk(facts(Object.assign({}, ...some, one) as Partial<RiskFacts>));
        expect(riskSchema.parse(after)).toEqual(after);
        expect(after.score).toBe(after.factors.reduce((sum, { weight }) => sum + weight, 0));
        expect(after.score).toBeGreaterThanOrEqual(before.score);
        expect(RISK_ORDER.indexOf(after.band)).toBeGreaterThanOrEqual(RISK_ORDER.indexOf(before.band));
      }),
    );
  });
});
