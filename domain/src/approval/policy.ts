import type { ApprovalLevel, Policy } from '../schemas/policy.ts';
import type { Role } from '../schemas/common.ts';

export interface PlanTraits {
  readonly movesMoney: boolean;
  readonly category: string;
}

export interface ChosenRule {
  readonly policy: { readonly id: string; readonly version: number };
  readonly rule: string;
  readonly levels: readonly ApprovalLevel[];
  readonly expiryHours: number;
}

const FALLBACK: readonly ApprovalLevel[] = [{ role: 'approver', people: 1 }];
const FALLBACK_EXPIRY_HOURS = 72;

/** The rule that decides who must sign. No policy, or no rule that matches, means that approval is required: fail closed. */
export function chooseRule(policy: Policy | null, traits: PlanTraits): ChosenRule {
  const none = { id: policy?.id ?? 'none', version: policy?.version ?? 0 };
  if (policy === null || !policy.active) {
    return {
      policy: none,
      rule: 'No active policy: approval is required',
      levels: FALLBACK,
      expiryHours: FALLBACK_EXPIRY_HOURS,
    };
  }
  const rule = policy.rules.find(
    ({ when }) =>
      (when.movesMoney === undefined || when.movesMoney === traits.movesMoney) &&
      (when.categories === undefined || when.categories.includes(traits.category)),
  );
  if (rule === undefined) {
    return {
      policy: none,
      rule: 'No rule matches: approval is required',
      levels: FALLBACK,
      expiryHours: policy.expiryHours,
    };
  }
  return { policy: none, rule: rule.name, levels: rule.levels, expiryHours: policy.expiryHours };
}

/** Whether `now` asks for more than `then` did: more people, or another role, at any level. */
export function isStricter(then: readonly ApprovalLevel[], now: readonly ApprovalLevel[]): boolean {
  return now.some((level, index) => {
    const before = then[index];
    return before === undefined || before.role !== level.role || before.people < level.people;
  });
}

export interface Signature {
  readonly uid: string;
  readonly level: number;
}

/** The level that is being signed now; null when all have their people. Levels are signed in order. */
export function currentLevel(levels: readonly ApprovalLevel[], signatures: readonly Signature[]): number | null {
  const open = levels.findIndex(
    (level, index) => signatures.filter((signature) => signature.level === index).length < level.people,
  );
  return open === -1 ? null : open;
}

/** Signatures still missing over all levels. */
export function missingSignatures(levels: readonly ApprovalLevel[], signatures: readonly Signature[]): number {
  return levels.reduce(
    (sum, level, index) =>
      sum + Math.max(0, level.people - signatures.filter((signature) => signature.level === index).length),
    0,
  );
}

export type SignerDecision =
  | { readonly may: true; readonly level: number; readonly role: Role }
  | {
      readonly may: false;
      readonly code: 'self_approval' | 'already_signed' | 'permission_denied' | 'failed_precondition';
      readonly reason: string;
    };

/** Whether this member may sign now, and why not. The same function decides on the server and explains in the browser. */
export function maySign(
  member: { readonly uid: string; readonly active: boolean; readonly roles: readonly Role[] },
  execution: { readonly state: string; readonly requestedBy: string },
  levels: readonly ApprovalLevel[],
  signatures: readonly Signature[],
): SignerDecision {
  if (execution.state !== 'awaiting_approval')
    return { may: false, code: 'failed_precondition', reason: 'This run is not waiting for a signature.' };
  if (!member.active) return { may: false, code: 'permission_denied', reason: 'Your membership is not active.' };
  if (member.uid === execution.requestedBy)
    return { may: false, code: 'self_approval', reason: 'You asked for this run, so somebody else must sign it.' };
  if (signatures.some((signature) => signature.uid === member.uid))
    return { may: false, code: 'already_signed', reason: 'You have signed this run already.' };
  const level = currentLevel(levels, signatures);
  const needed = level === null ? undefined : levels[level];
  if (level === null || needed === undefined)
    return { may: false, code: 'failed_precondition', reason: 'All signatures are given.' };
  if (!member.roles.includes(needed.role))
    return { may: false, code: 'permission_denied', reason: `Signing this run takes the role ${needed.role}.` };
  return { may: true, level, role: needed.role };
}
