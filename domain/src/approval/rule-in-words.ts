import { inWords } from '../plan/sentence.ts';
import type { PolicyRule } from '../schemas/policy.ts';
import { conditionInWords } from './conditions.ts';
import { levelsInWords } from './replay.ts';

/** A rule as a sentence: `When it moves money and its risk is high or higher: 2 approvers, then 1 executive.` */
export function ruleInWords({ when, levels, auto }: Omit<PolicyRule, 'name'>, currency: string): string {
  const conditions = conditionInWords(when, currency);
  const said = conditions.length === 0 ? 'Every plan' : `When ${inWords(conditions)}`;
  return `${said}: ${auto === true ? 'nobody has to sign' : `signed by ${levelsInWords(levels)}`}.`;
}
