import { evidenceInWords, knownInWords, sectionInWords } from '@countersign/domain/ledger/statements/titles';
import { formatMoney, toMinor } from '@countersign/domain/money/money';
import type { Statement } from '@countersign/domain/schemas/statement';
import type { Issue } from './rendered.ts';

/** What a reader of the file must know beside the figures, as pairs of a name and a text. */
export function aboutOf(statement: Statement, issue: Issue): (readonly [name: string, text: string])[] {
  const { organization, title, period, parameters, evidence } = statement;
  return [
    ['Organization', `${organization.name} (${organization.id})`],
    ['Statement', `${title}, ${period}`],
    ...('branch' in parameters && parameters.branch !== null ? [['Branch', parameters.branch] as const] : []),
    ['As known', knownInWords(statement)],
    ['Issued', `${issue.issuedAt} as ${issue.statementId}`],
    ['Evidence', evidenceInWords(evidence)],
    ...(evidence.checkpoint === null ? [] : [['Checkpoint signed', evidence.checkpoint.at] as const]),
    ...statement.checks.map((check) => [check.holds ? 'Holds' : 'DOES NOT HOLD', check.text] as const),
    ...statement.controlTotals.map(
      (total) =>
        [
          `Control total, ${sectionInWords(total)}`,
          `${total.label}: ${formatMoney(toMinor(total.amountMinor), total.currency)}`,
        ] as const,
    ),
    ...statement.rates.map(
      ({ base, quote, rate, source, asOf }) => ['Rate', `1 ${base} = ${rate} ${quote} (${source}, ${asOf})`] as const,
    ),
    ...statement.notes.map((note) => ['Note', note] as const),
  ];
}
