import { AppError } from '@countersign/domain/errors';
import { toMinor, fromMinor } from '@countersign/domain/money/money';
import { planDigest, pageHash } from '@countersign/domain/plan/digest';
import { planSentence } from '@countersign/domain/plan/sentence';
import { totalsOf } from '@countersign/domain/plan/totals';
import type { ChosenRule } from '@countersign/domain/approval/policy';
import type { Effect, PlanPage } from '@countersign/domain/schemas/effect';
import type { Execution, Plan, Problem } from '@countersign/domain/schemas/execution';
import type { PlanOutput } from './plugin-output.ts';

/** Bounded by bytes as well: a page with its intents and outcomes stays far below a document's limit. */
const MAX_PAGE_CHARS = 300_000;

/** Cut the effects into pages, in their order, by number and by size. */
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
  for (const effect of effects) {
    const size = JSON.stringify(effect).length;
    if (size > MAX_PAGE_CHARS) throw new AppError('limit_exceeded', `Effect "${effect.key}" is larger than a page`);
    if (current.length >= pageSize || chars + size > MAX_PAGE_CHARS) close();
    current.push(effect);
    chars += size;
  }
  close();
  return pages;
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
  readonly now: Date;
}

/** The plan as people see and sign it, computed from the pages alone. */
export function summarizePlan(input: PlanSummaryInput): Plan {
  const { orgId, execution, attempt, output, pages, reads, provider, rule } = input;
  const effects = pages.flatMap((page) => page.effects);
  const totals = totalsOf(effects);
  const payeeCount = new Set(effects.map((effect) => effect.data.account)).size;
  const hiddenDestinationCount = new Set(
    effects.filter((effect) => effect.data.destination.kind === 'hidden').map((effect) => effect.data.account),
  ).size;
  const refusedCount = output.problems.filter((problem) => problem.severity === 'refused').length;
  const pageHashes = pages.map((page) => page.hash);
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
      policy: rule.policy,
    }),
    attempt,
    sentence: planSentence({
      totals,
      payeeCount,
      newPayeeCount: input.newPayeeCount,
      hiddenDestinationCount,
      refusedCount,
      providerAccount: provider.account,
    }),
    message: output.message,
    effectCount: effects.length,
    pageCount: pages.length,
    pageHashes,
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
    reads,
    provider,
    policy: { ...rule.policy, rule: rule.rule, levels: [...rule.levels] },
    plannedAt: input.now.toISOString(),
    expiresAt: new Date(input.now.getTime() + rule.expiryHours * 3_600_000).toISOString(),
  };
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
    for (const entry of effect.journal.entries) {
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
