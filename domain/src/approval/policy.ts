import type { PlanTraits } from '../schemas/plan-traits.ts';
import type { ApprovalLevel, Policy, PolicyRule } from '../schemas/policy.ts';
import { evaluate } from './conditions.ts';
import { strictestOf } from './levels.ts';

export interface ChosenRule {
  readonly policy: { readonly id: string; readonly version: number };
  readonly rule: string;
  readonly levels: readonly ApprovalLevel[];
  /** Nobody has to sign, because a rule says so. */
  readonly auto: boolean;
  readonly expiryHours: number;
  readonly reminderHours: number | null;
}

const FALLBACK: readonly ApprovalLevel[] = [{ role: 'approver', people: 1 }];
const FALLBACK_EXPIRY_HOURS = 72;

/**
 * The rule that decides who must sign: the first whose conditions all hold. Fails closed: without a policy an approver
 * must sign; where no rule matches, one can't be decided, or one approves by itself what it may not, everybody whom any
 * rule of the policy names must.
 */
export function chooseRule(policy: Policy | null, traits: PlanTraits): ChosenRule {
  if (policy === null || !policy.active) {
    return {
      policy: { id: policy?.id ?? 'none', version: policy?.version ?? 0 },
      rule: 'No active policy: approval is required',
      levels: FALLBACK,
      auto: false,
      expiryHours: FALLBACK_EXPIRY_HOURS,
      reminderHours: null,
    };
  }
  for (const rule of policy.rules) {
    const verdict = evaluate(rule.when, traits);
    if (verdict.holds === false) continue;
    if (verdict.holds === 'unknown')
      return closed(policy, `“${rule.name}” can not be decided, for ${verdict.why}: approval is required`);
    const problem = autoProblem(rule);
    if (problem !== null && traits.movesMoney)
      return closed(policy, `“${rule.name}” may not approve by itself, for ${problem}: approval is required`);
    const auto = rule.auto === true;
    if (rule.levels.length === 0 && !auto) return closed(policy, `“${rule.name}” names nobody: approval is required`);
    return { ...termsOf(policy), rule: rule.name, levels: auto ? [] : rule.levels, auto };
  }
  return closed(policy, 'No rule matches: approval is required');
}

type Terms = Pick<ChosenRule, 'policy' | 'expiryHours' | 'reminderHours'>;

function termsOf({ id, version, expiryHours, reminderHours }: Policy): Terms {
  return { policy: { id, version }, expiryHours, reminderHours: reminderHours ?? null };
}

function closed(policy: Policy, rule: string): ChosenRule {
  return { ...termsOf(policy), rule, levels: strictestLevels(policy), auto: false };
}

/** Everybody whom any rule of the policy names; an approver where none names anybody. */
export function strictestLevels(policy: Pick<Policy, 'rules'>): readonly ApprovalLevel[] {
  const levels = strictestOf(policy.rules.map((rule) => rule.levels));
  return levels.length === 0 ? FALLBACK : levels;
}

/** Why this rule may not approve a plan that moves money by itself; null when it may, or does not. */
export function autoProblem({ auto, when }: Pick<PolicyRule, 'auto' | 'when'>): string | null {
  if (auto !== true) return null;
  if (when.movesMoney !== true) return 'it does not say that it is for plans that move money';
  return when.amount?.maxMinor === undefined ? 'it sets no limit on the amount' : null;
}

/**
 * What is doubtful about a policy, in sentences for the one who writes it: rules that can never apply, and rules that
 * approve less than they seem to.
 */
export function policyProblems(policy: Pick<Policy, 'rules' | 'expiryHours' | 'reminderHours'>): string[] {
  const problems: string[] = [];
  const all = policy.rules.findIndex((rule) => Object.values(rule.when).every((wanted) => wanted === undefined));
  const hidden = all === -1 ? [] : policy.rules.slice(all + 1);
  for (const rule of hidden)
    problems.push(`“${rule.name}” never applies: “${policy.rules[all]?.name ?? ''}” before it matches everything.`);
  if (all === -1)
    problems.push(
      'Plans that match no rule need everybody whom any rule names. A last rule without conditions avoids that.',
    );
  for (const rule of policy.rules) {
    const problem = autoProblem(rule);
    if (problem !== null && rule.when.movesMoney !== false)
      problems.push(`“${rule.name}” approves no plan that moves money by itself: ${problem}.`);
  }
  const names = policy.rules.map((rule) => rule.name);
  if (new Set(names).size < names.length)
    problems.push('Two rules have the same name: the log could not tell them apart.');
  if (policy.reminderHours != null && policy.reminderHours >= policy.expiryHours)
    problems.push('Nobody is reminded: plans expire before that.');
  return problems;
}
