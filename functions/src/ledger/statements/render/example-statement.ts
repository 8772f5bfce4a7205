import { statementSchema, type Statement, type StatementLine } from '@countersign/domain/schemas/statement';

/** For tests: a statement with names and amounts that are hard on a file format. */
export function exampleStatement(lines: readonly Partial<StatementLine>[], fields: Partial<Statement> = {}): Statement {
  return statementSchema.parse({
    parameters: { kind: 'balance_sheet', day: '2026-03-31' },
    title: 'Balance sheet',
    period: 'at 31 March 2026',
    organization: { id: 'acme', name: 'Acme & Söhne' },
    knownAt: '2026-04-02',
    knownUntil: '2026-04-02T23:59:59.999Z',
    provisional: false,
    columns: [{ id: 'amount', label: 'Amount' }],
    currencies: ['USD'],
    checks: [
      {
        id: 'zero_sum',
        currency: 'USD',
        holds: true,
        differenceMinor: '0',
        text: 'USD: debits and credits are equal; the difference is exactly zero',
      },
    ],
    controlTotals: [{ id: 'assets', label: 'Total assets', currency: 'USD', amountMinor: '123456' }],
    rates: [],
    notes: [],
    evidence: {
      ledgerSize: 1204,
      checkpoint: {
        origin: 'countersign/acme/ledger',
        size: 1204,
        root: 'ab12'.repeat(16),
        at: '2026-04-03T08:00:00.000Z',
      },
    },
    ...fields,
    lines: lines.map((line, index) => ({
      id: `line-${index}`,
      currency: 'USD',
      kind: 'account',
      level: 0,
      label: `Line ${index}`,
      accountId: `account-${index}`,
      amounts: { amount: '0' },
      ...line,
    })),
  });
}

export const EXAMPLE_ISSUE = {
  statementId: 'statement-1',
  issuedAt: '2026-04-03T08:00:01.000Z',
} as const;
