import { AppError } from '@countersign/domain/errors';
import { fromMinor, toMinor } from '@countersign/domain/money/money';
import { claimId } from '@countersign/domain/plan/effect-checks';
import { moneyOf, referenceOf } from '@countersign/domain/plan/effect-facts';
import { referencesIn, withProviderIds } from '@countersign/domain/plan/needs';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { plural } from '@countersign/domain/plan/sentence';
import { Totals } from '@countersign/domain/plan/totals';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution, Problem } from '@countersign/domain/schemas/execution';
import type { Lineage } from '@countersign/domain/schemas/lineage';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { readPages } from './outcomes.ts';
import type { PlanOutput } from './plugin-output.ts';

/** Resumes of one run, and of those that resumed it. */
export const MAX_LINEAGE = 50;
const MAX_WARNINGS = 50;

/** An effect of an earlier run that a resume must not propose again: it is done, or nobody knows. */
interface Settled {
  readonly effect: Effect;
  readonly outcome: Pick<Outcome, 'status' | 'providerId'>;
}

/** What the runs that this one resumes, and their other resumes, have done. */
export interface EarlierRuns {
  readonly executionIds: ReadonlySet<string>;
  readonly byKey: ReadonlyMap<string, Settled>;
  readonly byClaim: ReadonlyMap<string, Settled>;
}

/** The first of those that resume one another. */
export async function rootOf(from: Pick<Transaction, 'get' | 'getAll'>, orgId: string, id: string): Promise<string> {
  let current = id;
  for (let step = 0; step <= MAX_LINEAGE; step += 1) {
    const origin = (await read(from, refs.execution(orgId, current)))?.origin;
    if (origin?.kind !== 'resume' || origin.executionId === null) return current;
    current = origin.executionId;
  }
  throw new AppError('internal', 'Runs that resume one another in a circle');
}

/** The others of its lineage; of an execution that resumes nothing, none. */
export async function earlierRuns(deps: Deps, orgId: string, execution: Execution): Promise<EarlierRuns> {
  const byKey = new Map<string, Settled>();
  const byClaim = new Map<string, Settled>();
  const executionIds = new Set<string>();
  if (execution.origin.kind !== 'resume') return { executionIds, byKey, byClaim };
  const root = await rootOf(deps.db, orgId, execution.id);
  const lineage: Lineage | null = await read(deps.db, refs.lineage(orgId, root));
  if (lineage === null || !lineage.members.includes(execution.id))
    throw new AppError('internal', 'A resume is not in the lineage of what it resumes');
  for (const id of lineage.members) {
    if (id === execution.id) continue;
    executionIds.add(id);
    const earlier = await read(deps.db, refs.execution(orgId, id));
    if (earlier?.plan == null || earlier.tally === null) continue;
    for await (const page of readPages(deps, orgId, id, earlier.plan)) {
      for (const outcome of page.settled?.outcomes ?? []) {
        const effect = page.effects.find(({ key }) => key === outcome.key);
        if (effect === undefined || (outcome.status !== 'succeeded' && outcome.status !== 'unknown')) continue;
        const settled: Settled = { effect, outcome };
        byKey.set(effect.key, settled);
        if (effect.claim !== null) byClaim.set(claimId(effect.claim.kind, effect.claim.reference), settled);
      }
    }
  }
  return { executionIds, byKey, byClaim };
}

/**
 * A plan without what earlier runs have done, whatever the plugin proposes: what succeeded is left out and counted in a
 * warning, what is unknown is left out and named. What needs one that is done is given its provider's id; what needs
 * one that is unknown is left out too.
 * @throws AppError `input_error` when nothing is left
 */
export function withoutDone(output: PlanOutput, earlier: EarlierRuns): PlanOutput {
  if (earlier.byKey.size === 0) return output;
  const doneCount = [...earlier.byKey.values()].filter(({ outcome }) => outcome.status === 'succeeded').length;
  const { effects, waiting } = leftOf(output.effects, earlier);
  const { problems, refusedTotals } = withoutRefusalsOfDone(output, earlier);
  const all = [...problems, ...[...earlier.byKey.values()].flatMap(unknownProblem), ...waiting];
  if (effects.length === 0)
    throw new AppError(
      'input_error',
      all.some((problem) => problem.severity === 'refused')
        ? 'Nothing can be resumed as things are. Each row that is left has its problem.'
        : 'Nothing is left to resume: everything in it is done.',
      { details: { problems: all } },
    );
  const warning = `${plural(doneCount, 'effect')} of the earlier run ${doneCount === 1 ? 'is' : 'are'} done and left out`;
  return {
    ...output,
    effects,
    problems: all,
    refusedTotals,
    warnings: doneCount === 0 ? output.warnings : [warning, ...output.warnings].slice(0, MAX_WARNINGS),
  };
}

