import type { Operation } from '@countersign/domain/schemas/plugin';
import type { Policy } from '@countersign/domain/schemas/policy';
import { people } from './signing.ts';

/** Who will probably have to sign, before a plan exists: the policy decides on the plan itself. */
export function likelySigners(operation: Pick<Operation, 'can' | 'category'>, policy: Policy): string {
  const rule = policy.rules.find(({ when }) => {
    if (when.movesMoney !== undefined && when.movesMoney !== operation.can.moveMoney) return false;
    return when.categories === undefined || when.categories.includes(operation.category);
  });
  if (!rule) return 'one approver: no rule matches, so approval is required';
  return `${rule.levels.map(people).join(', then ')}, never the requester`;
}
