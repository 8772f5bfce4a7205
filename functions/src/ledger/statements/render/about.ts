import { evidenceInWords, knownInWords, sectionInWords } from '@countersign/domain/ledger/statements/titles';
import { formatMoney, toMinor } from '@countersign/domain/money/money';
import type { Statement, StatementRate } from '@countersign/domain/schemas/statement';
import type { Issue } from './rendered.ts';

type About = readonly [name: string, text: string];

/** What a reader of the file must know beside the figures, as pairs of a name and a text: each rate by itself. */
export const aboutOf = (statement: Statement, issue: Issue): About[] =>
  about(statement, issue, statement.rates.map(rateAbout));

/** The same for paper, where some hundred rates of days are paragraphs and not lines. */
export const aboutInShort = (statement: Statement, issue: Issue): About[] => {
  const [balances, days] = [true, false].map((closing) =>
    statement.rates.filter(({ used }) => (used !== 'day') === closing),
  ) as [StatementRate[], StatementRate[]];
  return about(statement, issue, [...balances.map(rateAbout), ...ratesInShort(days)]);
};

function about(statement: Statement, issue: Issue, rates: readonly About[]): About[] {
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
          `Control total, ${sectionInWords(total)}${total.of === undefined ? '' : `, ${total.of}`}`,
          `${total.label}: ${formatMoney(toMinor(total.amountMinor), total.currency)}`,
        ] as const,
    ),
    ...rates,
    ...statement.notes.map((note) => ['Note', note] as const),
  ];
}

const USED = { closing: 'Closing rate', day: 'Rate of a day', both: 'Closing rate, and of a day' } as const;

const rateAbout = (rate: StatementRate): About => {
  const { base, quote, rate: text, source, asOf, used } = rate;
  return [
    used === undefined ? 'Rate' : USED[used],
    `1 ${base} = ${text} ${quote} (${source}, of ${asOf}${observed(rate)})`,
  ];
};

/** When it was observed, unless that is the day that it is of. */
const observed = ({ asOf, observedAt }: StatementRate): string =>
  observedAt === undefined || observedAt === asOf ? '' : `, observed ${observedAt}`;

/** So many fit on a page, whatever they say. */
const RATES_IN_A_PARAGRAPH = 40;

function ratesInShort(rates: readonly StatementRate[]): About[] {
  const groups = new Map<string, StatementRate[]>();
  for (const rate of rates) {
    const key = `1 ${rate.base} in ${rate.quote}, ${rate.source}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rate]);
    else group.push(rate);
  }
  return [...groups].flatMap(([name, group]) =>
    Array.from({ length: Math.ceil(group.length / RATES_IN_A_PARAGRAPH) }, (_, index): About => {
      const some = group.slice(index * RATES_IN_A_PARAGRAPH, (index + 1) * RATES_IN_A_PARAGRAPH);
      return [`Rates of days: ${name}`, some.map((rate) => `${rate.asOf}: ${rate.rate}${observed(rate)}`).join('; ')];
    }),
  );
}
