import { paths } from '@countersign/domain/paths';
import { policySchema, type Policy } from '@countersign/domain/schemas/policy';
import type { Database, Transaction } from '../store/database.ts';

/** The organization's active policy. None, two, or one that can't be read counts as none: the caller fails closed. */
export async function activePolicy(from: Pick<Database | Transaction, 'query'>, orgId: string): Promise<Policy | null> {
  const found = await from.query({ collection: paths.policies(orgId), where: [['active', '==', true]], limit: 2 });
  if (found.length !== 1) return null;
  const parsed = policySchema.safeParse(found[0]?.data);
  return parsed.success ? parsed.data : null;
}
