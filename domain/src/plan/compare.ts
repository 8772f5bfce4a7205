import { canonicalJson } from '../hash.ts';
import type { Total } from '../schemas/common.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import type { Execution, Problem } from '../schemas/execution.ts';
import { effectDifferences, mapDifferences, type FieldDifference } from './compare-fields.ts';
import type { RecordedRead } from './digest.ts';
import { describeEffect, referenceOf } from './effect-facts.ts';
import { totalsOf } from './totals.ts';

export type { FieldDifference } from './compare-fields.ts';

/** A run with its pages, as far as it has come: a run that could not be planned has none. */
export interface ComparedRun {
  readonly execution: Execution;
  readonly effects: readonly Effect[];
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
  readonly reads: readonly RecordedRead[];
}

/** The first of a list that may be long, and how long it is. */
export interface Bounded<T> {
  readonly total: number;
  readonly first: readonly T[];
}

export interface EffectLine {
  readonly key: string;
  readonly reference: string;
  readonly text: string;
}

export interface ReadDifference {
  /** What was asked, in words; and the call's name. */
  readonly what: string;
  readonly call: string;
  readonly same: number;
  /** The same question, another answer. */
  readonly otherAnswer: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
}

export interface Comparison {
  /** Nothing below differs. */
  readonly same: boolean;
  /** Parameters and files. */
  readonly input: readonly FieldDifference[];
  /** Plugin, version and code; the Stripe account, the approval rule. */
  readonly code: readonly FieldDifference[];
  /** Every call that was made, differing or not. */
  readonly reads: readonly ReadDifference[];
  readonly effects: {
    readonly unchanged: number;
    readonly added: Bounded<EffectLine>;
    readonly removed: Bounded<EffectLine>;
    readonly changed: Bounded<EffectLine & { readonly fields: readonly FieldDifference[] }>;
    readonly totalsBefore: readonly Total[];
    readonly totalsAfter: readonly Total[];
  };
  readonly problems: { readonly added: Bounded<Problem>; readonly gone: Bounded<Problem> };
  /** Effects of both runs whose outcome is not the same. */
  readonly outcomes: Bounded<EffectLine & { readonly before: string; readonly after: string }>;
}

const DEFAULT_LIMIT = 200;

/**
 * What differs between two runs of an operation: in what went in, in the code, in what was read outside, in what they
 * would do, and in what became of it. Effects are paired by their key.
 *
 * Whoever shows it assembles the runs from documents that he may read: `executions/{id}` and below it `pages`,
 * `outcomes`, `problems` and `reads` of the plan's attempt. Of reads only hashes are kept: it shows that Stripe answered
 * otherwise, not what.
 * @param limit of each list
 */
export function compareExecutions(before: ComparedRun, after: ComparedRun, limit: number = DEFAULT_LIMIT): Comparison {
  const input = mapDifferences(inputFacts(before.execution), inputFacts(after.execution));
  const code = mapDifferences(codeFacts(before.execution), codeFacts(after.execution));
  const reads = compareReads(before.reads, after.reads);
  const effects = compareEffects(before.effects, after.effects, limit);
  const problems = compareProblems(before.problems, after.problems, limit);
  const outcomes = compareOutcomes(before, after, limit);
  const same =
    input.length === 0 &&
    code.length === 0 &&
    reads.every(({ otherAnswer, onlyBefore, onlyAfter }) => otherAnswer + onlyBefore + onlyAfter === 0) &&
    effects.added.total + effects.removed.total + effects.changed.total === 0 &&
    problems.added.total + problems.gone.total === 0 &&
    outcomes.total === 0;
  return { same, input, code, reads, effects, problems, outcomes };
}

function inputFacts({ parameters, inputs }: Execution): Map<string, string> {
  const files = new Map(inputs.map((file) => [file.parameter, file]));
  const facts = new Map<string, string>();
  for (const [name, value] of Object.entries(parameters)) {
    const file = files.get(name);
    if (file === undefined) facts.set(`Parameter ${name}`, typeof value === 'string' ? value : canonicalJson(value));
    // The same bytes under another name are the same input.
    else
      facts.set(
        files.size === 1 ? 'File' : `File for ${name}`,
        `${file.name}, revision ${file.revision}, SHA-256 ${file.sha256}`,
      );
  }
  return facts;
}

function codeFacts({ operationId, plugin, plan }: Execution): Map<string, string> {
  const facts = new Map([
    ['Operation', operationId],
    ['Plugin', plugin.name],
    ['Version', plugin.version],
    ['Code (SHA-256)', plugin.codeHash],
  ]);
  if (plan === null) return facts;
  facts.set('Provider', `${plan.provider.connector} ${plan.provider.account} ${plan.provider.mode}`.trim());
  facts.set('Approval rule', `${plan.policy.rule} (version ${plan.policy.version})`);
  return facts;
}

