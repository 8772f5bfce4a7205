import { parseAmount } from '@countersign/domain/money/parse-amount';
import { fromMinor, toMajorText, toMinor } from '@countersign/domain/money/money';
import { ROLLING_HOURS } from '@countersign/domain/schemas/plan-traits';
import type { RiskLevel } from '@countersign/domain/schemas/plugin';
import {
  type ApprovalLevel,
  type Conditions,
  type Policy,
  type PolicyRule,
  policySchema,
} from '@countersign/domain/schemas/policy';

export type Choice = 'any' | 'yes' | 'no';
export type RollingHours = (typeof ROLLING_HOURS)[number];

/** A rule while it is written: amounts are text in the base currency, empty for no limit. */
export interface RuleDraft {
  /** Stays with the rule when it is moved. */
  readonly key: string;
  readonly name: string;
  readonly movesMoney: Choice;
  readonly offHours: Choice;
  readonly categories: readonly string[];
  readonly operationIds: readonly string[];
  readonly riskAtLeast: RiskLevel | '';
  readonly amountFrom: string;
  readonly amountTo: string;
  readonly newPayeesFrom: string;
  readonly requesterHours: RollingHours;
  readonly requesterFrom: string;
  readonly payeeHours: RollingHours;
  readonly payeeFrom: string;
  /** Conditions that this form has no field for: kept as they are, shown in words. */
  readonly kept: Conditions;
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
  /** By field: `rules.2.amountFrom`, `expiryHours`. */
  | { readonly ok: false; readonly issues: ReadonlyMap<string, string> };

export const emptyRule = (key: string): RuleDraft => ({
  key,
  name: '',
  movesMoney: 'any',
  offHours: 'any',
  categories: [],
  operationIds: [],
  riskAtLeast: '',
  amountFrom: '',
  amountTo: '',
  newPayeesFrom: '',
  requesterHours: 24,
  requesterFrom: '',
  payeeHours: 24,
  payeeFrom: '',
  kept: {},
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
  const { movesMoney, offHours, categories, operationIds, riskAtLeast, amount, newPayeeCount, ...others } = when;
  const { requesterTotal, payeeTotal, ...kept } = others;
  const text = (minor: string | undefined): string =>
    minor === undefined ? '' : toMajorText(toMinor(minor), currency);
  return {
    key,
    name,
    movesMoney: choiceOf(movesMoney),
    offHours: choiceOf(offHours),
    categories: categories ?? [],
    operationIds: operationIds ?? [],
    riskAtLeast: riskAtLeast ?? '',
    amountFrom: text(amount?.minMinor),
    amountTo: text(amount?.maxMinor),
    newPayeesFrom: newPayeeCount?.min === undefined ? '' : String(newPayeeCount.min),
    requesterHours: requesterTotal?.hours ?? 24,
    requesterFrom: text(requesterTotal?.minMinor),
    payeeHours: payeeTotal?.hours ?? 24,
    payeeFrom: text(payeeTotal?.minMinor),
    // The form has fields for lower ends only: what also has an upper one stays as it is.
    kept: {
      ...kept,
      ...(newPayeeCount?.max === undefined ? {} : { newPayeeCount }),
      ...(requesterTotal?.maxMinor === undefined ? {} : { requesterTotal }),
      ...(payeeTotal?.maxMinor === undefined ? {} : { payeeTotal }),
    },
    auto: auto === true,
    levels,
  };
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
  const amount = (field: keyof RuleDraft, text: string): string | undefined => {
    if (text.trim() === '') return undefined;
    if (/^0+([.]0+)?$/.test(text.trim())) return '0';
    const parsed = parseAmount(text, currency);
    if (parsed.ok) return fromMinor(parsed.amountMinor);
    issue(field, `${parsed.message}. ${parsed.remedy}`);
    return undefined;
  };
  if (draft.name.trim() === '') issue('name', 'A name is needed: the log and the approvers read it');
  const from = amount('amountFrom', draft.amountFrom);
  const to = amount('amountTo', draft.amountTo);
  if (from !== undefined && to !== undefined && toMinor(from) > toMinor(to))
    issue('amountTo', 'This is less than where it begins: nothing would match');
  const requester = amount('requesterFrom', draft.requesterFrom);
  const payee = amount('payeeFrom', draft.payeeFrom);
  const newPayees = /^\d{1,6}$/.test(draft.newPayeesFrom.trim()) ? Number(draft.newPayeesFrom) : undefined;
  if (draft.newPayeesFrom.trim() !== '' && newPayees === undefined) issue('newPayeesFrom', 'Write a whole number');
  if (!draft.auto && draft.levels.length === 0) issue('levels', 'Name who signs, or let the rule approve by itself');
  const when: Conditions = {
    ...(draft.movesMoney === 'any' ? {} : { movesMoney: draft.movesMoney === 'yes' }),
    ...(draft.categories.length === 0 ? {} : { categories: [...draft.categories] }),
    ...(draft.operationIds.length === 0 ? {} : { operationIds: [...draft.operationIds] }),
    ...(draft.riskAtLeast === '' ? {} : { riskAtLeast: draft.riskAtLeast }),
    ...(from === undefined && to === undefined ? {} : { amount: range(from, to) }),
    ...(newPayees === undefined ? {} : { newPayeeCount: { min: newPayees } }),
    ...(requester === undefined ? {} : { requesterTotal: { hours: draft.requesterHours, minMinor: requester } }),
    ...(payee === undefined ? {} : { payeeTotal: { hours: draft.payeeHours, minMinor: payee } }),
    ...(draft.offHours === 'any' ? {} : { offHours: draft.offHours === 'yes' }),
    ...draft.kept,
  };
  const rule = { name: draft.name.trim(), when, levels: draft.auto ? [] : [...draft.levels] };
  return draft.auto ? { ...rule, auto: true } : rule;
}

function range(minMinor: string | undefined, maxMinor: string | undefined): { minMinor?: string; maxMinor?: string } {
  return { ...(minMinor === undefined ? {} : { minMinor }), ...(maxMinor === undefined ? {} : { maxMinor }) };
}

function choiceOf(wanted: boolean | undefined): Choice {
  if (wanted === undefined) return 'any';
  return wanted ? 'yes' : 'no';
}

function hours(text: string, most: number): number | null {
  const value = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}
