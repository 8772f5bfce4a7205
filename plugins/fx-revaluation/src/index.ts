import { definePlugin } from '@countersign/plugin-sdk';
import { MAX_AGE_DAYS, plan } from './plan.ts';
import { makeReport } from './report.ts';

export default definePlugin({
  name: 'fx-revaluation',
  version: '1.0.1',
  title: 'Currency revaluation',
  description:
    'Values the currency positions of the ledger at the rate of a close day: books the gain that is not realized yet, and takes the revaluation before back.',
  category: 'ledger',
  riskLevel: 'medium',
  capabilities: ['ledger.accounts', 'ledger.balances', 'fx.rates', 'ledger.post'],
  parameters: [
    {
      type: 'date',
      name: 'day',
      label: 'Close day',
      help: 'Positions are those of the end of this day, and so is the rate',
    },
    {
      type: 'number',
      name: 'maxAgeDays',
      label: 'Oldest rate',
      help: 'Days that a rate may be older than the close day; a currency without one is left out',
      integer: true,
      min: 0,
      max: MAX_AGE_DAYS,
      default: 4,
    },
  ],
  execute: ({ day, maxAgeDays }, context) => plan(day, maxAgeDays, context),
  report: async (input) => makeReport(input),
});
