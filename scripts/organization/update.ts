import type { Policy } from '@countersign/domain/schemas/policy';
import { activePolicy } from '../../functions/src/engine/active-policy.ts';
import type { Deps } from '../../functions/src/engine/deps.ts';
import { installCatalogue } from '../../functions/src/engine/install-catalogue.ts';

/**
 * Bring an organization up to what is deployed: its catalogue. Its policy is people's to change; what it lacks is said.
 * @returns sentences for people
 * @throws AppError `not_found`
 */
export async function updateOrganization(deps: Deps, orgId: string): Promise<readonly string[]> {
  const installed = await installCatalogue(deps, orgId, { kind: 'system', part: 'seed' });
  const policy = await activePolicy(deps.db, orgId);
  return [
    installed.length === 0
      ? `Organization ${orgId} had all deployed plugins.`
      : `Organization ${orgId} got ${installed.join(', ')}.`,
    ...(policy !== null && !coversJournals(policy)
      ? [
          `No rule of its policy "${policy.name}" speaks of runs that only book journals: everybody whom any rule names must sign them. Two people can add a rule for the category "ledger" under Settings.`,
        ]
      : []),
  ];
}

/** Whether a rule is there that a run of category `ledger` without payments can match. */
export function coversJournals({ rules }: Pick<Policy, 'rules'>): boolean {
  return rules.some(({ when }) => Object.keys(when).length === 0 || (when.categories?.includes('ledger') ?? false));
}
