import { AppError } from '@countersign/domain/errors';
import { toMinor, fromMinor } from '@countersign/domain/money/money';
import { planDigest, pageHash } from '@countersign/domain/plan/digest';
import { payeeOf } from '@countersign/domain/plan/effect-facts';
import { depthsOf } from '@countersign/domain/plan/needs';
import { planSentence } from '@countersign/domain/plan/sentence';
import { totalsOf } from '@countersign/domain/plan/totals';
import type { ChosenRule } from '@countersign/domain/approval/policy';
import type { Effect, PlanPage } from '@countersign/domain/schemas/effect';
import type { Execution, Plan, Problem, Risk } from '@countersign/domain/schemas/execution';
import type { PlanTraits } from '@countersign/domain/schemas/plan-traits';
import type { PlanOutput } from './plugin-output.ts';

/** Bounded by bytes as well: a page with its intents and outcomes stays far below a document's limit. */
const MAX_PAGE_CHARS = 300_000;

/**
 * Cut the effects into pages by number and by size: those that need none first, then those that need only these, and
 * so on, each in their order. So no page holds two effects of which one needs the other.
 */
export function toPages(effects: readonly Effect[], pageSize: number, attempt: number, now: string): PlanPage[] {
  const pages: PlanPage[] = [];
  let current: Effect[] = [];
  let chars = 0;
  const close = (): void => {
    if (current.length === 0) return;
    const index = pages.length;
    pages.push({
      attempt,
      index,
      effects: current,
      hash: pageHash(index, current),
      totals: totalsOf(current),
      createdAt: now,
    });
    current = [];
    chars = 0;
  };
  let currentDepth = 0;
  for (const { effect, depth } of byDepth(effects)) {
    if (depth !== currentDepth) close();
    currentDepth = depth;
    const size = JSON.stringify(effect).length;
    if (size > MAX_PAGE_CHARS) throw new AppError('limit_exceeded', `Effect "${effect.key}" is larger than a page`);
    if (current.length >= pageSize || chars + size > MAX_PAGE_CHARS) close();
    current.push(effect);
    chars += size;
  }
  close();
  return pages;
}

function byDepth(effects: readonly Effect[]): { effect: Effect; depth: number }[] {
  const depths = depthsOf(effects);
  return effects.map((effect, at) => ({ effect, depth: depths[at] ?? 0 })).sort((a, b) => a.depth - b.depth);
}

export interface PlanSummaryInput {
  readonly orgId: string;
  readonly execution: Execution;
  readonly attempt: number;
  readonly output: PlanOutput;
  readonly pages: readonly PlanPage[];
  readonly reads: { readonly count: number; readonly hash: string };
  readonly provider: { readonly connector: string; readonly account: string; readonly mode: string };
  readonly rule: ChosenRule;
  readonly newPayeeCount: number;
  readonly risk: Risk | null;
  readonly traits: PlanTraits;
  readonly now: Date;
}

/** Rows of the file with a problem; one may have several. What stands on no line counts by itself. */
export function countRefusedRows(problems: readonly Pick<Problem, 'line' | 'severity'>[]): number {
  const refused = problems.filter(({ severity }) => severity === 'refused');
  const lines = new Set(refused.flatMap(({ line }) => line ?? []));
  return lines.size + refused.filter(({ line }) => line === null).length;
}

