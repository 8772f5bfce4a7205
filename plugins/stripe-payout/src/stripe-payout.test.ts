import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoney, toMajorText, toMinor } from '@countersign/domain/money/money';
import { assertSoundEffects } from '@countersign/domain/plan/effect-checks';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { effectSchema } from '@countersign/domain/schemas/effect';
import { problemSchema } from '@countersign/domain/schemas/execution';
import { manifestSchema } from '@countersign/domain/schemas/plugin';
import { InputError, type PlanProposal, type StripeAccount, type StripePayoutEffect } from '@countersign/plugin-sdk';
import { testPlugin, type TestWorld } from '@countersign/plugin-sdk/test-kit';
import plugin from './index.ts';

const bank = (currency: string, isDefault = true, last4 = '4242') => ({
  id: `ba_${currency}${last4}`,
  bankName: 'Harbor Bank',
  last4,
  currency,
  country: 'US',
  isDefault,
});
const account = (id: string, available: Record<string, bigint>, more: Partial<StripeAccount> = {}): StripeAccount => ({
  id,
  businessName: `Shop ${id}`,
  payoutsEnabled: true,
  destinations: Object.keys(available).map((currency) => bank(currency)),
  available: Object.entries(available).map(([currency, minor]) => ({ currency, amountMinor: String(minor) })),
  ...more,
});

const STRIPE: readonly StripeAccount[] = [
  account('acct_A', { USD: 100_000n, EUR: 50_000n }),
  account('acct_B', { JPY: 500_000n, KWD: 90_000n }),
  account('acct_C', { USD: 100_000n }, { payoutsEnabled: false }),
  account('acct_D', { USD: 100_000n }, { destinations: 'hidden' }),
  account('acct_H', { HUF: 5_000_045n }),
];
const HEADER = 'reference,account,amount,currency,description';
const csv = (...rows: readonly string[]): string => [HEADER, ...rows].join('\n');

type PayoutProposal = Omit<PlanProposal, 'effects'> & { readonly effects: readonly StripePayoutEffect[] };

const run = async (text: string | Uint8Array, more: Partial<TestWorld> = {}): Promise<PayoutProposal> => {
  const proposal = await testPlugin(plugin, {
    files: { file: text },
    params: { file: 'f' },
    stripe: STRIPE,
    ...more,
  }).execute();
  return { ...proposal, effects: proposal.effects.filter((effect) => effect.kind === 'stripe.payout') };
};

const codes = (proposal: Pick<PlanProposal, 'problems'>): string[] => proposal.problems.map((problem) => problem.code);

describe('manifest', () => {
  it('is of the agreed form', () => {
    expect(manifestSchema.parse(plugin.manifest)).toMatchObject({
      name: 'stripe-payout',
      version: '1.0.0',
      riskLevel: 'high',
    });
  });
});

