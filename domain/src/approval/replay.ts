import { inWords, plural } from '../plan/sentence.ts';
import type { PlanTraits } from '../schemas/plan-traits.ts';
import type { ApprovalLevel, Policy } from '../schemas/policy.ts';
import { isStricter } from './levels.ts';
import { chooseRule, type ChosenRule } from './policy.ts';

export interface PastPlan {
  readonly executionId: string;
  readonly title: string;
  readonly at: string;
  /** Null in plans from before traits were kept: these can't be replayed. */
  readonly traits: PlanTraits | null;
}

/**
 * `newly_caught`: nobody had to sign, somebody would. `no_longer_caught`: the other way round. `stricter`, `laxer`,
 * `other`: other people, more, fewer, or neither.
 */
export type ReplayKind = 'newly_caught' | 'no_longer_caught' | 'stricter' | 'laxer' | 'other';

export interface ReplayDifference {
  readonly executionId: string;
  readonly title: string;
  readonly at: string;
  readonly kind: ReplayKind;
  readonly before: { readonly rule: string; readonly levels: readonly ApprovalLevel[] };
  readonly after: { readonly rule: string; readonly levels: readonly ApprovalLevel[] };
  readonly sentence: string;
}

export interface Replay {
  readonly replayed: number;
  /** Plans without traits. */
  readonly skipped: number;
  readonly differences: readonly ReplayDifference[];
  /** The whole in sentences, the most important first. */
  readonly summary: readonly string[];
}

/** Which past plans another policy would have treated differently, and how. */
export function replayPolicy(before: Policy | null, after: Policy | null, past: readonly PastPlan[]): Replay {
  // Nobody signs what does nothing, whatever the policy says.
  const signable = past.filter(({ traits }) => traits?.effectCount !== 0);
  const known = signable.filter((plan): plan is PastPlan & { traits: PlanTraits } => plan.traits !== null);
  const differences = known.flatMap((plan) =>
    difference(plan, chooseRule(before, plan.traits), chooseRule(after, plan.traits)),
  );
  const skipped = signable.length - known.length;
  return { replayed: known.length, skipped, differences, summary: summarize(known.length, skipped, differences) };
}

function difference(plan: PastPlan, before: ChosenRule, after: ChosenRule): ReplayDifference[] {
  const kind = kindOf(before.levels, after.levels);
  if (kind === null) return [];
  return [
    {
      executionId: plan.executionId,
      title: plan.title,
      at: plan.at,
      kind,
      before: { rule: before.rule, levels: before.levels },
      after: { rule: after.rule, levels: after.levels },
      sentence: `${plan.title} of ${plan.at.slice(0, 10)}: signed by ${levelsInWords(before.levels)} under “${before.rule}”; under “${after.rule}” it would need ${levelsInWords(after.levels)}.`,
    },
  ];
}

function kindOf(before: readonly ApprovalLevel[], after: readonly ApprovalLevel[]): ReplayKind | null {
  const [more, fewer] = [isStricter(before, after), isStricter(after, before)];
  if (!more && !fewer) return null;
  if (more && fewer) return 'other';
  if (more) return before.length === 0 ? 'newly_caught' : 'stricter';
  return after.length === 0 ? 'no_longer_caught' : 'laxer';
}

/** `nobody`, `one approver`, `two approvers, then one executive`. */
export function levelsInWords(levels: readonly ApprovalLevel[]): string {
  if (levels.length === 0) return 'nobody';
  return levels.map(({ people, role }) => plural(people, role)).join(', then ');
}

const SAID: Readonly<Record<ReplayKind, string>> = {
  no_longer_caught: 'would no longer need a signature',
  laxer: 'would need fewer signatures',
  newly_caught: 'would need a signature, and needed none',
  stricter: 'would need more signatures',
  other: 'would be signed by other people',
};

function summarize(replayed: number, skipped: number, differences: readonly ReplayDifference[]): string[] {
  const counts = (Object.keys(SAID) as ReplayKind[]).flatMap((kind) => {
    const count = differences.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [`${count} ${SAID[kind]}`];
  });
  const tried = replayed === 1 ? 'Of the one run' : `Of the last ${plural(replayed, 'run')}`;
  return [
    counts.length === 0 ? `${tried}, none would have been treated differently.` : `${tried}, ${inWords(counts)}.`,
    ...(skipped === 0 ? [] : [`${plural(skipped, 'older run')} could not be compared.`]),
  ];
}