const CALLS: Readonly<Record<string, string>> = {
  'files.read': 'The file',
  'files.chunk': 'A part of the file',
  'stripe.balances': 'Balances and bank accounts at Stripe',
  'claims.lookup': 'References that are spent already',
  'ledger.accounts': 'Accounts of the ledger',
  'ledger.balances': 'Balances of the ledger',
  'fx.rates': 'Exchange rates',
};

/** Calls are paired by what they ask; the same question asked twice is paired in order. */
function compareReads(before: readonly RecordedRead[], after: readonly RecordedRead[]): ReadDifference[] {
  const answers = new Map<string, string[]>();
  const keyOf = ({ call, argsHash }: RecordedRead): string => `${call} ${argsHash}`;
  for (const read of before) answers.set(keyOf(read), [...(answers.get(keyOf(read)) ?? []), read.resultHash]);
  const counts = new Map<string, { same: number; otherAnswer: number; onlyBefore: number; onlyAfter: number }>();
  const countOf = (call: string) => {
    const count = counts.get(call) ?? { same: 0, otherAnswer: 0, onlyBefore: 0, onlyAfter: 0 };
    counts.set(call, count);
    return count;
  };
  for (const { call } of before) countOf(call).onlyBefore += 1;
  for (const read of after) {
    const earlier = answers.get(keyOf(read))?.shift();
    const count = countOf(read.call);
    if (earlier === undefined) count.onlyAfter += 1;
    else {
      count.onlyBefore -= 1;
      if (earlier === read.resultHash) count.same += 1;
      else count.otherAnswer += 1;
    }
  }
  return [...counts].map(([call, count]) => ({ call, what: CALLS[call] ?? call, ...count }));
}

function compareEffects(before: readonly Effect[], after: readonly Effect[], limit: number): Comparison['effects'] {
  const earlier = new Map(before.map((effect) => [effect.key, effect]));
  const added: EffectLine[] = [];
  const changed: (EffectLine & { fields: FieldDifference[] })[] = [];
  let unchanged = 0;
  for (const effect of after) {
    const was = earlier.get(effect.key);
    earlier.delete(effect.key);
    if (was === undefined) {
      added.push(lineOf(effect));
      continue;
    }
    const fields = effectDifferences(was, effect);
    if (fields.length === 0) unchanged += 1;
    else changed.push({ ...lineOf(effect), fields });
  }
  return {
    unchanged,
    added: bounded(added, limit),
    removed: bounded([...earlier.values()].map(lineOf), limit),
    changed: bounded(changed, limit),
    totalsBefore: totalsOf(before),
    totalsAfter: totalsOf(after),
  };
}

function lineOf(effect: Effect): EffectLine {
  return { key: effect.key, reference: referenceOf(effect), text: describeEffect(effect) };
}

/** By code and reference, or line where a row has no reference: the words of a message may hold a date or a balance. */
function compareProblems(before: readonly Problem[], after: readonly Problem[], limit: number): Comparison['problems'] {
  const keyOf = ({ code, severity, reference, line, column }: Problem): string =>
    `${severity} ${code} ${column ?? ''} ${reference ?? `line ${line ?? ''}`}`;
  const without = (those: readonly Problem[], others: readonly Problem[]): Problem[] => {
    const known = new Set(others.map(keyOf));
    return those.filter((problem) => !known.has(keyOf(problem)));
  };
  return { added: bounded(without(after, before), limit), gone: bounded(without(before, after), limit) };
}

function compareOutcomes(before: ComparedRun, after: ComparedRun, limit: number): Comparison['outcomes'] {
  const earlier = new Map(before.outcomes.map((outcome) => [outcome.key, outcome]));
  const inEarlier = new Set(before.effects.map(({ key }) => key));
  const later = new Map(after.outcomes.map((outcome) => [outcome.key, outcome]));
  const different = after.effects.flatMap((effect) => {
    if (!inEarlier.has(effect.key)) return [];
    const [was, is] = [outcomeInWords(earlier.get(effect.key)), outcomeInWords(later.get(effect.key))];
    return was === is ? [] : [{ ...lineOf(effect), before: was, after: is }];
  });
  return bounded(different, limit);
}

function outcomeInWords(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not begun';
  const { status, message, settlement } = outcome;
  const because = message === null ? '' : `: ${message}`;
  switch (status) {
    case 'succeeded':
      return settlement === null ? 'done' : settlement.state === 'settled' ? 'done, arrived' : 'done, on its way';
    case 'failed':
      return settlement?.state === 'returned' ? `came back${because}` : `failed${because}`;
    case 'unknown':
      return `nobody knows${because}`;
    case 'not_done':
      return `not done${because}`;
  }
}

function bounded<T>(all: readonly T[], limit: number): Bounded<T> {
  return { total: all.length, first: all.slice(0, limit) };
}