describe('a plan by amounts', () => {
  it('pays each row from its account to its bank, with claim and journal', async () => {
    const proposal = await run(csv('INV-1,acct_A,12.50,USD,October', 'INV-2,acct_B,1500,JPY,'));
    expect(proposal.problems).toEqual([]);
    expect(proposal.effects[0]).toEqual({
      kind: 'stripe.payout',
      key: 'inv-1',
      line: 2,
      needs: [],
      data: {
        account: 'acct_A',
        amountMinor: '1250',
        currency: 'USD',
        reference: 'INV-1',
        description: 'October',
        balanceBeforeMinor: '100000',
        reserveMinor: '0',
        destination: { kind: 'bank', id: 'ba_USD4242', bankName: 'Harbor Bank', last4: '4242', currency: 'USD' },
      },
      claim: { kind: 'payout', reference: 'INV-1' },
      journal: {
        memo: 'Payout INV-1',
        effectiveDay: null,
        entries: [
          { accountId: 'seller-payable.acct_A', side: 'debit', amountMinor: '1250', currency: 'USD' },
          { accountId: 'stripe-balance.acct_A', side: 'credit', amountMinor: '1250', currency: 'USD' },
        ],
      },
    });
    expect(proposal.message).toBe(
      '2 payouts of JPY 1,500 and USD 12.50 to 2 connected accounts. All rows of the file can be paid.',
    );
  });

  it('is what the platform accepts as sound', async () => {
    const proposal = await run(csv('INV-1,acct_A,12.50,USD,', 'INV-2,acct_B,1.250,KWD,', 'INV-3,acct_D,5,USD,'));
    for (const effect of proposal.effects) effectSchema.parse(effect);
    expect(() =>
      assertSoundEffects(proposal.effects, manifestSchema.parse(plugin.manifest).capabilities),
    ).not.toThrow();
    expect(proposal.effects).toHaveLength(3);
  });

  it('orders effects by account, then line', async () => {
    const proposal = await run(csv('r1,acct_D,1,USD,', 'r2,acct_A,1,USD,', 'r3,acct_D,2,USD,', 'r4,acct_A,2,USD,'));
    expect(proposal.effects.map((effect) => effect.line)).toEqual([3, 5, 2, 4]);
  });

  it('uses the default description where a row has none', async () => {
    const proposal = await run(csv('r1,acct_A,1,USD,own', 'r2,acct_A,2,USD,'), {
      params: { file: 'f', description: 'all' },
    });
    expect(proposal.effects.map((effect) => effect.data.description)).toEqual(['own', 'all']);
  });

  it('shows a hidden destination as hidden, and says how much goes there', async () => {
    const proposal = await run(csv('r1,acct_D,12,USD,'));
    expect(proposal.effects[0]?.data.destination).toEqual({ kind: 'hidden' });
    expect(proposal.warnings[0]).toContain('USD 12.00');
  });

  it('chooses the default bank account of the currency', async () => {
    const two = account(
      'acct_A',
      { USD: 1000n },
      { destinations: [bank('USD', false, '1111'), bank('EUR', true, '2222'), bank('USD', true, '3333')] },
    );
    const proposal = await run(csv('r1,acct_A,1,USD,'), { stripe: [two] });
    expect(proposal.effects[0]?.data.destination).toMatchObject({ last4: '3333' });
  });

  it('remarks on two rows that look the same, and pays both', async () => {
    const proposal = await run(csv('r1,acct_A,7,USD,', 'r2,acct_A,7.00,USD,'));
    expect(proposal.effects).toHaveLength(2);
    expect(proposal.problems).toMatchObject([
      { line: 3, code: 'possible_duplicate', severity: 'notice', message: expect.stringContaining('line 2') },
    ]);
  });

  it('counts the refused rows and their money', async () => {
    const proposal = await run(
      csv('r1,acct_A,1,USD,', 'r2,acct_X,20.50,USD,', 'r3,acct_A,1e3,USD,', 'r4,acct_C,9,USD,'),
    );
    expect(proposal).toMatchObject({
      rowCount: 4,
      refusedTotals: [{ currency: 'USD', amountMinor: '2950', count: 2 }],
    });
    expect(proposal.message).toBe(
      '1 payout of USD 1.00 to 1 connected account. 3 rows (USD 29.50) can not be paid; the problems say why. This run leaves them out.',
    );
  });

  it('proposes nothing when it was asked for all or none', async () => {
    const proposal = await run(csv('r1,acct_A,1,USD,', 'r2,acct_X,1,USD,'), {
      params: { file: 'f', problems: 'refuse_all' },
    });
    expect(proposal.effects).toEqual([]);
    expect(codes(proposal)).toEqual(['account_unknown']);
    expect(proposal.message).toContain('1 row of 2 can not be paid');
  });
});

