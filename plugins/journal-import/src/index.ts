import { definePlugin, InputError } from '@countersign/plugin-sdk';
import { parseAccountMap } from './account-map.ts';
import { parseControlTotals } from './control-totals.ts';
import { plan } from './plan.ts';
import { MAX_ROWS } from './read-csv.ts';
import { makeReport } from './report.ts';

const SAMPLE = [
  'reference,date,memo,account,debit,credit,currency,meta:invoice',
  'ADJ-1001,2026-01-31,Bank charges of January,processing-fees,12.50,,USD,B-77',
  'ADJ-1001,,,bank,,12.50,USD,',
  'ADJ-1002,2026-01-31,Fees of a seller corrected,fees-earned,100.00,,EUR,',
  'ADJ-1002,,,suspense,,60.00,EUR,',
  'ADJ-1002,,,bank,,40.00,EUR,',
  '',
].join('\r\n');

export default definePlugin({
  name: 'journal-import',
  version: '1.0.0',
  title: 'Import journals',
  description:
    'Posts the journals of a file, each reference once: a CSV with one entry in each row, or beancount or hledger text. The way to book an adjustment by hand: somebody else signs it.',
  category: 'ledger',
  riskLevel: 'medium',
  capabilities: ['files.read', 'claims.lookup', 'ledger.accounts', 'ledger.post'],
  parameters: [
    {
      type: 'file',
      name: 'file',
      label: 'Journals',
      help: 'A CSV with reference, date, memo, account, debit, credit (or a signed amount) and currency; or a beancount or hledger file',
      accept: ['text/csv', 'text/plain', '.beancount', '.bean', '.journal', '.hledger', '.ledger'],
      maxRows: MAX_ROWS,
      sample: SAMPLE,
    },
    {
      type: 'select',
      name: 'format',
      label: 'Kind of file',
      help: '',
      default: 'detect',
      options: [
        { value: 'detect', label: 'As the file looks' },
        { value: 'csv', label: 'CSV' },
        { value: 'beancount', label: 'beancount' },
        { value: 'hledger', label: 'hledger' },
      ],
    },
    {
      type: 'string',
      name: 'accounts',
      label: 'Accounts',
      help: 'What names in the file stand for, with ";" between them: Assets:Bank = bank; Income:Sales = fees-earned',
      required: false,
      maxLength: 20_000,
    },
    {
      type: 'select',
      name: 'late',
      label: 'Days in a closed period',
      help: '',
      default: 'refuse',
      options: [
        { value: 'refuse', label: 'Refuse those journals' },
        { value: 'route', label: 'Post them on the first open day' },
      ],
    },
    {
      type: 'string',
      name: 'control',
      label: 'Control totals',
      help: 'What all debits of the file must come to, one amount for each currency: USD 1250.00; EUR 30.00',
      required: false,
      maxLength: 1_000,
    },
    {
      type: 'select',
      name: 'problems',
      label: 'When journals can not be posted',
      help: '',
      default: 'refuse_all',
      options: [
        { value: 'refuse_all', label: 'Post none of the file' },
        { value: 'leave_out', label: 'Leave them out and post the others' },
      ],
    },
  ],

  validate(parameters) {
    const [accounts, control] = [parseAccountMap(parameters.accounts), parseControlTotals(parameters.control)];
    return [
      ...(accounts.ok ? [] : [{ parameter: 'accounts', message: accounts.message }]),
      ...(control.ok ? [] : [{ parameter: 'control', message: control.message }]),
    ];
  },

  async execute(parameters, context) {
    const [accounts, control] = [parseAccountMap(parameters.accounts), parseControlTotals(parameters.control)];
    if (!accounts.ok) throw new InputError(`The accounts can not be read: ${accounts.message}`, []);
    if (!control.ok) throw new InputError(`The control totals can not be read: ${control.message}`, []);
    const { format } = parameters;
    return plan(
      {
        format: format === 'csv' || format === 'beancount' || format === 'hledger' ? format : 'detect',
        accountMap: accounts.ids,
        control: control.totals,
        late: parameters.late === 'route' ? 'route' : 'refuse',
        refuseAll: parameters.problems !== 'leave_out',
      },
      context,
    );
  },

  report: async ({ effects, outcomes, problems }) => makeReport({ effects, outcomes, problems }),
});