function settledOf(effect: Effect, { byKey, byClaim }: EarlierRuns): Settled | undefined {
  const byReference =
    effect.claim === null ? undefined : byClaim.get(claimId(effect.claim.kind, effect.claim.reference));
  return byKey.get(effect.key) ?? byReference;
}

function leftOf(proposed: readonly Effect[], earlier: EarlierRuns): { effects: Effect[]; waiting: Problem[] } {
  const effects: Effect[] = [];
  const waiting: Problem[] = [];
  const blocked = new Set<string>();
  const doneAs = new Map<string, Settled>(earlier.byKey);
  for (const effect of proposed) {
    const settled = settledOf(effect, earlier);
    if (settled !== undefined) {
      doneAs.set(effect.key, settled);
      continue;
    }
    const done = (key: string): Settled | undefined =>
      doneAs.get(key)?.outcome.status === 'succeeded' ? doneAs.get(key) : undefined;
    const needed = effect.needs.filter((key) => done(key) === undefined);
    const waitsFor = needed.find((key) => doneAs.has(key) || blocked.has(key));
    const nameless = referencesIn(effect.data).find((key) => done(key)?.outcome.providerId === null);
    if (waitsFor !== undefined || nameless !== undefined) {
      blocked.add(effect.key);
      waiting.push(waitingProblem(effect, waitsFor ?? nameless ?? ''));
      continue;
    }
    const data = withProviderIds(effect.data, (key) => done(key)?.outcome.providerId);
    effects.push({ ...effect, needs: needed, data } as Effect);
  }
  return { effects, waiting };
}

/** The plugin may have refused rows because their references are spent: they are, by the very runs that this one resumes. */
function withoutRefusalsOfDone(
  output: PlanOutput,
  { byKey }: EarlierRuns,
): Pick<PlanOutput, 'problems' | 'refusedTotals'> {
  const settled = new Map([...byKey.values()].map((one) => [normalizeReference(referenceOf(one.effect)), one.effect]));
  const dropped = new Set<string>();
  const problems = output.problems.filter((problem) => {
    if (problem.reference === null || problem.severity !== 'refused') return true;
    const normalized = normalizeReference(problem.reference);
    if (!settled.has(normalized)) return true;
    dropped.add(normalized);
    return false;
  });
  const totals = new Totals().addAll(output.refusedTotals);
  for (const reference of dropped) {
    const effect = settled.get(reference);
    const money = effect === undefined ? null : moneyOf(effect);
    const listed = totals.toList().find(({ currency }) => currency === money?.currency);
    // The plugin may not have counted it.
    if (money !== null && listed !== undefined && toMinor(listed.amountMinor) >= money.amountMinor && listed.count > 0)
      totals.add(money.currency, -money.amountMinor, -1);
  }
  return {
    problems,
    refusedTotals: totals.toList().filter(({ count, amountMinor }) => count > 0 || amountMinor !== fromMinor(0n)),
  };
}

function unknownProblem({ effect, outcome }: Settled): Problem[] {
  if (outcome.status !== 'unknown') return [];
  return [
    {
      line: effect.line,
      column: null,
      reference: referenceOf(effect),
      code: 'unknown_not_resumed',
      message: `Nobody knows yet whether ${referenceOf(effect)} was done in the earlier run, so it is left out`,
      remedy: 'It is asked about; two people can settle it. When it turns out not to be done, resume again',
      severity: 'refused',
    },
  ];
}

function waitingProblem(effect: Effect, need: string): Problem {
  return {
    line: effect.line,
    column: null,
    reference: referenceOf(effect),
    code: 'unknown_not_resumed',
    message: `${referenceOf(effect)} needs ${need}, of which it is not known that it was done, so it is left out`,
    remedy: 'Settle what it needs first, then resume again',
    severity: 'refused',
  };
}