/** One row that can't be paid, and what its problem must say. */
const badRows: readonly (readonly [why: string, row: string, code: string, column: string, said: string])[] = [
  ['grouped thousands', 'r,acct_A,"1,234.50",USD,', 'amount_grouped', 'amount', 'thousands separators'],
  ['scientific notation', 'r,acct_A,1e3,USD,', 'amount_exponent', 'amount', 'scientific notation'],
  ['a negative amount', 'r,acct_A,-5,USD,', 'amount_negative', 'amount', 'negative'],
  ['too many decimals', 'r,acct_A,1.005,USD,', 'amount_decimals', 'amount', '3 decimals, USD has 2'],
  ['decimals in yen', 'r,acct_B,15.5,JPY,', 'amount_decimals', 'amount', 'JPY has 0'],
  ['an empty amount', 'r,acct_A,,USD,', 'amount_missing', 'amount', 'empty'],
  ['zero', 'r,acct_A,0.00,USD,', 'amount_zero', 'amount', 'zero'],
  ['words', 'r,acct_A,ten,USD,', 'amount_not_a_number', 'amount', '"ten" is not an amount'],
  ['a decimal comma in a file with commas', 'r,acct_A,"12,50",USD,', 'amount_grouped', 'amount', ','],
  ['a formula as amount', 'r,acct_A,=1+1,USD,', 'formula', 'amount', 'is a formula'],
  ['a formula as reference', '"=HYPERLINK(""x"")",acct_A,1,USD,', 'formula', 'reference', 'is a formula'],
  ['an unknown currency', 'r,acct_A,1,USDT,', 'currency_unknown', 'currency', 'ISO 4217'],
  ['a currency in small letters', 'r,acct_A,1,usd,', 'currency_unknown', 'currency', 'Write USD'],
  ['no currency', 'r,acct_A,1,,', 'currency_missing', 'currency', 'empty'],
  ['no reference', ',acct_A,1,USD,', 'reference_missing', 'reference', 'empty'],
  ['an invisible character in a reference', 'r\u200b1,acct_A,1,USD,', 'reference_characters', 'reference', 'invisible'],
  ['an overlong reference', `${'r'.repeat(201)},acct_A,1,USD,`, 'reference_too_long', 'reference', '201'],
  ['a malformed account', 'r,cus_123,1,USD,', 'account_malformed', 'account', 'acct_'],
  ['no account', 'r,,1,USD,', 'account_missing', 'account', 'empty'],
  ['an account that Stripe does not know', 'r,acct_X,1,USD,', 'account_unknown', 'account', 'acct_X'],
  ['an account with payouts disabled', 'r,acct_C,1,USD,', 'payouts_disabled', 'account', 'Shop acct_C'],
  ['a currency without a bank account', 'r,acct_A,1,GBP,', 'no_bank_account', 'currency', 'no bank account for GBP'],
  [
    'a balance that is too low',
    'r,acct_A,1000.01,USD,',
    'balance_too_low',
    'amount',
    'has USD 1,000.00 available; USD 0.01 is missing',
  ],
  ["less than Stripe's minimum", 'r,acct_A,0.99,EUR,', 'below_minimum', 'amount', 'at least EUR 1.00'],
  ['what Stripe can not represent', 'r,acct_B,1.255,KWD,', 'amount_not_representable', 'amount', 'KWD 1.250'],
  ['half a forint', 'r,acct_H,400.45,HUF,', 'amount_not_representable', 'amount', 'HUF 400.00'],
];

describe('rows that can not be paid', () => {
  it.each(badRows)('%s', async (_why, row, code, column, said) => {
    const proposal = await run(csv('good,acct_D,1,USD,', row));
    expect(proposal.effects.map((effect) => effect.key)).toEqual(['good']);
    expect(proposal.problems).toMatchObject([{ line: 3, column, code, severity: 'refused' }]);
    const [problem] = proposal.problems;
    expect(`${problem?.message} ${problem?.remedy}`).toContain(said);
    problemSchema.parse(problem);
  });

  it('takes a reference that differs only in case or spaces for the same', async () => {
    const proposal = await run(csv('INV 1,acct_A,1,USD,', 'inv  1,acct_A,2,USD,'));
    expect(proposal.effects).toHaveLength(1);
    expect(proposal.problems).toMatchObject([
      { line: 3, code: 'duplicate_reference', message: 'Reference inv  1 repeats line 2' },
    ]);
  });

  it('a row that repeats a refused row is refused too', async () => {
    const proposal = await run(csv('x,acct_A,1e3,USD,', 'x,acct_A,2,USD,'));
    expect(codes(proposal)).toEqual(['amount_exponent', 'duplicate_reference']);
  });

  it('names the execution that holds a reference', async () => {
    const proposal = await run(csv('INV-1,acct_A,1,USD,'), {
      claims: { 'INV-1': { executionId: 'exec-7', at: '2026-01-02T00:00:00.000Z' } },
    });
    expect(proposal.problems).toMatchObject([{ code: 'claim_taken', message: expect.stringContaining('exec-7') }]);
    expect(proposal.effects).toEqual([]);
  });

  it('counts what rows above have taken from the balance', async () => {
    const proposal = await run(csv('r1,acct_A,900,USD,', 'r2,acct_A,200,USD,', 'r3,acct_A,100,USD,'));
    expect(proposal.effects.map((effect) => effect.key)).toEqual(['r1', 'r3']);
    expect(proposal.problems).toMatchObject([
      {
        line: 3,
        code: 'balance_too_low',
        message:
          'acct_A has USD 100.00 left of USD 1,000.00 after the payouts above; USD 100.00 is missing for USD 200.00',
      },
    ]);
  });

  it('says everything that is wrong with a row at once', async () => {
    const proposal = await run(csv('r,cus_1,1e3,USD,', 'ok,acct_A,1,USD,'));
    expect(codes(proposal)).toEqual(['account_malformed', 'amount_exponent']);
  });

  it('does not ask Stripe about rows that are wrong in themselves', async () => {
    const test = testPlugin(plugin, {
      files: { file: csv('r,acct_Z,1e3,USD,') },
      params: { file: 'f' },
      stripe: STRIPE,
    });
    await test.execute();
    expect(test.calls).toEqual(['files.read']);
  });
});

