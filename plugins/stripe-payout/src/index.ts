import { definePlugin, InputError, readCsv } from '@countersign/plugin-sdk';
import { plan } from './plan.ts';
import { makeReport } from './report.ts';
import { parseReserves } from './reserve.ts';

const SAMPLE = [
  'reference,account,amount,currency,description',
  'INV-1001,acct_1ExampleAlpha,1250.00,USD,October sales',
  'INV-1002,acct_1ExampleBravo,980.50,EUR,October sales',
  'INV-1003,acct_1ExampleCharlie,150000,JPY,October sales',
  '',
].join('\r\n');
const MAX_ROWS = 50_000;

export default definePlugin({
  name: 'stripe-payout',
  version: '1.0.0',
  title: 'Stripe payouts',
  description:
    'Pays out the Stripe balances of connected accounts to their banks, as a CSV file says: one payout for each row, each reference once.',
  category: 'payments',
  riskLevel: 'high',
  capabilities: ['files.read', 'files.write', 'claims.lookup', 'stripe.balances', 'stripe.payout', 'ledger.post'],
  parameters: [
    {
      type: 'file',
      name: 'file',
      label: 'Payouts',
      help: 'A CSV file with one payout in each row',
      accept: ['text/csv'],
      maxRows: MAX_ROWS,
      sample: SAMPLE,
      columns: [
        { name: 'reference', required: true, help: 'Your own number of this payout; it can be paid once' },
        { name: 'account', required: true, help: 'The connected account at Stripe, acct_…' },
        {
          name: 'amount',
          required: false,
          help: 'In major units, such as 1250.00; empty when the whole balance is paid out',
        },
        { name: 'currency', required: true, help: 'ISO 4217 code, such as USD' },
        { name: 'description', required: false, help: 'For your own records' },
      ],
    },
    {
      type: 'select',
      name: 'mode',
      label: 'What is paid',
      help: 'The amounts of the file, or all that is available on each account',
      default: 'amounts',
      options: [
        { value: 'amounts', label: 'The amounts in the file' },
        { value: 'sweep', label: 'The whole available balance' },
      ],
    },
    {
      type: 'string',
      name: 'reserve',
      label: 'Reserve',
      help: 'What stays on each account, one amount for each currency: USD 100.00; EUR 50.00',
      required: false,
      maxLength: 500,
      showWhen: { parameter: 'mode', oneOf: ['sweep'] },
    },
    {
      type: 'select',
      name: 'problems',
      label: 'When rows can not be paid',
      help: '',
      default: 'leave_out',
      options: [
        { value: 'leave_out', label: 'Leave them out and pay the others' },
        { value: 'refuse_all', label: 'Pay none of the rows' },
      ],
    },
    {
      type: 'string',
      name: 'description',
      label: 'Description',
      help: 'For rows that have none of their own',
      required: false,
      maxLength: 300,
    },
  ],

  validate(parameters) {
    const parsed = parameters.mode === 'sweep' ? parseReserves(parameters.reserve) : { ok: true as const };
    return parsed.ok ? [] : [{ parameter: 'reserve', message: parsed.message }];
  },

  async execute(parameters, context) {
    const mode = parameters.mode === 'sweep' ? 'sweep' : 'amounts';
    const reserves = parseReserves(mode === 'sweep' ? parameters.reserve : '');
    if (!reserves.ok) throw new InputError(`The reserve can not be read: ${reserves.message}`, []);
    const file = await context.files.text('file');
    const table = readCsv(file, {
      maxRows: MAX_ROWS,
      columns: [
        { name: 'reference', required: true },
        { name: 'account', required: true },
        { name: 'amount', required: mode === 'amounts' },
        { name: 'currency', required: true },
        { name: 'description', required: false },
      ],
    });
    return plan(
      table,
      {
        mode,
        reserves: reserves.reserves,
        refuseAll: parameters.problems === 'refuse_all',
        description: parameters.description ?? '',
      },
      context,
    );
  },

  report: ({ parameters, ...results }, context) =>
    makeReport(results, parameters.mode === 'sweep' ? 'sweep' : 'amounts', context),
});
