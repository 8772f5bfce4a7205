import type { Execution } from '@countersign/domain/schemas/execution';
import type { Member } from '@countersign/domain/schemas/organization';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';

export type Signing =
  | { readonly may: true; readonly level: number; readonly role: string; readonly why: string; readonly last: boolean }
  | { readonly may: false; readonly why: string };

export interface LevelProgress extends ApprovalLevel {
  readonly level: number;
  readonly signed: readonly string[];
}

/** Each level of the policy with who has signed it. */
export function levelsOf(execution: Pick<Execution, 'plan' | 'approvals'>): readonly LevelProgress[] {
  const levels = execution.plan?.policy.levels ?? [];
  return levels.map((level, index) => ({
    ...level,
    level: index,
    signed: execution.approvals.filter((approval) => approval.level === index).map((approval) => approval.uid),
  }));
}

export function signatureCount(execution: Pick<Execution, 'plan' | 'approvals'>): { readonly signed: number; readonly needed: number } {
  const levels = levelsOf(execution);
  return { signed: execution.approvals.length, needed: levels.reduce((sum, level) => sum + level.people, 0) };
}

/**
 * Whether this member can sign the plan now, and why, or why not. For the eye only: the server decides again.
 * @param nowMs milliseconds since 1970
 */
export function signingOf(execution: Execution, me: Member, nowMs: number): Signing {
  const { plan } = execution;
  if (execution.state !== 'awaiting_approval' || !plan) return { may: false, why: 'This execution does not wait for signatures.' };
  if (execution.requestedBy === me.uid) return { may: false, why: 'You asked for this run. Somebody else has to sign it.' };
  if (execution.approvals.some((approval) => approval.uid === me.uid)) return { may: false, why: 'You have signed this plan.' };
  if (Date.parse(plan.expiresAt) <= nowMs) return { may: false, why: 'The plan has expired. It has to be planned again.' };
  const levels = levelsOf(execution);
  const open = levels.find((level) => level.signed.length < level.people);
  if (!open) return { may: false, why: 'All signatures are there.' };
  if (!me.roles.includes(open.role)) {
    return { may: false, why: `The next signature is for ${article(open.role)} ${open.role}. Your ${me.roles.length === 1 ? 'role is' : 'roles are'} ${me.roles.join(', ') || 'none'}.` };
  }
  const { signed, needed } = signatureCount(execution);
  return { may: true, level: open.level, role: open.role, why: `Rule “${plan.policy.rule}” asks for ${people(open)}; you are ${article(open.role)} ${open.role}.`, last: signed + 1 >= needed };
}

export function people(level: ApprovalLevel): string {
  return level.people === 1 ? `one ${level.role}` : `${level.people} people with the role ${level.role}`;
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}