const utf16 = (text: string, bigEndian = false): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return new Uint8Array(bigEndian ? bytes.swap16() : bytes);
};

const goodFiles: readonly (readonly [string, string | Uint8Array])[] = [
  ['a byte order mark', new Uint8Array(Buffer.from(`\ufeff${csv('r1,acct_A,12.50,USD,x')}`))],
  ['UTF-16, little end first', utf16(csv('r1,acct_A,12.50,USD,x'))],
  ['UTF-16, big end first', utf16(csv('r1,acct_A,12.50,USD,x'), true)],
  ['semicolons and decimal commas', 'reference;account;amount;currency;description\r\nr1;acct_A;12,50;USD;x\r\n'],
  ['tabs', 'reference\taccount\tamount\tcurrency\tdescription\nr1\tacct_A\t12.50\tUSD\tx\n'],
  ['CR line ends', csv('r1,acct_A,12.50,USD,x').replaceAll('\n', '\r')],
  [
    'quotes everywhere',
    '"reference","account","amount","currency","description"\r\n"r1","acct_A","12.50","USD","x"\r\n',
  ],
  ['columns in another order and case', 'Currency,Amount,Account,Reference\nUSD,12.50,acct_A,r1\n'],
  ['blank lines', `${csv('', 'r1,acct_A,12.50,USD,x', ',,,,', '')}\n\n`],
  ['spaces around cells', csv(' r1 , acct_A , 12.50 , USD , x ')],
];

describe('files that are read', () => {
  it.each(goodFiles)('%s', async (_name, file) => {
    const proposal = await run(file);
    expect(proposal.problems).toEqual([]);
    expect(proposal.effects).toMatchObject([
      { key: 'r1', data: { account: 'acct_A', amountMinor: '1250', currency: 'USD' } },
    ]);
  });

  it('keeps line breaks inside quotes, and still tells the true line of what follows', async () => {
    const proposal = await run(csv('r1,acct_A,1,USD,"first\nsecond\nthird"', 'r2,acct_A,1e3,USD,'));
    expect(proposal.effects[0]?.data.description).toBe('first\nsecond\nthird');
    expect(proposal.problems).toMatchObject([{ line: 5, code: 'amount_exponent' }]);
  });

  it('takes a description that looks like a formula as text', async () => {
    const proposal = await run(csv('r1,acct_A,1,USD,=1+1'));
    expect(proposal.effects[0]?.data.description).toBe('=1+1');
  });
});

const many = (rows: number): string =>
  [HEADER, ...Array.from({ length: rows }, (_, index) => `r${index},acct_A,0.01,USD,`)].join('\n');

