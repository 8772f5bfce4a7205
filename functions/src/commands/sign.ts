import { commitment } from '@countersign/domain/audit/event';
import { maySign } from '@countersign/domain/approval/may-sign';
import { AppError } from '@countersign/domain/errors';
import { digestOfStored } from '@countersign/domain/plan/digest';
import type { Approval } from '@countersign/domain/schemas/effect';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import type { Role } from '@countersign/domain/schemas/common';
import type { Member } from '@countersign/domain/schemas/organization';
import { randomBytes } from 'node:crypto';
import { signingFacts } from '../engine/signing-facts.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';

export interface Signable {
  readonly execution: Execution;
  readonly plan: Plan;
  readonly level: number;
  readonly role: Role;
  /** The one for whom a delegate signs. */
  readonly forUid: string | null;
}

/**
 * The execution, if this member may sign or refuse it now and the digest is the one of its plan.
 * @throws AppError with the reason
 */
export async function signable(
  tx: Transaction,
  orgId: string,
  executionId: string,
  digest: string,
  member: Member,
  now: string,
): Promise<Signable> {
  const execution = await read(tx, refs.execution(orgId, executionId));
  if (execution === null) throw new AppError('not_found', 'There is no such run.');
  if (execution.plan === null) throw new AppError('failed_precondition', 'This run has no plan to sign.');
  const facts = await signingFacts(tx, orgId, execution, execution.plan, member, now);
  const decision = maySign(member, execution, execution.plan.policy.levels, execution.approvals, facts);
  if (!decision.may) throw new AppError(decision.code, decision.reason);
  if (digest !== execution.plan.digest)
    throw new AppError('stale_digest', 'The plan has changed since you opened it. Look at it again before you sign.', {
      details: { digest: execution.plan.digest },
    });
  if (digestOfStored(orgId, execution, execution.plan) !== digest)
    throw new AppError(
      'failed_precondition',
      'The stored plan is not the one that its digest stands for. Nothing can be signed; tell an administrator.',
    );
  if (execution.plan.expiresAt <= now)
    throw new AppError('failed_precondition', 'The time to sign this plan has run out.');
  return { execution, plan: execution.plan, level: decision.level, role: decision.role, forUid: decision.forUid };
}

const SALT_BYTES = 16;

export function signature(
  found: Signable,
  member: Member,
  decision: Approval['decision'],
  comment: string,
  at: string,
): Omit<Approval, 'version'> {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  const { plan, level, role, forUid } = found;
  return {
    uid: member.uid,
    forUid,
    role,
    level,
    digest: plan.digest,
    decision,
    comment,
    salt,
    commitment: commitment(salt, { comment }),
    policyId: plan.policy.id,
    policyVersion: plan.policy.version,
    at,
  };
}
