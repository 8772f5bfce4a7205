import { strictestOf } from '@countersign/domain/approval/levels';
import { paths } from '@countersign/domain/paths';
import { levelSchema, policySchema, type ApprovalLevel, type Policy } from '@countersign/domain/schemas/policy';
import * as z from 'zod';
import type { Database, Transaction } from '../store/database.ts';

const MAX_POLICIES = 10;
const CLOSED_EXPIRY_HOURS = 72;

/**
 * The organization's active policy; null when there is none. Of two, or of one that can't be read, only this is taken:
 * everybody whom any of their rules names must sign.
 */
export async function activePolicy(from: Pick<Database | Transaction, 'query'>, orgId: string): Promise<Policy | null> {
  const found = await from.query({
    collection: paths.policies(orgId),
    where: [['active', '==', true]],
    limit: MAX_POLICIES,
  });
  const [first] = found;
  if (first === undefined) return null;
  if (found.length > 1) return closedPolicy('Several policies are active', found);
  const parsed = policySchema.safeParse(first.data);
  return parsed.success ? parsed.data : closedPolicy('The active policy can not be read', found);
}

function closedPolicy(why: string, found: readonly { readonly data: Record<string, unknown> }[]): Policy | null {
  const levels = strictestOf(found.map(({ data }) => levelsIn(data)));
  return levels.length === 0
    ? null
    : {
        id: 'none',
        name: why,
        active: true,
        rules: [{ name: `${why}: approval is required`, when: {}, levels }],
        expiryHours: CLOSED_EXPIRY_HOURS,
        createdAt: new Date(0).toISOString(),
        version: 1,
      };
}

const someRules = z.object({ rules: z.array(z.object({ levels: z.array(z.unknown()) }).catch({ levels: [] })) });

/** The levels that can still be read; all of them at once, for which rule was meant is not known. */
function levelsIn(data: Record<string, unknown>): ApprovalLevel[] {
  const rules = someRules.safeParse(data).data?.rules ?? [];
  return strictestOf(rules.map(({ levels }) => levels.flatMap((level) => levelSchema.safeParse(level).data ?? [])));
}