const badFiles: readonly (readonly [
  name: string,
  file: string | Uint8Array,
  code: string,
  line: number,
  said: string,
])[] = [
  ['an empty file', '', 'empty_file', 1, 'is empty'],
  ['only white space', ' \n\n', 'empty_file', 1, 'is empty'],
  ['a header and no rows', HEADER, 'no_rows', 2, 'no rows'],
  ['a missing column', 'reference,account,amount\nr,acct_A,1\n', 'missing_column', 1, 'currency'],
  ['no amount column in a run by amounts', 'reference,account,currency\nr,acct_A,USD\n', 'missing_column', 1, 'amount'],
  ['an extra column', `${HEADER},iban\nr,acct_A,1,USD,,DE\n`, 'extra_column', 1, 'iban'],
  ['an unnamed column', `${HEADER},\nr,acct_A,1,USD,,\n`, 'unnamed_column', 1, 'Column 6'],
  ['a column twice', `${HEADER},Amount\nr,acct_A,1,USD,,2\n`, 'duplicate_column', 1, 'twice'],
  ['too many cells', csv('r,acct_A,1,USD,x', 'r2,acct_A,1,USD,x,y'), 'too_many_cells', 3, '6 cells'],
  ['too few cells', csv('r,acct_A,1'), 'too_few_cells', 2, '3 cells'],
  ['a decimal comma without quotes', csv('r,acct_A,12,50,USD,x'), 'too_many_cells', 2, 'quotes'],
  ['an open quote', csv('r,acct_A,1,USD,"x', 'r2,acct_A,1,USD,x'), 'unclosed_quote', 2, 'quote'],
  ['text behind a quote', csv('r,acct_A,1,USD,"x"y', 'r2,acct_A,1,USD,x'), 'unclosed_quote', 2, 'quote'],
  [
    'bytes that are not UTF-8',
    new Uint8Array(Buffer.from(csv('r1,acct_A,1,USD,x', 'r2,acct_A,1,USD,caf\u00e9'), 'latin1')),
    'encoding',
    3,
    'CSV UTF-8',
  ],
  [
    'UTF-16 without a mark',
    new Uint8Array(Buffer.from(csv('r1,acct_A,1,USD,x'), 'utf16le')),
    'encoding',
    1,
    'CSV UTF-8',
  ],
  ['200,000 rows', many(200_000), 'too_many_rows', 50_002, '50,000'],
];

describe('files that are refused as a whole', () => {
  it.each(badFiles)('%s', async (_name, file, code, line, said) => {
    const test = testPlugin(plugin, { files: { file }, params: { file: 'f' }, stripe: STRIPE });
    const error = await test.execute().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    const { issues, message } = error as InputError;
    expect(issues[0]).toMatchObject({ code, line });
    expect(message).toContain('file.csv');
    expect(`${issues[0]?.message} ${issues[0]?.remedy}`).toContain(said);
    // Before anything is planned: neither Stripe nor the claims were asked.
    expect(test.calls).toEqual(['files.read']);
  });
});

describe('a sweep', () => {
  const sweep = (reserve?: string): Partial<TestWorld> => ({ params: { file: 'f', mode: 'sweep', reserve } });

  it('pays the whole balance less the reserve of the currency', async () => {
    const proposal = await run(csv('s1,acct_A,,USD,', 's2,acct_A,,EUR,'), sweep('USD 100.00; GBP 5'));
    expect(proposal.effects.map((effect) => effect.data.amountMinor)).toEqual(['90000', '50000']);
  });

  it('rounds down to what Stripe can pay', async () => {
    const proposal = await run(csv('s1,acct_H,,HUF,'), sweep());
    expect(proposal.effects[0]?.data.amountMinor).toBe('5000000');
  });

  it('needs no amount column', async () => {
    const proposal = await run('reference,account,currency\ns1,acct_A,USD\n', sweep());
    expect(proposal.effects).toHaveLength(1);
  });

  it.each([
    ['s1,acct_A,5,USD,', 'amount_in_sweep'],
    ['s1,acct_B,,JPY,', 'nothing_to_sweep'],
  ])('%s is refused: %s', async (row, code) => {
    expect(codes(await run(csv(row), sweep('JPY 500000')))).toEqual([code]);
  });

  it('sweeps an account once a currency', async () => {
    const proposal = await run(csv('s1,acct_A,,USD,', 's2,acct_A,,USD,'), sweep());
    expect(proposal.problems).toMatchObject([{ line: 3, code: 'duplicate_sweep' }]);
    expect(proposal.effects).toHaveLength(1);
  });

  it.each(['100', 'USD', 'USD 1e3', 'USD 1.005', 'usd 5', 'USD 1; USD 2', 'XXX 5'])(
    'refuses the reserve %j',
    async (reserve) => {
      const test = testPlugin(plugin, {
        files: { file: csv('s1,acct_A,,USD,') },
        params: { file: 'f', mode: 'sweep', reserve },
      });
      expect(test.validate()).toMatchObject([{ parameter: 'reserve' }]);
      await expect(test.execute()).rejects.toThrow(InputError);
    },
  );
});

