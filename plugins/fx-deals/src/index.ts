import { definePlugin, readCsv } from '@countersign/plugin-sdk';
import { plan } from './plan.ts';
import { COLUMNS, MAX_ROWS } from './read-deals.ts';
import { makeReport } from './report.ts';

const SAMPLE = [
  COLUMNS.map(({ name }) => name).join(','),
  'FX-101,2026-01-05,bank,10800.00,USD,bank,10000.00,EUR,1 EUR = 1.0800 USD,Euros for suppliers',
  'INV-7,2026-02-12,sales,,,receivables,1000.00,EUR,,Invoice 7',
  'PAY-7,2026-02-15,receivables,1000.00,EUR,bank,1110.00,USD,,Invoice 7 paid in dollars',
  '',
].join('\r\n');

export default definePlugin({
  name: 'fx-deals',
  version: '1.0.0',
  title: 'Currency deals',
  description:
    'Books exchanges of currencies, and income, expenses and payments in foreign currencies, through the currency positions: with the gain that each realizes.',
  category: 'ledger',
  riskLevel: 'medium',
  capabilities: ['files.read', 'claims.lookup', 'ledger.accounts', 'ledger.balances', 'fx.rates', 'ledger.post'],
  parameters: [
    {
      type: 'file',
      name: 'file',
      label: 'Deals',
      help: 'A CSV file with one deal in each row: what is given, and what comes in',
      accept: ['text/csv'],
      maxRows: MAX_ROWS,
      sample: SAMPLE,
      columns: [...COLUMNS],
    },
  ],
  execute: async (_, context) =>
    plan(readCsv(await context.files.text('file'), { columns: COLUMNS, maxRows: MAX_ROWS }), context),
  report: async (input) => makeReport(input),
});
