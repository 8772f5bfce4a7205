import { chooseRule, currentLevel, isStricter } from '@countersign/domain/approval/policy';
import { isAppError } from '@countersign/domain/errors';
import { digestOfStored } from '@countersign/domain/plan/digest';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { readAll, type Transaction } from '../store/database.ts';
import { activePolicy } from './active-policy.ts';
import type { BuiltPlugin } from './catalogue.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';

/** The code that planned, if it is still there: the report runs it on what was done. */
export async function deployed(
  deps: Deps,
  { name, version, codeHash }: Execution['plugin'],
): Promise<BuiltPlugin | Drift> {
  try {
    return await deps.catalogue.find(name, codeHash);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'failed_precondition') throw error;
    return {
      what: 'code',
      subject: `${name} ${version}`,
      signed: `code ${codeHash.slice(0, 12)}`,
      found: 'other code',
    };
  }
}

/** The plan must still be what its digest stands for, and every signature must be one of that digest. */
export async function signatureDrift(
  from: Pick<Transaction, 'get' | 'getAll'>,
  orgId: string,
  execution: Execution,
  plan: Plan,
): Promise<Drift | null> {
  const digest = digestOfStored(orgId, execution, plan);
  const drift = (signed: string): Drift => ({
    what: 'plan',
    subject: execution.id,
    signed: `digest ${signed.slice(0, 12)}`,
    found: `digest ${digest.slice(0, 12)}`,
  });
  if (digest !== plan.digest) return drift(plan.digest);
  const signatures = await readAll(
    from,
    execution.approvals.map((approval) => refs.approval(orgId, execution.id, approval.uid)),
  );
  const foreign = signatures.find((one) => one?.digest !== digest || one.decision !== 'approved');
  return foreign === undefined ? null : drift(foreign?.digest ?? 'none');
}

/** Those who signed must still be active members with the role that they signed in. */
export async function roleDrift(
  tx: Transaction,
  orgId: string,
  execution: Execution,
  plan: Plan,
): Promise<Drift | null> {
  if (currentLevel(plan.policy.levels, execution.approvals) !== null)
    return { what: 'role', subject: 'approvals', signed: 'all signatures', found: 'signatures are missing' };
  const members = await readAll(
    tx,
    execution.approvals.map((approval) => refs.member(orgId, approval.uid)),
  );
  const lost = execution.approvals.find((approval, index) => {
    const member = members[index];
    return member == null || !member.active || !member.roles.includes(approval.role);
  });
  return lost === undefined
    ? null
    : { what: 'role', subject: lost.uid, signed: lost.role, found: 'no longer holds the role' };
}

/** The policy that is active now must not ask for more than the one that was signed under. */
export async function policyDrift(tx: Transaction, orgId: string, plan: Plan, category: string): Promise<Drift | null> {
  if (plan.effectCount === 0) return null;
  const policy = await activePolicy(tx, orgId);
  const rule = chooseRule(policy, { movesMoney: plan.totals.length > 0, category });
  if (!isStricter(plan.policy.levels, rule.levels)) return null;
  return {
    what: 'policy',
    subject: plan.policy.id,
    signed: `version ${plan.policy.version}`,
    found: `version ${rule.policy.version} asks for more signatures`,
  };
}