describe('the report', () => {
  const file = csv(
    'INV-1,acct_A,12.50,USD,',
    'INV-2,acct_X,5,USD,',
    'INV-3,acct_D,7,USD,',
    'INV-4,acct_A,"1,000",USD,',
    '@INV-5,acct_A,3,USD,',
  );
  const test = testPlugin(plugin, { files: { file }, params: { file: 'f' }, stripe: STRIPE });

  it('lists every row of the file, the refused ones too', async () => {
    const report = await test.report((key) =>
      key === 'inv-3' ? { status: 'failed', providerId: null, message: 'Stripe refused it' } : {},
    );
    expect(report.success).toBe(false);
    expect(report.files[0]?.text.split('\r\n')).toEqual([
      'line,reference,account,amount,currency,status,payout id,bank,reason',
      '2,INV-1,acct_A,12.50,USD,paid,po_1,Harbor Bank ****4242,',
      '3,INV-2,acct_X,5.00,USD,left out,,,"Stripe knows no connected account acct_X. Correct the account, or have it connected to the platform first"',
      '4,INV-3,acct_D,7.00,USD,failed,,hidden by Stripe,Stripe refused it',
      expect.stringMatching(/^5,INV-4,acct_A,,USD,left out,,,/),
      "6,'@INV-5,acct_A,3.00,USD,paid,po_2,Harbor Bank ****4242,",
      '',
    ]);
    expect(report.message).toBe(
      '2 payouts (USD 15.50) went out. 1 payout (USD 7.00) failed: its money is still on its account. 2 rows of the file were left out.',
    );
  });

  it('is a success when every payout went out', async () => {
    const report = await test.report();
    expect(report).toMatchObject({
      success: true,
      message: expect.stringMatching(/^All 3 payouts \(USD 22\.50\) went out\./),
    });
  });
});

describe('whatever the file says', () => {
  const currencies = ['USD', 'EUR', 'JPY', 'KWD', 'HUF'] as const;
  const world = fc.array(
    fc.record({ id: fc.constantFrom('acct_A', 'acct_B', 'acct_C'), balance: fc.bigInt(0n, 1_000_000n) }),
    { minLength: 1, maxLength: 3 },
  );
  const rows = fc.array(
    fc.record({
      reference: fc.constantFrom('A1', 'a1', ' A1', 'B-2', 'B-3', 'C 4', 'c  4', 'D5', 'E6', 'F7'),
      account: fc.constantFrom('acct_A', 'acct_B', 'acct_C', 'acct_Q'),
      currency: fc.constantFrom(...currencies),
      minor: fc.bigInt(0n, 600_000n),
    }),
    { minLength: 1, maxLength: 30 },
  );

  it('a plan never takes more from an account than it has, and never pays a reference twice', async () => {
    await fc.assert(
      fc.asyncProperty(world, rows, async (accounts, list) => {
        const stripe = accounts.map(({ id, balance }) =>
          account(id, Object.fromEntries(currencies.map((currency) => [currency, balance]))),
        );
        const text = csv(
          ...list.map(
            (row) => `${row.reference},${row.account},${toMajorText(row.minor, row.currency)},${row.currency},`,
          ),
        );
        const proposal = await run(text, { stripe });
        const available = new Map(
          stripe.flatMap((one) =>
            one.available.map(({ currency, amountMinor }) => [`${one.id} ${currency}`, toMinor(amountMinor)]),
          ),
        );
        for (const { data } of proposal.effects) {
          const slot = `${data.account} ${data.currency}`;
          available.set(slot, (available.get(slot) ?? 0n) - toMinor(data.amountMinor));
        }
        for (const [slot, left] of available) expect(left, slot).toBeGreaterThanOrEqual(0n);
        const keys = proposal.effects.map((effect) => normalizeReference(effect.data.reference));
        expect(new Set(keys).size).toBe(keys.length);
        const refusedLines = new Set(
          proposal.problems.filter((problem) => problem.severity === 'refused').map((problem) => problem.line),
        );
        expect(proposal.effects.length + refusedLines.size).toBe(proposal.rowCount);
      }),
    );
  });

  it('an amount is paid exactly as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('USD', 'JPY', 'KWD'), fc.bigInt(1n, 10n ** 10n), async (currency, units) => {
        const minor = currency === 'KWD' ? units * 10n : units;
        const stripe = [account('acct_A', { [currency]: 10n ** 13n })];
        const proposal = await run(csv(`r,acct_A,${toMajorText(minor, currency)},${currency},`), { stripe });
        expect(proposal.effects[0]?.data.amountMinor, formatMoney(minor, currency)).toBe(minor.toString());
      }),
    );
  });
});