/** The plan as people see and sign it, computed from the pages alone. */
export function summarizePlan(input: PlanSummaryInput): Plan {
  const { orgId, execution, attempt, output, pages, reads, provider, rule } = input;
  const effects = pages.flatMap((page) => page.effects);
  const totals = totalsOf(effects);
  const payees = effects.map(payeeOf).filter((payee) => payee !== null);
  const payeeCount = new Set(payees.map((payee) => payee.account)).size;
  const hiddenDestinationCount = new Set(
    payees.filter((payee) => payee.destination?.kind === 'hidden').map((payee) => payee.account),
  ).size;
  const effectsByKind = countKinds(effects);
  const refusedCount = countRefusedRows(output.problems);
  const pageHashes = pages.map((page) => page.hash);
  const policy = { ...rule.policy, rule: rule.rule, levels: [...rule.levels], auto: rule.auto };
  return {
    digest: planDigest({
      orgId,
      executionId: execution.id,
      attempt,
      provider,
      plugin: execution.plugin,
      parameters: execution.parameters,
      inputs: execution.inputs,
      pageHashes,
      reads,
      rechecks: output.rechecks,
      origin: execution.origin,
      policy,
      traits: input.traits,
    }),
    attempt,
    sentence: planSentence({
      totals,
      effectsByKind,
      payeeCount,
      newPayeeCount: input.newPayeeCount,
      hiddenDestinationCount,
      refusedCount,
      providerAccount: provider.account,
    }),
    message: output.message,
    effectCount: effects.length,
    effectsByKind,
    rechecks: output.rechecks,
    risk: input.risk,
    pageCount: pages.length,
    pageHashes,
    levels: levelsOf(pages),
    totals,
    payeeCount,
    newPayeeCount: input.newPayeeCount,
    hiddenDestinationCount,
    rowCount: output.rowCount,
    problemCount: output.problems.length,
    problemsByCode: countProblems(output.problems),
    refusedTotals: output.refusedTotals,
    ledgerImpact: ledgerImpact(effects),
    warnings: output.warnings,
    metrics: output.metrics,
    tables: output.tables,
    reads,
    provider,
    policy,
    traits: input.traits,
    plannedAt: input.now.toISOString(),
    expiresAt: hoursLater(input.now, rule.expiryHours),
    remindAt:
      rule.levels.length > 0 && rule.reminderHours !== null && rule.reminderHours < rule.expiryHours
        ? hoursLater(input.now, rule.reminderHours)
        : null,
  };
}

function hoursLater(now: Date, hours: number): string {
  return new Date(now.getTime() + hours * 3_600_000).toISOString();
}

/** The first page of each depth. */
function levelsOf(pages: readonly PlanPage[]): number[] {
  const depths = depthsOf(pages.flatMap((page) => page.effects));
  let [effects, deepest] = [0, -1];
  return pages.flatMap((page, index) => {
    const depth = depths[effects] ?? 0;
    effects += page.effects.length;
    if (depth <= deepest) return [];
    deepest = depth;
    return [index];
  });
}

function countKinds(effects: readonly Effect[]): Plan['effectsByKind'] {
  const counts = new Map<string, number>();
  for (const { kind } of effects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

export function countProblems(problems: readonly Problem[]): Plan['problemsByCode'] {
  const byCode = new Map<string, Plan['problemsByCode'][number]>();
  for (const problem of problems) {
    const key = `${problem.severity} ${problem.code}`;
    const seen = byCode.get(key);
    if (seen === undefined)
      byCode.set(key, { code: problem.code, severity: problem.severity, count: 1, message: problem.message });
    else byCode.set(key, { ...seen, count: seen.count + 1 });
  }
  return [...byCode.values()].sort((a, b) => b.count - a.count);
}

/** What the journals would do, summed up to the account above each leaf (`seller-payable.acct_x` to `seller-payable`). */
function ledgerImpact(effects: readonly Effect[]): Plan['ledgerImpact'] {
  const sums = new Map<string, { accountId: string; currency: string; debit: bigint; credit: bigint }>();
  for (const effect of effects) {
    for (const entry of effect.journal?.entries ?? []) {
      const accountId = entry.accountId.split('.')[0] ?? entry.accountId;
      const key = `${accountId} ${entry.currency}`;
      const sum = sums.get(key) ?? { accountId, currency: entry.currency, debit: 0n, credit: 0n };
      if (entry.side === 'debit') sum.debit += toMinor(entry.amountMinor);
      else sum.credit += toMinor(entry.amountMinor);
      sums.set(key, sum);
    }
  }
  return [...sums.values()].map(({ accountId, currency, debit, credit }) => ({
    accountId,
    currency,
    debitMinor: fromMinor(debit),
    creditMinor: fromMinor(credit),
  }));
}
