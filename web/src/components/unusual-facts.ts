import { plural } from '@countersign/domain/plan/sentence';
import type { Plan } from '@countersign/domain/schemas/execution';

/** Risk factors that the plan's own counts say already, with their numbers. */
const SAID_BELOW: ReadonlySet<string> = new Set([
  'new_counterparty',
  'new_payees',
  'hidden_destination',
  'near_duplicate',
  'near_duplicates',
]);

/** What a signer should look at first, most serious first. Empty when nothing is unusual. */
export function unusualFacts(plan: Plan): readonly string[] {
  const refused = plan.problemsByCode
    .filter((group) => group.severity === 'refused')
    .reduce((sum, group) => sum + group.count, 0);
  const notices = plan.problemsByCode.filter((group) => group.severity === 'notice');
  const facts = [
    ...(plan.risk === null
      ? []
      : plan.risk.factors
          .toSorted((a, b) => b.weight - a.weight)
          .filter((factor) => factor.weight > 0 && !SAID_BELOW.has(factor.code))
          .map((factor) => factor.detail)),
    ...(plan.newPayeeCount > 0 ? [`${plural(plan.newPayeeCount, 'payee')} never paid before`] : []),
    ...notices.map((group) => `${plural(group.count, 'row')}: ${group.message}`),
    ...(plan.hiddenDestinationCount > 0
      ? [`${plural(plan.hiddenDestinationCount, 'payout')} to a bank account that Stripe hides`]
      : []),
    ...(refused > 0 ? [`${plural(refused, 'row')} of the file left out`] : []),
    ...plan.warnings,
  ];
  return facts;
}
