import { type ApprovalLevel, type Policy, type PolicyRule, policySchema } from '@countersign/domain/schemas/policy';
import { type WhenDraft, whenDraftOf, whenOf } from './condition-draft.ts';

/** A rule while it is written. */
export interface RuleDraft {
  /** Stays with the rule when it is moved. */
  readonly key: string;
  readonly name: string;
  readonly when: WhenDraft;
  readonly auto: boolean;
  readonly levels: readonly ApprovalLevel[];
}

export interface PolicyDraft {
  readonly name: string;
  readonly active: boolean;
  readonly expiryHours: string;
  readonly reminderHours: string;
  readonly rules: readonly RuleDraft[];
}

/** What goes into a proposal. */
export type ProposedPolicy = Omit<Policy, 'id' | 'createdAt' | 'version'>;

export type DraftResult =
  | { readonly ok: true; readonly policy: ProposedPolicy }
  /** By field: `rules.2.amount.from`, `expiryHours`. */
  | { readonly ok: false; readonly issues: ReadonlyMap<string, string> };

export const emptyRule = (key: string): RuleDraft => ({
  key,
  name: '',
  when: {},
  auto: false,
  levels: [{ role: 'approver', people: 1 }],
});

export const emptyPolicy = (): PolicyDraft => ({
  name: 'Approval rules',
  active: true,
  expiryHours: '72',
  reminderHours: '',
  rules: [{ ...emptyRule('first'), name: 'Everything' }],
});

export function draftOfPolicy(policy: Policy, currency: string): PolicyDraft {
  return {
    name: policy.name,
    active: policy.active,
    expiryHours: String(policy.expiryHours),
    reminderHours: policy.reminderHours == null ? '' : String(policy.reminderHours),
    rules: policy.rules.map((rule, index) => draftOfRule(rule, String(index), currency)),
  };
}

function draftOfRule({ name, when, levels, auto }: PolicyRule, key: string, currency: string): RuleDraft {
  return { key, name, when: whenDraftOf(when, currency), auto: auto === true, levels };
}

/** The policy that a draft says, or what is wrong with it, field by field. */
export function policyOf(draft: PolicyDraft, currency: string): DraftResult {
  const issues = new Map<string, string>();
  const rules = draft.rules.map((rule, index) => {
    const field = (name: string, message: string): void => void issues.set(`rules.${index}.${name}`, message);
    return ruleOf(rule, currency, field);
  });
  if (draft.name.trim() === '') issues.set('name', 'A name is needed');
  if (rules.length === 0) issues.set('rules', 'A policy needs a rule');
  const expiryHours = hours(draft.expiryHours, 720);
  if (expiryHours === null) issues.set('expiryHours', 'Write whole hours from 1 to 720');
  const reminderHours = draft.reminderHours.trim() === '' ? null : hours(draft.reminderHours, 719);
  if (draft.reminderHours.trim() !== '' && reminderHours === null)
    issues.set('reminderHours', 'Write whole hours from 1 to 719, or nothing for never');
  if (issues.size > 0) return { ok: false, issues };
  const policy = { name: draft.name.trim(), active: draft.active, rules, expiryHours, reminderHours };
  const parsed = policySchema.omit({ id: true, createdAt: true, version: true }).safeParse(policy);
  if (parsed.success) return { ok: true, policy: parsed.data };
  return { ok: false, issues: new Map(parsed.error.issues.map(({ path, message }) => [path.join('.'), message])) };
}

function ruleOf(draft: RuleDraft, currency: string, issue: (field: string, message: string) => void): PolicyRule {
  if (draft.name.trim() === '') issue('name', 'A name is needed: the log and the approvers read it');
  if (!draft.auto && draft.levels.length === 0) issue('levels', 'Name who signs, or let the rule approve by itself');
  const when = whenOf(draft.when, currency, issue);
  const rule = { name: draft.name.trim(), when, levels: draft.auto ? [] : [...draft.levels] };
  return draft.auto ? { ...rule, auto: true } : rule;
}

function hours(text: string, most: number): number | null {
  const value = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}
