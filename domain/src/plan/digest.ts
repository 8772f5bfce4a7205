import { digestOf } from '../hash.ts';
import type { Effect } from '../schemas/effect.ts';
import type { Execution, InputFile, Origin, Plan, Recheck } from '../schemas/execution.ts';
import type { PlanTraits } from '../schemas/plan-traits.ts';

/** Hash of one page of effects, bound to its place. */
export function pageHash(index: number, effects: readonly Effect[]): string {
  return digestOf('countersign/plan-page', 1, { index, effects });
}

export interface SignedPlan {
  readonly orgId: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly provider: { readonly connector: string; readonly account: string; readonly mode: string };
  readonly plugin: { readonly name: string; readonly version: string; readonly codeHash: string };
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly InputFile[];
  readonly pageHashes: readonly string[];
  readonly reads: { readonly count: number; readonly hash: string };
  readonly rechecks: readonly Recheck[];
  readonly origin: Origin;
  /** The version that was asked, the rule that it chose, and who must sign by it. */
  readonly policy: Pick<Plan['policy'], 'id' | 'version' | 'rule' | 'levels' | 'auto'>;
  /** What the rule was chosen by. */
  readonly traits: PlanTraits | null;
}

/**
 * What approvers sign: SHA-256 over the RFC 8785 form of everything that decides what will be done.
 * Whatever of it changes, the digest changes, and every approval given for it is void.
 */
export function planDigest(plan: SignedPlan): string {
  const {
    orgId,
    executionId,
    attempt,
    provider,
    plugin,
    parameters,
    pageHashes,
    reads,
    rechecks,
    origin,
    policy,
    traits,
  } = plan;
  const inputs = plan.inputs.map(({ parameter, fileId, sha256, generation }) => ({
    parameter,
    fileId,
    sha256,
    generation,
  }));
  return digestOf('countersign/plan', 3, {
    orgId,
    executionId,
    attempt,
    provider,
    plugin,
    parameters,
    inputs,
    pageHashes,
    reads,
    rechecks,
    origin,
    policy,
    traits,
  });
}

/** The digest of a stored plan, computed anew from its parts: what is stored beside it proves nothing. */
export function digestOfStored(orgId: string, execution: Execution, plan: Plan): string {
  const { plugin, parameters, inputs, origin } = execution;
  const { attempt, provider, pageHashes, reads, rechecks, policy, traits } = plan;
  return planDigest({
    orgId,
    executionId: execution.id,
    attempt,
    provider,
    plugin,
    parameters,
    inputs,
    pageHashes,
    reads,
    rechecks,
    origin,
    policy,
    traits,
  });
}

export interface RecordedRead {
  readonly call: string;
  readonly argsHash: string;
  readonly resultHash: string;
}

/** One hash over all that the plan read from outside, in order. */
export function readsHash(reads: readonly RecordedRead[]): string {
  return digestOf('countersign/plan-reads', 1, {
    reads: reads.map(({ call, argsHash, resultHash }) => ({ call, argsHash, resultHash })),
  });
}
