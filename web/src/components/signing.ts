import { currentLevel, missingSignatures } from '@countersign/domain/approval/levels';
import { maySign } from '@countersign/domain/approval/may-sign';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Member } from '@countersign/domain/schemas/organization';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';

type Signed = Pick<Execution, 'plan' | 'approvals'>;

export type Signing =
  /** `why` is the reason that this person is asked. */
  | { readonly may: true; readonly role: string; readonly why: string; readonly last: boolean }
  /** `why` is the reason that this person may not sign. */
  | { readonly may: false; readonly why: string };

export interface LevelProgress extends ApprovalLevel {
  readonly level: number;
  readonly signed: readonly string[];
}

/** Each level of the policy with who has signed it. */
export function levelsOf({ plan, approvals }: Signed): readonly LevelProgress[] {
  return (plan?.policy.levels ?? []).map((level, index) => ({
    ...level,
    level: index,
    signed: approvals.filter((approval) => approval.level === index).map((approval) => approval.uid),
  }));
}

/** The level that is signed next; null when none is open. */
export function openLevelOf({ plan, approvals }: Signed): LevelProgress | null {
  const level = plan ? currentLevel(plan.policy.levels, approvals) : null;
  return level === null ? null : (levelsOf({ plan, approvals })[level] ?? null);
}

export function signatureCount({ plan, approvals }: Signed): { readonly signed: number; readonly needed: number } {
  const missing = plan ? missingSignatures(plan.policy.levels, approvals) : 0;
  return { signed: approvals.length, needed: approvals.length + missing };
}

/**
 * Whether this member can sign the plan now, and why, or why not. For the eye only: the server decides again.
 * @param nowMs milliseconds since 1970
 */
export function signingOf(execution: Execution, me: Member, nowMs: number): Signing {
  const { plan, approvals } = execution;
  if (!plan) return { may: false, why: 'There is no plan to sign yet.' };
  const decision = maySign(me, execution, plan.policy.levels, approvals);
  if (!decision.may)
    return {
      may: false,
      why: decision.code === 'permission_denied' ? `${decision.reason} ${yourRoles(me)}` : decision.reason,
    };
  if (Date.parse(plan.expiresAt) <= nowMs)
    return { may: false, why: 'The plan has expired. It has to be planned again.' };
  const open = openLevelOf(execution);
  const asked = open ? people(open) : `one ${decision.role}`;
  return {
    may: true,
    role: decision.role,
    last: missingSignatures(plan.policy.levels, approvals) === 1,
    why: `The rule “${plan.policy.rule}” asks for ${asked}, and you are ${article(decision.role)} ${decision.role}.`,
  };
}

/** A level in words: `one approver`, `2 people with the role approver`. */
export function people(level: ApprovalLevel): string {
  return level.people === 1 ? `one ${level.role}` : `${level.people} people with the role ${level.role}`;
}

function yourRoles(me: Member): string {
  if (me.roles.length === 0) return 'You have no role.';
  return me.roles.length === 1 ? `Yours is ${me.roles[0] ?? ''}.` : `Yours are ${me.roles.join(', ')}.`;
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}
