import { coversSignature } from '@countersign/domain/approval/delegation';
import { currentLevel, isStricter } from '@countersign/domain/approval/levels';
import { chooseRule } from '@countersign/domain/approval/policy';
import { isAppError } from '@countersign/domain/errors';
import { digestOfStored } from '@countersign/domain/plan/digest';
import { paths } from '@countersign/domain/paths';
import { delegationSchema } from '@countersign/domain/schemas/delegation';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { readAll, type Transaction } from '../store/database.ts';
import { activePolicy } from './active-policy.ts';
import type { BuiltPlugin } from './catalogue.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';
import { traitsOfStored } from './plan-traits.ts';
import { MAX_DELEGATIONS } from './signing-facts.ts';

/** The code that planned, if it is still there: the report runs it on what was done. */
export async function deployed(
  deps: Deps,
  orgId: string,
  { name, version, codeHash }: Execution['plugin'],
): Promise<BuiltPlugin | Drift> {
  try {
    return await deps.catalogue.find(name, codeHash, orgId);
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

/**
 * Those who signed must still be active members with the role that they signed in; a delegate's delegator as well, and
 * the delegation must not have been taken back.
 */
export async function roleDrift(
  tx: Transaction,
  orgId: string,
  execution: Execution,
  plan: Plan,
): Promise<Drift | null> {
  if (currentLevel(plan.policy.levels, execution.approvals) !== null)
    return { what: 'role', subject: 'approvals', signed: 'all signatures', found: 'signatures are missing' };
  const { approvals } = execution;
  const [signers, holders] = await Promise.all([
    readAll(
      tx,
      approvals.map(({ uid }) => refs.member(orgId, uid)),
    ),
    readAll(
      tx,
      approvals.map(({ uid, forUid }) => refs.member(orgId, forUid ?? uid)),
    ),
  ]);
  for (const [at, approval] of approvals.entries()) {
    const [signer, holder] = [signers[at] ?? null, holders[at] ?? null];
    const drift = (subject: string, found: string): Drift => ({ what: 'role', subject, signed: approval.role, found });
    if (signer?.active !== true) return drift(approval.uid, 'is no longer an active member');
    if (holder?.active !== true || !holder.roles.includes(approval.role))
      return drift(approval.forUid ?? approval.uid, 'no longer holds the role');
    if (approval.forUid !== null && !(await isDelegated(tx, orgId, { ...approval, forUid: approval.forUid })))
      return drift(approval.uid, `no longer stands in for ${approval.forUid}`);
  }
  return null;
}

type Delegated = Execution['approvals'][number] & { readonly forUid: string };

async function isDelegated(tx: Transaction, orgId: string, signature: Delegated): Promise<boolean> {
  const found = await tx.query({
    collection: paths.delegations(orgId),
    where: [
      ['toUid', '==', signature.uid],
      ['fromUid', '==', signature.forUid],
      ['endsAt', '>', signature.at],
    ],
    limit: MAX_DELEGATIONS,
  });
  return found.some(({ data }) => {
    const delegation = delegationSchema.safeParse(data).data;
    return delegation !== undefined && coversSignature(delegation, signature);
  });
}

/** The policy that is active now must not ask for more than the one that was signed under. */
export async function policyDrift(tx: Transaction, orgId: string, plan: Plan, category: string): Promise<Drift | null> {
  if (plan.effectCount === 0) return null;
  const policy = await activePolicy(tx, orgId);
  const rule = chooseRule(policy, traitsOfStored(plan, category));
  if (!isStricter(plan.policy.levels, rule.levels)) return null;
  return {
    what: 'policy',
    subject: plan.policy.id,
    signed: `version ${plan.policy.version}`,
    found: `version ${rule.policy.version} asks for more signatures`,
  };
}
